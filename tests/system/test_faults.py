#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What cameras and their network do wrong, and what the whole server makes of it."""
import ctypes
import os
import re
import socket
import time

import rig as harness
import pictures
from scripted import FPS, TICKS, Scripted

YAML = """
defaults:
  source:   {plugin: rtsp_in, open_timeout: 2s}
  buffer:   {plugin: mem_ring, seconds: 2}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1h}
cameras:
@CAMERAS@
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
CLONE_NEWNS, MS_REC, MS_PRIVATE, MS_BIND = 0x20000, 0x4000, 1 << 18, 4096


def start(rig, edit=lambda text: text, cameras=None, **popen):
    lines = "\n".join(f'  {name}: {{source: {{url: "{url}"}}}}' for name, url in cameras.items())
    return rig.yaml(edit(YAML).replace("@CAMERAS@", lines), **popen)


def stat(server, name, camera="front"):
    return server.metric(f"cam_rtsp_in_{name}_total", node=f"{camera}.source")


def is_open(server, camera):
    return any(f"/{camera}/" in path and path.endswith(".mp4") for path in server.open_files())


def numbers(rig, camera):
    return pictures.numbers_recorded(rig.files(camera))


def play_all(client):
    client.stream(0, 400)


def a_camera_that_dies_in_mid_frame_costs_that_frame_and_its_file_is_closed(rig):
    died = []

    def die(client):
        if client.stream(0, 60):
            client.send(60, 60 * TICKS, packets=2)
            died.append(time.monotonic())

    dying, steady = Scripted(rig, die), Scripted(rig, play_all, ["h265"])
    server = start(rig, cameras={"front": dying.url(), "yard": steady.url()}).wait_live("front", "yard").expect("front.source")
    harness.wait_for(lambda: is_open(server, "front"), 10, "a recording")
    harness.wait_for(lambda: died, 10, "its death")
    dying.leave()
    harness.wait_for(lambda: not is_open(server, "front"), 5, "the file is closed")
    assert time.monotonic() - died[0] < 3 * harness.SLOW, "the file was open for too long"
    harness.wait_for(lambda: server.camera("front")["state"] == "retrying", 5, "state retrying")
    assert server.camera("front")["error"] and server.camera("yard")["state"] == "live"
    assert stat(server, "units") == 60 and stat(server, "unfinished") == 1
    server.stop()
    assert numbers(rig, "front") == list(range(60)), numbers(rig, "front")
    others = numbers(rig, "yard")
    assert len(others) >= 60 and others == list(range(len(others))), pictures.consecutive(others)


def a_codec_that_changes_with_the_session_begins_a_file_and_is_shown(rig):
    camera = Scripted(rig, lambda client: client.stream(0, 75 if client.number == 0 else 400), ["h264", "h265"])
    server = start(rig, cameras={"front": camera.url()}).wait_live("front").expect("front.source")
    assert server.camera("front")["codec"] == "H264"
    connection, viewer = server.request("/video_feed")
    harness.wait_for(lambda: server.camera("front")["codec"] == "HEVC", 10, "the other codec")
    came = time.monotonic()
    shown = [harness.next_part(viewer) for _ in range(60)]
    connection.close()
    assert time.monotonic() - came < 20 * harness.SLOW
    assert None not in pictures.numbers_of_jpegs(shown[-5:])
    harness.wait_for(lambda: stat(server, "units") >= 125, 10, "footage")
    server.stop()
    first, second = rig.files("front")
    assert [pictures.ffprobe(f, "stream=codec_name") for f in (first, second)] == [["h264"], ["hevc"]]
    assert pictures.numbers_of(first) == list(range(75)) and pictures.consecutive(pictures.numbers_of(second)) is None


def odd_clock(i):
    """From 40 on an hour later, from 70 on two hours earlier; it stands still from 100 to 109."""
    i -= max(0, min(i, 109) - 100)
    return i * TICKS + 0xFFFF0000 + (3600 * 90000 if i >= 40 else 0) - (7200 * 90000 if i >= 70 else 0)


def a_clock_that_jumps_goes_back_wraps_and_stands_still_is_mended_and_counted(rig):
    camera = Scripted(rig, lambda client: client.stream(0, 140, odd_clock) and client.camera.silent.wait(20))
    server = start(rig, cameras={"front": camera.url()}).wait_live("front")
    harness.wait_for(lambda: stat(server, "units") == 140, 15, "all of it")
    mended = server.metric("cam_camera_repaired_total", camera="front")
    server.stop()
    (path,) = rig.files("front")
    assert pictures.numbers_of(path) == list(range(140)) and 3 <= mended <= 20, mended
    times = [float(t) for t in pictures.ffprobe(path, "packet=dts_time")]
    steps = [b - a for a, b in zip(times, times[1:])]
    assert len(times) == 140 and min(steps) > 0 and max(steps) < 2, (min(steps), max(steps))
    assert abs(times[-1] - 140 / FPS) < 1.5 * harness.SLOW, times[-1]


MANY = 32


def memory(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024


def many_cameras_that_come_and_go_leave_nothing_behind_and_say_little(rig):
    camera = Scripted(rig, lambda client: client.stream(0, 400, lambda i: i * 5 * TICKS, fps=5))
    names = [f"cam{i}" for i in range(MANY)]
    server = start(
        rig, lambda text: re.sub("  recorder.*\n", "", text), cameras={name: camera.url(name) for name in names},
    ).expect("source")
    rounds, census, used = 4, set(), []

    def all_live():
        return all(c["state"] == "live" for c in server.json("/api/v1/cameras")["cameras"])

    harness.wait_for(server.answers, 20, "/healthz answers")
    for turn in range(rounds):
        # Cameras that have been live for 2 s come back after half a second.
        harness.wait_for(lambda: sum(stat(server, "units", n) >= 12 * (turn + 1) for n in names) == MANY, 30, "pictures")
        harness.wait_for(all_live, 10, "all are live")
        census.add(server.census())
        used.append(memory(server))
        camera.silent.set()
        harness.wait_for(lambda: stat(server, "sessions", names[0]) > turn + 1, 20, "the next session")
        camera.silent.clear()
    harness.wait_for(all_live, 20, "all are live again")
    descriptors, threads = zip(*census)
    # One or two more may be connections of this test's that are being closed.
    assert max(descriptors) - min(descriptors) <= 2 and len(set(threads)) == 1, f"descriptors and threads: {census}"
    # A sanitizer keeps what has been freed.
    assert harness.SANITIZED or used[-1] - used[1] < 16 << 20, f"memory grows: {used}"
    assert all(stat(server, "unfinished", n) == 0 for n in names)
    log = server.log()
    for name in names:
        failures = len(re.findall(rf"{name}\.source.*trying again", log))
        lives = len(re.findall(rf"{name}\.source.* live", log))
        assert failures == 1 and lives <= rounds + 1, f"{name}: {failures} failures, {lives} times live in the log"


def silent_name_server():
    """A name server that never answers, and what a child does to ask only that one; None: that takes root."""
    if os.geteuid():
        return None, None
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    address = f"127.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}.53"
    server.bind((address, 53))
    return server, address


def ask_only(path):
    """In the child: this is /etc/resolv.conf."""
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        lambda: libc.unshare(CLONE_NEWNS),
        lambda: libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None),
        lambda: libc.mount(os.fsencode(path), b"/etc/resolv.conf", None, MS_BIND, None),
    ):
        if call():
            raise OSError(ctypes.get_errno(), "cannot mount")


def can_ask_only(path):
    child = os.fork()
    if not child:
        try:
            ask_only(path)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def a_name_server_that_never_answers_is_noticed_by_nobody_else(rig):
    dns, address = silent_name_server()
    path = rig.write("resolv.conf", f"nameserver {address}\noptions timeout:5 attempts:3\n")
    if not dns or not can_ask_only(path):
        print("# needs root and mounts: left out")
        return
    steady = Scripted(rig, play_all)
    cameras = {f"lost{i}": f"rtsp://camera{i}.example.test/stream" for i in range(8)}
    cameras |= {"front": steady.url(host="localhost"), "yard": steady.url()}
    server = start(rig, cameras=cameras, preexec_fn=lambda: ask_only(path)).expect(r"lost\d.source")
    server.wait_live("front", "yard", seconds=8)
    dns.settimeout(10)
    assert b"example" in dns.recv(512), "the name server was not asked"
    harness.wait_for(lambda: server.camera("lost0")["error"], 10, "a reason")
    assert "name" in server.camera("lost0")["error"], server.camera("lost0")["error"]
    began = time.monotonic()
    server.feed(5, "front")
    assert time.monotonic() - began < 3 * harness.SLOW, "viewers wait"
    server.stop()  # within 2 s, though eight names are being looked up
    dns.close()
    for name in ("front", "yard"):
        found = numbers(rig, name)
        assert found and found == list(range(len(found))), f"{name}: {pictures.consecutive(found)}"


if __name__ == "__main__":
    raise SystemExit(harness.main(
        a_camera_that_dies_in_mid_frame_costs_that_frame_and_its_file_is_closed,
        a_codec_that_changes_with_the_session_begins_a_file_and_is_shown,
        a_clock_that_jumps_goes_back_wraps_and_stands_still_is_mended_and_counted,
        many_cameras_that_come_and_go_leave_nothing_behind_and_say_little,
        a_name_server_that_never_answers_is_noticed_by_nobody_else,
    ))
