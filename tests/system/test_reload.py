#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SIGHUP: what changed is made anew, what did not change loses nothing, a broken file changes nothing."""
import contextlib
import http.client
import itertools
import os
import re
import signal
import threading

import rig as harness
import fixtures
import pictures
import viewer

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

    def __init__(self, rig, text):
        self.server = rig.yaml(text).wait_live("steady", "moody")
        self.path = rig.folder / "config-0.yaml"
        self.text = self.path.read_text()

    def write(self, text):
        """The file is there as a whole or as it was."""
        part = self.path.with_suffix(".part")
        part.write_text(text)
        part.rename(self.path)

    def reload(self, text):
        """Have the server read this, None: no file; @return what it logged since."""
        before = self.server.log_path.stat().st_size
        if text is None:
            self.path.unlink()
        else:
            self.write(text)
        self.server.process.send_signal(signal.SIGHUP)

        def told():
            with open(self.server.log_path, "rb") as log:
                log.seek(before)
                said = log.read().decode()
            return (" up: " in said or self.whole_refusal(said)) and said

        return harness.wait_for(told, 10, lambda: f"no answer to SIGHUP: {self.server.log()[-1500:]}")

    @staticmethod
    def whole_refusal(said):
        """The first line, and the line of an error at least."""
        return re.search(r" stays in force\n.*\n", said)

    def has_node(self, node):
        return any(f'node="{node}"' in key for key in self.server.metrics())

    def cameras(self):
        return [c["name"] for c in self.server.json("/api/v1/cameras")["cameras"]]


def only_what_changed_is_made_anew(rig):
    it = Reloading(rig, YAML.replace("@URL@", rig.camera().url()))
    first = it.text
    it.reload(first.replace("  moody:", "  renamed:"))
    it.server.wait_live("renamed")
    assert it.cameras() == ["steady", "renamed"]
    assert it.server.log().count("steady.source: live") == 1, "the camera that did not change was connected anew"
    it.reload(first.replace("segment: 5s", "segment: 4s"))
    it.server.wait_live("steady", "moody")
    it.server.stop()
    assert it.server.log().count("steady.source: live") == 1, "the camera whose recorder changed was connected anew"
    for path in rig.files("steady") + rig.files("renamed"):
        pictures.plays(path)


# ---- what is changed as it runs ----

RUNNING = """
cameras:
  steady:
    source:   {plugin: rtsp_in, url: "@URL@", stall_timeout: 5s}
    buffer:   {plugin: mem_ring, seconds: 60s}
    ring:     {plugin: shm_ring, name: "@SHM@_steady", width: 320, height: 180, seconds: 1s}
    spare:    {plugin: mem_ring, bytes: 1M}
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 60s, from: ring}
  moody:
    source: {plugin: test_in, width: 320, height: 180, pattern: bars}
    buffer: off
    recorder: off
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@", width: 640, height: 360, quality: 90}
"""


class Running(Reloading):
    """A camera that is recorded and looked at while its configuration changes."""

    def __init__(self, rig):
        self.rig = rig
        super().__init__(rig, RUNNING.replace("@URL@", rig.camera().url()))
        self.viewer = viewer.Viewer(rig, self.server, [{"id": 1, "camera": "steady"}])
        self.packets = 0
        harness.wait_for(lambda: self.viewer.count(1) > 5 and self.recorded() > 5, 20, "pictures and a file")

    def recorded(self):
        return self.server.metric("cam_recorder_mp4_packets_total", node="steady.recorder")

    def ring_bytes(self):
        return os.stat(f"/dev/shm/{self.rig.shm}_steady").st_size

    def change(self, old, new, is_in_force):
        """The camera is connected once, the recorder and the socket are those of before: they go on."""
        assert old in self.text, old
        self.text = self.text.replace(old, new)
        before, shown = self.recorded(), self.viewer.count(1)
        said = self.reload(self.text)
        assert " stays in force" not in said, said
        harness.wait_for(is_in_force, 20, lambda: f"{new} in force; {self.server.log()[-800:]}")
        harness.wait_for(lambda: self.recorded() > before + 5, 20, f"packets recorded after {new}, of {before}")
        harness.wait_for(lambda: self.viewer.count(1) > shown + 5, 20, f"pictures after {new}")
        assert before >= self.packets, f"the recorder was made anew before {new}"
        self.packets = before
        assert not self.viewer.ended, f"the viewer's socket was closed by {new}"
        restarts = {k: v for k, v in self.server.metrics().items() if k.startswith("cam_node_restarts_total") and v}
        assert not restarts, restarts

    def kept(self):
        return self.server.metric("cam_mem_ring_seconds", node="steady.buffer")

    def bytes_of_a_picture(self):
        return len(self.viewer.pictures[-1][3])


