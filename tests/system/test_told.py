#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What does not work is told, and holds up nobody else: disks that fail, disks that hang, stages and sinks that do not start."""
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import rig as harness

DAY, CHUNK = "2026-01-01", 1 << 20
YAML = """
server: {protect: false}
defaults:
  source: {plugin: test_in, width: 160, height: 90, fps: 10}
cameras:
  front:
    recorder: {plugin: recorder_mp4, directory: "@FRONT@", fragment: 20s}
  yard:
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", fragment: 20s}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""


class Disks:
    """A server whose camera `front` is recorded on a disk of its own, and what happens to the disks."""

    def __init__(self, rig, text=YAML):
        self.rig, self.faults = rig, rig.folder / "faults"
        self.faults.mkdir()
        self.front = self.other_disk() / "hung"
        self.front.mkdir()
        library = rig.folder / "faulty_disk.so"
        source = harness.TOP / "tests/tools/faulty_disk.c"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=60)
        self.server = rig.yaml(text.replace("@FRONT@", str(self.front)), env={"LD_PRELOAD": library, "FAULTS": self.faults})
        self.server.wait_live("front", "yard")
        self.path = rig.folder / "config-0.yaml"

    def other_disk(self):
        """A folder on another file system than the rig's."""
        folder = pathlib.Path("/dev/shm") / self.rig.shm
        folder.mkdir()
        self.rig.closers.append(lambda: shutil.rmtree(folder))
        assert os.stat(folder).st_dev != os.stat(self.rig.recordings).st_dev, "/dev/shm is no file system of its own"
        return folder

    def happen(self, what):
        (self.faults / what).touch()

    def wait_hung(self):
        harness.wait_for(lambda: (self.faults / "something_waits").is_symlink(), 10, "the disk hangs")

    def end(self, what):
        (self.faults / what).unlink()

    def footage(self, camera="front"):
        """Something is held that is not written yet."""
        packets = self.server.camera(camera)["packets"]
        harness.wait_for(lambda: self.server.camera(camera)["packets"] > packets + 10, 10, "footage")

    def put(self, folder, camera, size):
        """A recording of so many bytes. @return its address"""
        name = f"{camera}_{DAY}_00-00-00Z.mp4"
        (folder / camera / DAY).mkdir(parents=True)
        with open(folder / camera / DAY / name, "wb") as file:
            for i in range(size // CHUNK):
                file.write(bytes([i % 256]) * CHUNK)
        return f"/api/v1/recordings/{camera}/{DAY}/{name}"

    def leave(self, code, seconds):
        server = self.server
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == code, f"exit {server.process.returncode}, not {code}: {server.log()[-1500:]}"
        took = time.monotonic() - began
        assert took < seconds * harness.SLOW, f"it took {took:.1f} s"
        return server.log()


LOST = r"error front\.recorder: the disk under \S+ fails to write.*; what it still held is lost"


def a_disk_that_fails_to_write_at_the_end_is_told(rig):
    it = Disks(rig)
    it.server.expect("front.recorder", "yard.recorder")
    it.footage()
    it.happen("write_fails")
    assert re.search(LOST, it.leave(1, 2)), it.server.log()


def a_disk_that_fails_to_sync_at_the_end_is_told(rig):
    it = Disks(rig)
    it.server.expect("front.recorder", "yard.recorder")
    it.footage()
    it.happen("sync_fails")
    assert re.search(LOST, it.leave(1, 2)), it.server.log()


def a_disk_that_fails_to_close_at_the_end_is_told(rig):
    it = Disks(rig)
    it.server.expect("front.recorder", "yard.recorder")
    it.footage()
    it.happen("close_fails")
    assert re.search(LOST, it.leave(1, 2)), it.server.log()


def what_is_lost_at_a_reload_is_told_and_counted(rig):
    it = Disks(rig)
    server = it.server.expect("front.recorder")
    it.footage()
    before = server.metrics()
    assert not any(key.startswith("cam_lost_total") for key in before), before
    it.happen("write_fails")
    it.path.write_text(it.path.read_text().replace("fragment: 20s", "fragment: 10s", 1))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: re.search(LOST, server.log()), 10, "the loss is told")
    it.end("write_fails")
    harness.wait_for(lambda: server.log().count(" up: ") == 2, 10, "the reload's end")
    assert server.metric("cam_lost_total", node="front.recorder") == 1
    it.footage()
    it.leave(1, 2)


