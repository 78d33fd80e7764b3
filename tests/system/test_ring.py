#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The ring of pictures, read by the C example and the Python example while the server runs."""
import os
import subprocess
import sys
import threading
import time

import numpy

import rig as harness
import barcode
import pictures

sys.path.insert(0, str(harness.TOP / "examples"))
import read_ring  # noqa: E402

WIDTH, HEIGHT = 480, 270
FRAME = WIDTH * HEIGHT * 3


def ring_server(rig, seconds, fill):
    server = rig.single(rig.camera().url(), {
        "WIDTH": str(WIDTH), "HEIGHT": str(HEIGHT), "FPS": "25", "PRE_MOTION_LENGTH": str(seconds),
        "CAM_SERVER__CAMERAS__CAMERA_001__BUFFER__FILL": fill,
        "CAM_SERVER__CAMERAS__CAMERA_001__RECORDER": "off",
    })
    return server.wait_live("camera_001")


def check_pictures(bgr):
    """Consecutive bar codes; the last picture in the right colours, and not in the wrong ones."""
    numbers = [barcode.read(picture) for picture in bgr]
    wrong = pictures.consecutive(numbers)
    assert wrong is None, f"{wrong}: {numbers}"
    want = pictures.reference(numbers[-1], WIDTH, HEIGHT)
    right, swapped = pictures.psnr(bgr[-1][:, :, ::-1], want), pictures.psnr(bgr[-1], want)
    assert right > 28 and right > swapped + 3, f"{right:.1f} dB as BGR, {swapped:.1f} dB as RGB"
    return numbers


def read_exactly(pipe, count):
    data = b""
    while len(data) < count:
        more = pipe.read(count - len(data))
        assert more, "the C reader ended early"
        data += more
    return data


def by_c(rig, count, *options):
    """`count` pictures as the C example saves them, through a pipe; as BGR arrays."""
    fifo = rig.folder / f"fifo-{time.monotonic_ns()}"
    os.mkfifo(fifo)
    head = b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT)
    keep = os.open(fifo, os.O_RDWR)  # so that neither side sees an end between two pictures
    reader = subprocess.Popen(
        [harness.BUILD / "examples/read_ring", "-n", str(count), "-o", fifo, *options, rig.shm],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    rig.closers.append(reader.kill)
    out = []
    with open(fifo, "rb", buffering=0) as pipe:
        for _ in range(count):
            data = read_exactly(pipe, len(head) + FRAME)
            assert data.startswith(head), data[:20]
            rgb = numpy.frombuffer(data[len(head) :], dtype=numpy.uint8).reshape(HEIGHT, WIDTH, 3)
            out.append(rgb[:, :, ::-1])
    os.close(keep)
    said = reader.communicate()[1]
    assert reader.returncode == 0 and not said, said
    return out


def by_python(rig, count, **options):
    out = []
    with read_ring.RingReader(rig.shm) as ring:
        for frame, bgr in ring.frames(oldest_first=True, **options):
            assert (frame.width, frame.height) == (WIDTH, HEIGHT)
            out.append(numpy.frombuffer(bgr, numpy.uint8).reshape(HEIGHT, WIDTH, 3))
            if len(out) == count:
                return out
    raise AssertionError(f"{len(out)} pictures, then none")


def memory(rig):
    """Bytes that the ring takes now."""
    return os.stat(f"/dev/shm/{rig.shm}").st_blocks * 512


def decoders(server):
    return server.metric("cam_camera_decoders", camera="camera_001")


def c_and_python_see_every_picture_and_only_readers_cost_anything(rig):
    server = ring_server(rig, 4, "demand")
    assert os.stat(f"/dev/shm/{rig.shm}").st_size >= 100 * FRAME, "the ring does not have its full size"
    assert decoders(server) == 0 and memory(rig) < FRAME, f"nobody reads: {memory(rig)} bytes"
    seen = []
    python = threading.Thread(target=lambda: seen.extend(by_python(rig, 60)))
    python.start()
    from_c = by_c(rig, 60, "-a")
    assert decoders(server) == 1 and memory(rig) >= 100 * FRAME, f"with readers: {memory(rig)} bytes"
    python.join()
    check_pictures(from_c)
    check_pictures(seen)
    harness.wait_for(lambda: decoders(server) == 0, 10, "the decoder ends after the last reader")
    harness.wait_for(lambda: memory(rig) < FRAME, 10, "the memory is given back")
    check_pictures(by_c(rig, 5, "-a"))


def a_ring_that_is_always_filled_holds_the_last_ten_seconds(rig):
    server = ring_server(rig, 10, "always")
    assert memory(rig) >= 250 * FRAME, f"{memory(rig)} bytes are reserved"
    harness.wait_for(lambda: server.camera("camera_001")["packets"] > 290, 20, "more than ten seconds of footage")
    began = time.monotonic()
    numbers = check_pictures(by_c(rig, 240, "-a"))
    took = time.monotonic() - began
    assert took < 5 * harness.SLOW, f"{took:.1f} s for pictures that were there"
    assert numbers[0] >= 290 - 250 - 25, f"the oldest is {numbers[0]}"
    check_pictures(by_python(rig, 240))


def a_stranger_is_told_which_group_reads(rig):
    ring_server(rig, 4, "demand")
    # By its descriptor: others may not be able to look into the folder where it was built.
    program = os.open(harness.BUILD / "examples/read_ring", os.O_RDONLY)
    group = os.stat(f"/dev/shm/{rig.shm}").st_gid + 4242
    os.chown(f"/dev/shm/{rig.shm}", -1, group)
    os.chown(f"/dev/shm/{rig.shm}.readers", -1, group)

    def as_stranger(groups):
        return subprocess.run([f"/proc/self/fd/{program}", "-n", "1", rig.shm], pass_fds=[program], user=65534, group=65534,
                              extra_groups=groups, capture_output=True, text=True, timeout=30)

    refused = as_stranger([])
    assert refused.returncode == 1, refused
    for word in ("permission denied", f"group {group}", "mode 0640", "user 65534", f"--group-add {group}", 'mode: "0666"'):
        assert word in refused.stderr, f"{word}: {refused.stderr}"
    assert read_ring.denial(rig.shm).split("this program")[0] == refused.stderr.split("read_ring: ")[1].split("this program")[0]
    member = as_stranger([group])
    assert member.returncode == 0, member.stderr


if __name__ == "__main__":
    raise SystemExit(harness.main(
        c_and_python_see_every_picture_and_only_readers_cost_anything,
        a_ring_that_is_always_filled_holds_the_last_ten_seconds,
        *([] if os.geteuid() else [a_stranger_is_told_which_group_reads]),  # only root can be somebody else
    ))