def what_changed_is_changed_as_it_runs(rig):
    it = Running(rig)
    size, picture = it.ring_bytes(), it.bytes_of_a_picture()
    it.change("width: 320, height: 180, seconds: 1s", "width: 480, height: 270, seconds: 1s", lambda: it.ring_bytes() > size)
    it.change("segment: 60s", "segment: 60s, required: true", lambda: True)
    it.change("segment: 60s, required: true", "segment: 60s", lambda: True)
    it.change("quality: 90", "quality: 5", lambda: it.bytes_of_a_picture() < picture / 2)
    it.change("width: 640, height: 360", "width: 320, height: 180", lambda: it.viewer.pictures[-1][2] == (320, 180))
    harness.wait_for(lambda: it.kept() > 5, 20, "some seconds kept")
    it.change("seconds: 60s", "seconds: 1s", lambda: it.kept() < 5)
    assert it.server.metric("cam_recorder_mp4_segments_total", node="steady.recorder") == 1 == len(rig.files("steady"))
    it.change("segment: 60s", "segment: 1s", lambda: it.server.metric("cam_recorder_mp4_segments_total") > 2)
    assert it.server.metric("cam_rtsp_in_sessions_total", node="steady.source") == 1
    assert it.server.log().count("steady.source: live") == 1
    numbers = [n for path in rig.files("steady")[:-1] for n in pictures.numbers_of(path)]
    wrong = pictures.consecutive(numbers, modulo=fixtures.FRAMES)
    assert wrong is None and len(numbers) > 50, f"{wrong} of {len(numbers)}"
    # The source alone: who takes its packets hears of the end of a session, as when the camera goes.
    it.change("stall_timeout: 5s", "stall_timeout: 6s", lambda: it.server.log().count("steady.source: live") == 2)
    # A buffer taken out, and one put in: what it stood between goes on.
    spare = next(line for line in it.text.splitlines(True) if " spare: " in line)
    it.change(spare, "", lambda: not it.has_node("steady.spare"))
    it.change("    ring: ", spare + "    ring: ", lambda: it.has_node("steady.spare"))
    it.server.stop()
    for path in rig.files("steady"):
        pictures.plays(path)


# ---- the storm ----

QUICK = harness.SLOW > 1 or "CAM_TEST_QUICK" in os.environ
RELOADS = 40 if QUICK else 200
VIEW = "/video_feed?camera=steady&width=480&fps=5"

STORM = """
defaults:
  recorder: {{plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 2s}}
cameras:
  steady:
    source: {{plugin: rtsp_in, url: "@STEADY@"}}
    buffer: {{plugin: mem_ring, seconds: 2}}
{moody}{guest}sinks:
  web: {{plugin: ws_view, listen: "127.0.0.1:@PORT@"}}
  side: {{plugin: ws_view, listen: "127.0.0.1:@SIDE@", width: {side_width}}}
"""
MOODY = """  moody:
    source: {{plugin: rtsp_in, url: "@MOODY@/{stream}", {password}, stall_timeout: {stall}}}
    buffer: {{plugin: {buffer}, seconds: 2{ring}}}
    recorder: {recorder}
"""
GUEST = "  guest: {source: {plugin: test_in, width: 320, height: 180}, buffer: off, recorder: off}\n"
START = {
    "moody": True, "guest": False, "stream": "h265", "stall": "5s", "buffer": "mem_ring", "recorder": "{}",
    "side_width": 640, "password": 'user: admin, password_file: "@SECRET@"',
}


class Viewer:
    """Reads /video_feed on one connection until it is told to stop."""

    def __init__(self, server):
        self.jpegs, self.problem, self.enough = [], None, threading.Event()
        self.connection, self.response = server.request(VIEW)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            while not self.enough.is_set():
                self.jpegs.append(harness.next_part(self.response))
        except (AssertionError, OSError) as problem:
            self.problem = problem

    def stop(self):
        self.enough.set()
        self.thread.join()
        self.connection.close()
        assert not self.problem, f"the viewer of the camera that did not change: {self.problem}"

    def check(self):
        """Always forward and never more than two seconds at once, though the footage starts over."""
        numbers = pictures.numbers_of_jpegs(self.jpegs)
        assert len(numbers) > 10 and None not in numbers, f"{len(numbers)} pictures: {numbers[:20]}"
        steps = [(b - a) % fixtures.FRAMES for a, b in itertools.pairwise(numbers)]
        assert 0 < min(steps) and max(steps) <= 2 * fixtures.FPS * harness.SLOW, f"the viewer's pictures jump: {steps}"