def a_disk_that_hangs_at_the_end_is_told_within_five_seconds(rig):
    it = Disks(rig)
    it.server.expect("front.recorder")
    it.footage()
    it.happen("disk_hangs")
    log = it.leave(1, 5)
    assert "error front.recorder: does not end, because the disk under it does not answer; what it still held is lost" in log, log
    assert "yard.recorder" not in log.partition("SIGTERM")[2], log


def a_disk_that_hangs_takes_no_more_memory_than_there_is_and_costs_nobody_else(rig):
    text = YAML.replace("server: {protect: false}", "server: {protect: false, queue_memory: 300K}")
    it = Disks(rig, text.replace("width: 160, height: 90, fps: 10", "width: 640, height: 360, fps: 25").replace("20s", "500ms"))
    server = it.server
    it.happen("disk_hangs")
    harness.wait_for(lambda: server.metric("cam_queue_dropped_total") > 100, 60, "the budget is used up")
    assert server.metric("cam_queue_memory_bytes") <= server.metric("cam_queue_memory_limit_bytes") * 1.2
    assert server.metric("cam_link_dropped_total", node="yard.recorder") == 0
    assert server.metric("cam_link_dropped_total", node="front.recorder") >= server.metric("cam_queue_dropped_total")
    told = r"warn front: packets come faster than they are taken: server\.queue_memory \(300 KiB\) is full"
    harness.wait_for(lambda: re.search(told, server.log()), 10, "it is told")
    front = harness.wait_for(lambda: (c := server.camera("front"))["error"] and c, 20, "it stands in the API")
    assert re.match(r"recorder: packets wait, and none has been taken for \d+ s: does the disk hang that holds ", front["error"]), front
    assert front["state"] == "live" and server.camera("yard")["error"] == ""
    assert "front.recorder does not work: " in server.unready()
    it.end("disk_hangs")
    passed = server.metric("cam_link_passed_total", node="front.recorder")
    harness.wait_for(lambda: server.metric("cam_link_passed_total", node="front.recorder") > passed + 50, 10, "recording goes on")
    harness.wait_for(lambda: not server.camera("front")["error"] and not server.unready(), 10, "it works again")


# ---- requests and files ----


