#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What one stranger asks for hurts nobody else: floods of views, walls of tiles that nobody acknowledges, sizes without end."""
import contextlib
import re
import subprocess
import sys
import time

import rig as harness
import pictures
from viewer import Viewer

CAMERAS = ("cam00", "cam01", "cam02", "cam03")
YAML = """
defaults:
  source: {plugin: test_in, width: 640, height: 360, fps: 25}
cameras:
  cam00: {recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 5s}}
  cam01: {}
  cam02: {}
  cam03: {}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
FULL = 10  # pictures a second that the viewers ask for
LEAST = 9 if harness.SLOW == 1 else 3  # of these at least; sanitizers have no time to give away


def memory_kib(server):
    status = (harness.pathlib.Path("/proc") / str(server.process.pid) / "status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1])


class Watched:
    """A server with a viewer of each camera, at their full rate."""

    def __init__(self, rig):
        self.rig = rig
        self.server = rig.yaml(YAML).wait_live(*CAMERAS)
        self.viewers = [Viewer(rig, self.server, {1: camera}) for camera in CAMERAS]
        for viewer in self.viewers:
            harness.wait_for(lambda v=viewer: v.count(1) >= 5, 15, "pictures")
        time.sleep(1)
        self.memory = memory_kib(self.server)

    def least_fps(self, begin, end):
        return min(viewer.fps(1, begin, end) for viewer in self.viewers)

    @contextlib.contextmanager
    def undisturbed(self, what):
        """Nobody misses more than one picture of ten, now and thereafter."""
        begin = time.monotonic()
        yield
        end = time.monotonic()
        time.sleep(3)
        during, after = self.least_fps(begin, end), self.least_fps(end + 1, end + 3)
        print(f"# {what}: {during:.1f} pictures a second of {FULL} during {end - begin:.1f} s, then {after:.1f}")
        assert during >= LEAST, f"{what}: {during:.1f} pictures a second for the others"
        assert after >= LEAST, f"{what}: {after:.1f} pictures a second for the others afterwards"

    def storm(self, connections, seconds, tiles):
        subprocess.run(
            [sys.executable, harness.TOP / "tests/tools/storm.py", *map(str, (self.server.port, connections, seconds, tiles)), *CAMERAS],
            check=True, timeout=(seconds + 30) * harness.SLOW, stdout=subprocess.DEVNULL,
        )

    def end(self):
        """Nothing is kept of it, nothing of the recording is lost, and the server ends at once."""
        if not harness.SANITIZED:  # they keep what was freed
            harness.wait_for(lambda: memory_kib(self.server) <= self.memory * 1.2, 10,
                lambda: f"{self.memory} KiB before, {memory_kib(self.server)} KiB now")
        assert self.server.metric("cam_link_dropped_total", node="cam00.recorder") == 0
        for viewer in self.viewers:
            assert not viewer.ended, "a viewer was closed"
            assert not [m for m in viewer.told if m["type"] == "limited"], "a viewer who did nothing was limited"
        self.server.stop()
        numbers = pictures.numbers_recorded(self.rig.files("cam00"))
        assert pictures.consecutive(numbers) is None, pictures.consecutive(numbers)


def a_flood_of_views_hurts_nobody(rig):
    it = Watched(rig)
    with it.undisturbed("one connection"):
        it.storm(1, 2, 256)
    with it.undisturbed("four connections"):
        it.storm(4, 5, 256)
    assert it.server.metric("cam_ws_view_views_passed_total") > 5 and it.server.metric("cam_ws_view_held_total") > 5
    told = re.findall(r"viewers say more than is taken, the last of them from 127\.0\.0\.1", it.server.log())
    assert len(told) == 1, f"logged {len(told)} times"
    it.end()


def sizes_beyond_the_camera_hurt_nobody(rig):
    it = Watched(rig)
    with it.undisturbed("forty sizes"):
        tiles = [{"id": i + 1, "camera": "cam00", "width": 3840 - 2 * i, "height": 2160 - 2 * i, "fps": 60, "quality": 100} for i in range(40)]
        wall = Viewer(rig, it.server, tiles)
        time.sleep(5)
        wall.close()
    largest = max(size for _, _, size, _ in wall.pictures)
    assert largest <= (640, 360), f"pictures of {largest} of a camera of 640x360"
    assert len(wall.words(1)) == 1 and wall.words(1)[0][0] == "lowered", wall.words(1)
    it.end()


def who_never_acknowledges_gets_the_first_pictures_and_no_more_are_made(rig):
    it = Watched(rig)
    tiles = [{"id": i + 1, "camera": CAMERAS[i % 4], "width": 160, "fps": 60} for i in range(64)]

    def subscribers():
        return sum(it.server.camera(camera)["subscribers"] for camera in CAMERAS)

    before = subscribers()
    deaf = Viewer(rig, it.server, tiles, acknowledge=False)
    harness.wait_for(lambda: len({tile for _, tile, _, _ in deaf.pictures}) == 64, 10, "a picture of each tile")
    harness.wait_for(lambda: subscribers() == before, 6, lambda: f"{subscribers()} subscriptions, {before} before")
    assert len(deaf.pictures) == 64, f"{len(deaf.pictures)} pictures to who has acknowledged none"
    deaf.close()
    it.end()


if __name__ == "__main__":
    raise SystemExit(harness.main(
        a_flood_of_views_hurts_nobody,
        sizes_beyond_the_camera_hurt_nobody,
        who_never_acknowledges_gets_the_first_pictures_and_no_more_are_made,
    ))