class Storm(Reloading):
    """Which configuration is in force, what is broken next, and what must hold after each reload."""

    def __init__(self, rig):
        self.rig, self.state = rig, dict(START)
        camera = rig.camera(h264="h264", h265="h265")
        self.secret = rig.write("secret", "word\n")
        self.side = harness.free_port()
        self.marks = {"@STEADY@": camera.url("h264"), "@MOODY@": camera.url("").rstrip("/"), "@SIDE@": self.side,
            "@SECRET@": self.secret, "@RECORDINGS@": rig.recordings, "@SHM@": rig.shm}
        super().__init__(rig, self.render())
        self.marks["@PORT@"] = self.server.port

    def render(self, **changes):
        state = {**self.state, **changes}
        state["ring"] = ', name: "@SHM@_moody"' if state["buffer"] == "shm_ring" else ""
        moody = MOODY.format(**state) if state["moody"] else ""
        text = STORM.format(moody=moody, guest=GUEST if state["guest"] else "", side_width=state["side_width"])
        for mark, value in self.marks.items():
            text = text.replace(mark, str(value))
        return text

    # ---- good files: what changes, and what shows that it is in force ----

    def is_live(self, name):
        """It delivers: a few pictures have come, and go into a file."""
        camera = self.server.camera(name) if name in self.cameras() else {"state": ""}
        return camera["state"] == "live" and camera["packets"] > 5

    def codec_of_moody(self):
        return self.server.camera("moody")["codec"]

    def ring_is_there(self):
        return any(f"{self.rig.shm}_moody" in name for name in os.listdir("/dev/shm"))

    def has_file(self):
        return self.server.metric("cam_recorder_mp4_segments_total", node="moody.recorder") >= 1

    def side_sends(self, width):
        """The page on the side tells what a picture has when nobody asks for a size."""
        connection = http.client.HTTPConnection("127.0.0.1", self.side, timeout=10 * harness.SLOW)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException, AssertionError):
            connection.request("GET", "/video_feed?camera=moody")
            response = connection.getresponse()
            return response.status == 200 and pictures.size_of_jpeg(harness.next_part(response))[0] == width
        return False  # it is just being made anew

    def good(self):
        """Each change and its sign, for ever; after the last the start's configuration is in force."""
        def live():
            return self.is_live("moody")

        return itertools.cycle([
            ({"stream": "h264"}, lambda: live() and self.codec_of_moody() != self.codec),
            ({"recorder": "off"}, lambda: live() and not self.has_node("moody.recorder")),
            ({"guest": True}, lambda: self.is_live("guest")),
            ({"buffer": "shm_ring"}, lambda: live() and self.ring_is_there()),
            ({"side_width": 320}, lambda: self.side_sends(320)),
            ({"moody": False}, lambda: self.cameras() == ["steady", "guest"]),
            ({"moody": True, "recorder": "{}"}, lambda: live() and self.has_node("moody.recorder")),
            ({"stall": "6s", "buffer": "mem_ring"}, lambda: live() and not self.ring_is_there()),
            ({"guest": False, "side_width": 640}, lambda: self.cameras() == ["steady", "moody"]),
            (START, lambda: live() and self.codec_of_moody() == self.codec and self.has_file()),
        ])

    # ---- broken files: what is broken, and what is said ----

    def bad(self):
        text = self.render
        return itertools.cycle([
            (lambda: text() + "\n  : [", "not valid YAML"),
            (lambda: text().replace("listen:", "lisen:"), r'unknown key; did you mean "listen"'),
            (lambda: text().replace("plugin: recorder_mp4", "plugin: recorder_mp5"), r'"recorder_mp5".*did you mean "recorder_mp4"'),
            (lambda: text().replace("seconds: 2}", "seconds: 2, from: nowhere}", 1), "nowhere"),
            (lambda: None, "cannot be read"),
            (lambda: "", "is empty"),
            (lambda: text() + "#" * 300_000, "larger than 256 KiB"),
            (lambda: text(moody=True).replace(str(self.secret), f"{self.secret}.gone"), r"secret\.gone: No such file"),
            (lambda: text(moody=True).replace(str(self.secret), str(self.rig.folder)), "Is a directory"),
            (lambda: text() + "cameras: {}\n", "remove one"),
        ])

    def one_good(self, change, is_in_force):
        self.state.update(change)
        said = self.reload(self.render())
        assert " stays in force" not in said, said
        harness.wait_for(is_in_force, 20, lambda: f"{change} in force; {self.server.log()[-800:]}")

    def one_bad(self, broken, sentence):
        before = self.graph()
        said = self.reload(broken())
        assert " stays in force" in said and " up: " not in said and re.search(sentence, said), said
        after = self.graph()
        assert before == after, f"a broken file changed {before} to {after}"
        self.server.get("/readyz")

    def graph(self):
        """Cameras and nodes, and how often each was started."""
        metrics = self.server.metrics()
        return self.cameras(), {k: v for k, v in metrics.items() if k.startswith("cam_node_restarts_total")}

    def shared_memory(self):
        return sorted(name for name in os.listdir("/dev/shm") if self.rig.shm in name)

    def needs_no_more_than(self, census):
        return all(now <= then for now, then in zip(self.server.census(), census))

    def memory_kib(self):
        status = (harness.pathlib.Path("/proc") / str(self.server.process.pid) / "status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1])

    def burst(self):
        """Signals faster than reloads; the file that is there last is in force at last."""
        for i in range(20):
            self.write(self.render(side_width=640 if i < 19 else 480, stream=("h265", "h264")[i % 2]))
            self.server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: self.side_sends(480) and self.codec_of_moody() != self.codec, 20, "what came last in force")
        self.one_good(START, lambda: self.side_sends(640) and self.codec_of_moody() == self.codec and self.has_file())

    def round(self, good, bad, n):
        """@return the most memory that the server had in these 2n reloads: it settles after some dozens"""
        most = 0
        for _ in range(n):
            self.one_good(*next(good))
            self.one_bad(*next(bad))
            most = max(most, self.memory_kib())
        return most


