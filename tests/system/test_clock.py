#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Cameras whose clocks are wrong: what is recorded is as long as it took, and people are told."""
import re

import rig as harness
import pictures
from scripted import FPS, TICKS, Scripted

YAML = """
defaults:
  source:   {plugin: rtsp_in}
  buffer:   {plugin: mem_ring, seconds: 2}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1h}
cameras:
  honest: {source: {url: "@HONEST@"}}
  slow:   {source: {url: "@SLOW@"}}
  fast:   {source: {url: "@FAST@"}}
  still:  {source: {url: "@STILL@"}}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
SECONDS, UNITS = 15, 400  # the shorter of both
SENT = {"honest": FPS, "slow": FPS / 1.2, "fast": FPS / 0.8, "still": FPS}  # a second; 25 are stamped


def count(name):
    return min(UNITS, int(SECONDS * SENT[name]))


def camera(rig, name):
    def play(client):
        client.stream(0, count(name), lambda i: 0 if name == "still" else i * TICKS, fps=SENT[name])
        client.camera.silent.wait(60)

    return Scripted(rig, play)


def length(path):
    times = [float(t) for t in pictures.ffprobe(path, "packet=dts_time")]
    steps = [b - a for a, b in zip(times, times[1:])]
    assert min(steps) > 0 and max(steps) < 1, (path, min(steps), max(steps))
    return times[-1] - times[0]


def what_is_recorded_is_as_long_as_it_took_and_a_wrong_clock_is_told(rig):
    cameras = {name: camera(rig, name) for name in SENT}
    text = YAML
    for name, made in cameras.items():
        text = text.replace(f"@{name.upper()}@", made.url())
    server = rig.yaml(text)
    server.wait_live(*cameras)
    harness.wait_for(
        lambda: all(server.camera(name)["packets"] >= count(name) for name in SENT), SECONDS + 15, "all of it",
    )
    told = {name: server.camera(name) for name in SENT}
    for name, rate in {"honest": 1, "slow": 0.833, "fast": 1.25, "still": 1}.items():
        assert abs(told[name]["clock_rate"] - rate) < 0.02, (name, told[name])
        assert abs(server.metric("cam_camera_clock_rate", camera=name) - rate) < 0.02
    assert told["honest"]["repaired"] == 0, told["honest"]
    assert told["still"]["repaired_repeated"] >= 0.9 * SECONDS * FPS, told["still"]
    assert server.metric("cam_camera_repaired_repeated_total", camera="still") == told["still"]["repaired_repeated"]
    stamped = re.findall(r"(\w+)\.source: the camera stamps (\S+) frames a second and sends (\d+\.\d); its clock", server.log())
    assert sorted(name for name, _, _ in stamped) == ["fast", "slow"], stamped
    for name, stamps, sends in stamped:
        assert abs(float(stamps) - FPS) < 0.6 and abs(float(sends) - SENT[name]) < 0.6, stamped
    server.stop()
    for name in SENT:
        path = rig.files(name)[0]  # of the first session
        assert abs(length(path) - count(name) / SENT[name]) < 0.5 * harness.SLOW, (name, length(path))


if __name__ == "__main__":
    raise SystemExit(harness.main(what_is_recorded_is_as_long_as_it_took_and_a_wrong_clock_is_told))