@contextlib.contextmanager
def asked(server, path):
    """A request whose answer nobody reads."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10 * harness.SLOW)
    connection.request("GET", path)
    with contextlib.closing(connection):
        yield


def a_request_for_one_camera_is_asked_of_no_other(rig):
    it = Disks(rig, YAML.replace("fragment: 20s", "fragment: 200ms"))
    server = it.server
    it.happen("disk_hangs")
    it.wait_hung()
    assert server.json("/api/v1/recordings?camera=yard") is not None
    server.get("/api/v1/recordings?camera=nobody", 404)
    server.get("/api/v1/recordings/nobody/a/b.mp4", 404)
    server.get(f"/api/v1/recordings/yard/{DAY}/yard_{DAY}_00-00-00Z.mp4", 404)
    server.get("/api/v1/recordings/yard", 404)
    it.end("disk_hangs")
    assert server.json("/api/v1/recordings?camera=front")


def requests_to_a_disk_that_hangs_are_bounded(rig):
    it = Disks(rig, YAML.replace("fragment: 20s", "fragment: 200ms"))
    it.happen("disk_hangs")
    it.wait_hung()
    path = "/api/v1/recordings?camera=front"
    with contextlib.ExitStack() as stack:
        for _ in range(256):
            stack.enter_context(asked(it.server, path))
        it.server.get("/healthz")
        assert b"its disk does not answer" in it.server.get(path, 503)
        it.end("disk_hangs")
    harness.wait_for(lambda: it.server.request(path)[1].status == 200, 10, "the disk is back")


def a_disk_that_hangs_stops_no_download_from_another(rig):
    it = Disks(rig)
    size = 64 * CHUNK
    hung, well = it.put(it.front, "front", size), it.put(rig.recordings, "yard", size)
    it.happen("disk_hangs")
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(asked(it.server, hung))
        it.wait_hung()
        began = time.monotonic()
        body = it.server.get(well)
        took = time.monotonic() - began
        assert len(body) == size and all(body[i * CHUNK] == i for i in range(64)), len(body)
        assert took < 5 * harness.SLOW, f"{took:.1f} s"
        print(f"# 64 MiB in {took:.2f} s beside a disk that hangs")
        it.end("disk_hangs")
    assert it.server.get(hung) == body, "the disk is back"


def a_download_from_a_disk_that_hangs_does_not_keep_the_server(rig):
    it = Disks(rig)
    it.server.expect("front.recorder")
    hung = it.put(it.front, "front", CHUNK)
    it.happen("disk_hangs")
    with asked(it.server, hung):
        it.wait_hung()
        it.leave(1, 5)


def a_file_is_sent_to_its_end_while_its_recorder_goes(rig):
    it = Disks(rig)
    size = 64 * CHUNK
    path = it.put(it.front, "front", size)
    connection, response = it.server.request(path)
    with contextlib.closing(connection):
        body = response.read(CHUNK)
        it.path.write_text(re.sub(r"  front:\n.*\n", "", it.path.read_text()))
        it.server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: it.server.log().count(" up: ") == 2, 10, "the reload's end")
        body += response.read()
    assert len(body) == size and all(body[i * CHUNK] == i for i in range(64)), len(body)
    it.server.get(path, 404)


# ---- what stands in the API ----

BROKEN = """
cameras:
  front:
    source: {plugin: test_in, width: 160, height: 90, fps: 10}
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@/nothing/here", required: false}
  yard:
    source: {plugin: test_in, width: 160, height: 90, fps: 10}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
  side: {plugin: ws_view, listen: "127.0.0.1:@TAKEN@", required: @REQUIRED@}