def the_other_camera_loses_nothing_in_a_storm_of_reloads(rig):
    it = Storm(rig)
    server = it.server.expect("stays in force", "config-0.yaml", "environment|--set")
    it.codec = it.codec_of_moody()
    viewer = Viewer(server)
    good, bad = it.good(), it.bad()
    memory = it.round(good, bad, RELOADS // 4)  # each kind of both: what is made once is there now
    census = server.census()
    grown = it.round(good, bad, RELOADS // 4) - memory
    it.burst()
    harness.wait_for(lambda: it.needs_no_more_than(census), 15,
        lambda: f"descriptors, threads: {census} became {server.census()}: {server.open_files()}")
    assert not it.shared_memory(), it.shared_memory()
    print(f"# {RELOADS} reloads: at most {memory} KiB in the first half, {grown:+d} KiB in the second")
    viewer.stop()
    assert server.metric("cam_rtsp_in_sessions_total", node="steady.source") == 1
    for metric, labels in (("cam_link_dropped_total", {"node": "steady.recorder"}),
        ("cam_camera_repaired_total", {"camera": "steady"}), ("cam_camera_dropped_total", {"camera": "steady"})):
        assert server.metric(metric, **labels) == 0, metric
    sent = server.camera("steady")["packets"]
    it.write(it.render(moody=False))
    server.process.send_signal(signal.SIGHUP)
    server.stop()  # in the middle of a reload
    assert server.log().count("steady.source: live") == 1, "the camera that did not change was connected anew"
    assert QUICK or grown < 16 * 1024, f"memory grew by {grown} KiB in {RELOADS // 2} reloads"
    viewer.check()
    numbers = [n for path in rig.files("steady") for n in pictures.numbers_of(path)]
    wrong = pictures.consecutive(numbers, modulo=fixtures.FRAMES)
    assert numbers[0] == 0 and wrong is None, wrong
    assert len(numbers) >= sent, f"{len(numbers)} units recorded, {sent} came"
    assert len(rig.files("steady")) <= sent / (2 * fixtures.FPS) + 2, "the recorder that did not change was made anew"
    for path in rig.files("moody"):
        pictures.plays(path)


if __name__ == "__main__":
    raise SystemExit(harness.main(only_what_changed_is_made_anew, what_changed_is_changed_as_it_runs,
        the_other_camera_loses_nothing_in_a_storm_of_reloads))
