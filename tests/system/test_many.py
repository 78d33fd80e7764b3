#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Two cameras from YAML, every plugin swapped by one word, faults of one camera, kill -9, and many viewers."""
import re
import threading
import time

import rig as harness
import barcode
import pictures

YAML = """
defaults:
  source:   {plugin: rtsp_in, transport: tcp}
  buffer:   {plugin: shm_ring, seconds: 2, fps: 5, name: "@SHM@_{camera}"}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 3s}
cameras:
  front:
    source: {url: "@FRONT@"}
  yard:
    source: {url: "@YARD@"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@", width: 896, height: 512, fps: 10, quality: 60}
"""


def two(rig, camera, edit=lambda text: text, camera2=None):
    text = edit(YAML).replace("@FRONT@", camera.url("h264")).replace("@YARD@", (camera2 or camera).url("h265"))
    return rig.yaml(text)


def recorded(rig, camera):
    return pictures.numbers_recorded(rig.files(camera))


def h264_and_h265_are_shown_and_recorded_side_by_side(rig):
    server = two(rig, rig.camera(h264="h264", h265="h265")).wait_live("front", "yard")
    assert [c["name"] for c in server.json("/api/v1/cameras")["cameras"]] == ["front", "yard"]
    for name, codec in (("front", "h264"), ("yard", "h265")):
        shown = pictures.decode_jpegs(server.feed(5, name), 896, 512)
        numbers = [barcode.read(p) for p in shown]
        assert None not in numbers and numbers == sorted(set(numbers)), f"{name}: {numbers}"
        quality = pictures.psnr(shown[-1], pictures.reference(numbers[-1], 896, 512, codec))
        assert quality > 28, f"{name}: {quality:.1f} dB"
    harness.wait_for(lambda: all(len(rig.files(n)) >= 3 for n in ("front", "yard")), 30, "three segments each")
    server.stop()
    for name in ("front", "yard"):
        numbers = recorded(rig, name)
        assert numbers[0] == 0 and pictures.consecutive(numbers) is None, f"{name}: {pictures.consecutive(numbers)}"


def every_plugin_is_swapped_for_its_sibling_by_one_word(rig):
    def swap(text):
        return text.replace("rtsp_in", "test_in").replace("shm_ring", "mem_ring")

    server = two(rig, rig.camera(), swap).wait_live("front", "yard")
    assert all(c["state"] == "live" for c in server.json("/api/v1/cameras")["cameras"])
    numbers = [barcode.read(p) for p in pictures.decode_jpegs(server.feed(5, "yard"), 896, 512)]
    assert None not in numbers and numbers == sorted(set(numbers)), numbers
    assert b"<html" in server.get("/")
    harness.wait_for(lambda: len(rig.files("front")) >= 3, 30, "three segments")
    server.stop()
    numbers = recorded(rig, "front")
    assert pictures.consecutive(numbers) is None and len(numbers) > 100, pictures.consecutive(numbers)


def state_of(server, name):
    return server.camera(name)["state"]


def a_camera_that_dies_comes_back_and_the_other_loses_nothing(rig):
    dying, steady = rig.camera(h264="h264"), rig.camera(h265="h265")
    server = two(rig, dying, camera2=steady).wait_live("front", "yard").expect("front.source")
    harness.wait_for(lambda: server.camera("front")["packets"] > 60, 10, "footage")
    dying.kill()
    harness.wait_for(lambda: state_of(server, "front") == "retrying", 10, "state retrying")
    assert server.camera("front")["error"], "no reason is given"
    assert state_of(server, "yard") == "live"
    before = len(rig.files("front"))
    harness.Camera(rig, port=dying.port, h264="h264")
    harness.wait_for(lambda: state_of(server, "front") == "live", 15, "live again")
    packets = server.camera("front")["packets"]
    harness.wait_for(lambda: server.camera("front")["packets"] > packets + 60, 10, "footage again")
    server.stop()
    numbers = recorded(rig, "front")
    second = numbers.index(0, 1)
    assert pictures.consecutive(numbers[:second]) is None and pictures.consecutive(numbers[second:]) is None
    assert second >= 60 and len(numbers) - second >= 60, f"{second} frames before, {len(numbers) - second} after"
    assert len(rig.files("front")) >= before
    assert pictures.consecutive(recorded(rig, "yard")) is None, "the other camera lost frames"


