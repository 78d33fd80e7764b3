#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The instruments themselves: without them the other tests prove nothing."""
import numpy

import rig as harness
import barcode
import pictures


def bar_codes_are_read_at_any_size_and_damage_is_noticed(_rig):
    for number in (0, 1, 0x5555, 0xFFFF, 999):
        luma = numpy.full((540, 960), 90, dtype=numpy.uint8)
        barcode.draw(luma, number)
        assert barcode.read(luma) == number
    luma[:, 16 * 10 : 16 * 11] = 255 - luma[:, 16 * 10 : 16 * 11]
    assert barcode.read(luma) is None
    assert barcode.read(numpy.full((540, 960), 90, dtype=numpy.uint8)) is None


def the_camera_sends_every_frame_of_both_codecs_in_order(rig):
    camera = rig.camera(one="h264", two="h265")
    for name in ("one", "two"):
        path = rig.folder / f"{name}.mkv"
        pictures.ffmpeg("-rtsp_transport", "tcp", "-i", camera.url(name), "-t", 2, "-c", "copy", path)
        numbers = pictures.numbers_of(path)
        assert numbers[0] == 0 and len(numbers) >= 45 and pictures.consecutive(numbers) is None, numbers


def a_reference_frame_is_the_frame_that_it_claims_to_be(_rig):
    for number in (0, 1, 24, 25, 26, 500, 999):
        same = pictures.psnr(pictures.reference(number, 896, 512), pictures.reference(number, 896, 512, "h265"))
        assert same > 30, f"{number}: {same:.1f} dB between the codecs"


if __name__ == "__main__":
    raise SystemExit(harness.main(
        bar_codes_are_read_at_any_size_and_damage_is_noticed,
        the_camera_sends_every_frame_of_both_codecs_in_order,
        a_reference_frame_is_the_frame_that_it_claims_to_be,
    ))
