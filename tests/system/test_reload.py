#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SIGHUP: what changed is made anew, what did not change loses nothing, a broken file changes nothing."""
import signal
import threading

import rig as harness
import pictures

YAML = """
defaults:
  buffer:   {plugin: mem_ring}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 5s}
cameras:
  steady:
    source: {plugin: rtsp_in, url: "@URL@"}
  moody:
    source: {plugin: test_in, width: 320, height: 180, pattern: bars}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""


class Reloading:
    """A server and its file."""

    def __init__(self, rig):
        self.text = YAML.replace("@URL@", rig.camera().url())
        self.server = rig.yaml(self.text).wait_live("steady", "moody")
        path = rig.folder / "config-0.yaml"
        self.path, self.text = path, path.read_text()

    def reload(self, text):
        """Have the server read this; @return what it logged since."""
        before = self.server.log()
        self.path.write_text(text)
        self.server.process.send_signal(signal.SIGHUP)

        def told():
            said = self.server.log()[len(before):]
            return (" up: " in said or " stays in force" in said) and said

        return harness.wait_for(told, 10, "an answer to SIGHUP")


def restarts(server, node):
    return server.metric("cam_node_restarts_total", node=node)


def only_what_changed_is_made_anew(rig):
    it = Reloading(rig)
    shown = []
    viewer = threading.Thread(target=lambda: shown.extend(it.server.feed(60, "steady")))
    viewer.start()
    first = it.text
    for i in range(10):
        it.reload(first.replace("pattern: bars", f"pattern: {('gradient', 'clock')[i % 2]}"))
        it.server.wait_live("moody")
    it.reload(first.replace("  moody:", "  renamed:"))
    it.server.wait_live("renamed")
    assert [c["name"] for c in it.server.json("/api/v1/cameras")["cameras"]] == ["steady", "renamed"]
    it.reload(first.replace("segment: 5s", "segment: 4s"))
    it.server.wait_live("steady", "moody")
    viewer.join()
    assert len(shown) == 60, f"the viewer of the other camera got {len(shown)} pictures"
    it.server.stop()
    source = "steady.source: live"
    assert it.server.log().count(source) == 1, "the camera that did not change was connected anew"
    for path in rig.files("steady") + rig.files("renamed"):
        pictures.plays(path)


def a_recorder_that_did_not_change_loses_no_frame(rig):
    it = Reloading(rig)
    broken = it.text.replace("pattern: bars", "patern: bars")
    it.server.expect("stays in force", "patern")
    for i in range(20):
        said = it.reload(broken if i % 2 else it.text.replace("pattern: bars", f"pattern: bars, gop: {i + 5}"))
        assert ("patern" in said and 'did you mean "pattern"' in said) == bool(i % 2), said
    harness.wait_for(lambda: it.server.camera("steady")["packets"] > 130, 15, "five seconds of footage")
    it.server.stop()
    numbers = [n for path in rig.files("steady") for n in pictures.numbers_of(path)]
    assert numbers[0] == 0 and pictures.consecutive(numbers) is None, pictures.consecutive(numbers)


if __name__ == "__main__":
    raise SystemExit(harness.main(only_what_changed_is_made_anew, a_recorder_that_did_not_change_loses_no_frame))