def after_kill_9_every_file_plays_and_a_second_is_lost_at_most(rig):
    server = two(rig, rig.camera(h264="h264", h265="h265")).wait_live("front", "yard")
    harness.wait_for(lambda: server.camera("front")["packets"] > 120, 15, "footage")
    packets = {name: server.camera(name)["packets"] for name in ("front", "yard")}
    server.process.kill()
    server.process.wait()
    rig.servers.remove(server)
    for name, sent in packets.items():
        numbers = recorded(rig, name)
        assert pictures.consecutive(numbers) is None, f"{name}: {pictures.consecutive(numbers)}"
        assert sent - len(numbers) <= 25 + 3, f"{name}: {sent} came in, {len(numbers)} are in the file"
    again = two(rig, rig.camera(h264="h264", h265="h265")).wait_live("front", "yard")
    harness.wait_for(lambda: again.camera("front")["packets"] > 30, 10, "it starts over the left-overs of the crash")
    again.stop()
    for name in ("front", "yard"):
        recorded(rig, name)


def watch(server, seconds, counts, errors):
    try:
        connection, response = server.request("/video_feed?camera=front")
        end = time.monotonic() + seconds
        count = 0
        while time.monotonic() < end:
            harness.next_part(response)
            count += 1
        counts.append(count)
        connection.close()
    except (AssertionError, OSError) as problem:
        errors.append(problem)


def work_done(server):
    names = ("packets", "pictures_decoded", "pictures_scaled", "jpegs_encoded")
    return {name: server.metric(f"cam_camera_{name}_total", camera="front") for name in names}


def ten_viewers_cost_one_decode_one_scale_and_one_jpeg_a_frame(rig):
    text = re.sub("shm_ring", "mem_ring", YAML)
    camera = rig.camera(h264="h264", h265="h265")
    server = two(rig, camera, lambda _: text).wait_live("front", "yard")
    harness.wait_for(lambda: server.camera("front")["packets"] > 50, 10, "footage")
    idle = work_done(server)
    assert idle["pictures_decoded"] == idle["jpegs_encoded"] == 0, f"nobody watches: {idle}"
    assert server.metric("cam_camera_decoders", camera="front") == 0
    counts, errors = [], []
    viewers = [threading.Thread(target=watch, args=(server, 5 * harness.SLOW, counts, errors)) for _ in range(10)]
    for viewer in viewers:
        viewer.start()
    harness.wait_for(lambda: server.camera("front")["decoders"] == 1, 10, "one decoder")
    for viewer in viewers:
        viewer.join()
    harness.wait_for(lambda: server.metric("cam_camera_decoders", camera="front") == 0, 10, "the decoder is freed")
    work = {key: value - idle[key] for key, value in work_done(server).items()}
    assert not errors and len(counts) == 10 and min(counts) >= 20, f"{counts} {errors}"
    # A slow viewer misses pictures, so that there may be more JPEGs than it has seen; but never one for each viewer.
    assert work["jpegs_encoded"] * 3 <= sum(counts), f"JPEGs for {counts}: {work}"
    assert work["pictures_scaled"] <= work["jpegs_encoded"] + 2, work
    assert work["pictures_decoded"] <= work["packets"] + 50, work


if __name__ == "__main__":
    raise SystemExit(harness.main(
        h264_and_h265_are_shown_and_recorded_side_by_side,
        every_plugin_is_swapped_for_its_sibling_by_one_word,
        a_camera_that_dies_comes_back_and_the_other_loses_nothing,
        after_kill_9_every_file_plays_and_a_second_is_lost_at_most,
        ten_viewers_cost_one_decode_one_scale_and_one_jpeg_a_frame,
    ))