"""


@contextlib.contextmanager
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        yield taken.getsockname()[1]


def a_stage_or_sink_that_does_not_work_stands_in_the_api(rig):
    with taken_port() as port:
        server = rig.yaml(BROKEN.replace("@TAKEN@", str(port)).replace("@REQUIRED@", "false")).wait_live("front", "yard")
        front = harness.wait_for(lambda: (c := server.camera("front"))["error"] and c, 10, "the recorder's error")
        assert front["state"] == "live" and re.match(r"recorder: .*does not exist", front["error"]), front
        source, recorder, *beside = front["stages"]
        assert {node["name"] for node in beside} == {"web", "side"}, beside
        assert (source["name"], source["kind"], source["state"], source["error"]) == ("source", "source", "live", ""), source
        assert (recorder["name"], recorder["plugin"], recorder["kind"]) == ("recorder", "recorder_mp4", "recorder"), recorder
        harness.wait_for(lambda: server.camera("front")["stages"][1]["restarts"] > 0, 10, "it is tried again")
        yard = harness.wait_for(lambda: (c := server.camera("yard"))["error"] and c, 10, "the sink's error stands at each camera")
        assert re.match(r"side: .*taken", yard["error"]), yard

        def side():
            return {node["name"]: node for node in server.json("/api/v1/cameras")["nodes"]}["side"]

        node = harness.wait_for(lambda: (n := side())["error"] and n, 10, "the sink's error")
        assert node["kind"] == "sink" and "taken" in node["error"] and node["state"] == "retrying", node
        assert server.get("/readyz") == b"ready\n", "neither is required"


def a_recorder_that_comes_up_only_to_fail_again_does_not_pass_for_one_that_works(rig):
    it = Disks(rig, YAML.replace("20s", "500ms"))
    it.server.expect("front.recorder", "yard.recorder")
    it.happen("write_fails")
    harness.wait_for(lambda: it.server.camera("front")["stages"][1]["restarts"] >= 2, 30, "it is tried again")
    end = time.monotonic() + 4
    while time.monotonic() < end:
        front = it.server.camera("front")
        assert front["state"] == "live" and re.match(r"recorder: .*fails to write", front["error"]), front
        body = it.server.unready()
        assert re.search(r"front.recorder (is not running|does not work): .*fails to write", body), body
    it.end("write_fails")
    harness.wait_for(lambda: not it.server.camera("front")["error"], 30, "it works again")
    harness.wait_for(lambda: not it.server.unready(), 30, "both work again")


def a_required_sink_that_does_not_work_makes_the_server_unready(rig):
    with taken_port() as port:
        server = rig.yaml(BROKEN.replace("@TAKEN@", "0").replace("@REQUIRED@", "true")).wait_live("front", "yard")
        path = rig.folder / "config-0.yaml"
        path.write_text(path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        server.process.send_signal(signal.SIGHUP)
        body = harness.wait_for(lambda: "taken" in (b := server.unready()) and b, 10, "the server is not ready")
        assert re.fullmatch(r"side is not running: .*taken.*\n", body), body


def documents_are_made_once_for_whoever_asks_within_a_second(rig):
    server = rig.yaml(BROKEN.replace("@TAKEN@", "0").replace("@REQUIRED@", "true")).wait_live("front", "yard")
    for path in ("/metrics", "/api/v1/cameras"):
        bodies, began = [], time.monotonic()
        while time.monotonic() - began < 3:
            bodies.append(server.get(path))
        assert 2 <= len(set(bodies)) <= 5, f"{path}: {len(set(bodies))} in 3 s"
    config = rig.folder / "config-0.yaml"
    text = config.read_text()
    for name in ("garden", "porch"):  # a reload is told at once
        config.write_text(text.replace("yard:", f"{name}:"))
        ups = server.log().count(" up: ")
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda ups=ups: server.log().count(" up: ") > ups, 10, "the reload's end")
        assert [c["name"] for c in server.json("/api/v1/cameras")["cameras"]] == ["front", name]
        assert any(f'camera="{name}"' in key for key in server.metrics())


if __name__ == "__main__":
    if harness.SANITIZED:
        print("1..0 # SKIP a sanitizer must be loaded first")
        raise SystemExit(0)
    raise SystemExit(harness.main(
        a_disk_that_fails_to_write_at_the_end_is_told,
        a_disk_that_fails_to_sync_at_the_end_is_told,
        a_disk_that_fails_to_close_at_the_end_is_told,
        what_is_lost_at_a_reload_is_told_and_counted,
        a_disk_that_hangs_at_the_end_is_told_within_five_seconds,
        a_disk_that_hangs_takes_no_more_memory_than_there_is_and_costs_nobody_else,
        a_request_for_one_camera_is_asked_of_no_other,
        requests_to_a_disk_that_hangs_are_bounded,
        a_disk_that_hangs_stops_no_download_from_another,
        a_download_from_a_disk_that_hangs_does_not_keep_the_server,
        a_file_is_sent_to_its_end_while_its_recorder_goes,
        a_stage_or_sink_that_does_not_work_stands_in_the_api,
        a_recorder_that_comes_up_only_to_fail_again_does_not_pass_for_one_that_works,
        a_required_sink_that_does_not_work_makes_the_server_unready,
        documents_are_made_once_for_whoever_asks_within_a_second,
    ))
