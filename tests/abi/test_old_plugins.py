#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Plugins that were built against the headers of 1.0, 1.1 and 1.2 are loaded, and do all they ever did."""
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(TOP / "tests/system"))

import rig as harness  # noqa: E402

MODULES = harness.BUILD / "tests/abi/.libs"
PATH = {"CAM_SERVER_PLUGIN_PATH": f"{MODULES}:{harness.BUILD / '.libs'}"}
YAML = """
cameras:
  old:
    source: {plugin: source_VERSION, fps: 20, level: 5, secret: hush, mode: fancy, pause: 2s, bytes: 64K}
    buffer: {plugin: buffer_VERSION}
    recorder: {plugin: recorder_VERSION, directory: "@RECORDINGS@"}
    failing: {plugin: recorder_VERSION, directory: "@RECORDINGS@/failing", fails: true}
    looker: {plugin: looker_VERSION}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
  elder: {plugin: sink_VERSION, from: "o*"}
"""


def reaches(server, plugin, least):
    """Wait until each statistic of the plugin's node is at least so much. @return the last reading"""
    last = {}

    def there():
        nonlocal last
        found = server.metrics()
        last = {
            name: sum(v for k, v in found.items() if k.split("{")[0].removesuffix("_total") == f"cam_{plugin}_{name}" and wanted[0] in k)
            for name, wanted in least.items()
        }
        return all(last[name] >= wanted[1] for name, wanted in least.items())

    harness.wait_for(there, 30, lambda: f"{plugin}: {last}, not {least}")
    return last


def run(rig, version):
    (rig.recordings / "failing").mkdir()
    server = rig.yaml(YAML.replace("VERSION", version), env=PATH).wait_live("old")
    server.expect("the first session of old.source is over", "Resource temporarily unavailable")
    everywhere = lambda **least: {name: ("", value) for name, value in least.items()}
    reaches(server, f"source_{version}", everywhere(sessions=2, released=70, values=1))
    reaches(server, f"buffer_{version}", everywhere(kept=100, replayed=1))
    least = {"video": 70, "audio": 70, "ticks": 10, "calls": 10}
    if version != "1_0":
        least["ended"] = 1
    reaches(server, f"recorder_{version}", {name: ("old.recorder", value) for name, value in least.items()})
    reaches(server, f"recorder_{version}", {"history": ("old.failing", 10)})
    reaches(server, f"looker_{version}", everywhere(pictures=10, brightness=60))
    reaches(server, f"sink_{version}", everywhere(
        grey=20, jpeg=10, sound=5, cameras=1, live=1, answers=2, released=1))
    return server


def answers(server, version):
    prefix = f"/old/sink_{version}"
    connection, response = server.request(f"{prefix}/text/a-tail")
    assert response.read() == b"old a-tail" and response.getheader("Content-Type") == "text/x-old"
    connection.close()
    assert server.get(f"{prefix}/file") == b"hello"
    server.get(f"{prefix}/failure", 500)
    paths = json.loads(server.get("/api/v1/openapi.json"))["paths"]
    told = paths[f"{prefix}/text/{{tail}}"]["get"]
    assert told["summary"] == "Says it again." and f"{prefix}/file" in paths, paths.keys()
    assert ("200" in told["responses"]) == (version != "1_0"), told


def recorded(rig, server):
    server.stop()
    lines = (rig.recordings / "old.recorder.txt").read_text().splitlines()
    video = [line.split() for line in lines if line.startswith("0 ")]
    stamps = [int(words[1]) for words in video]
    numbers = [int(words[3]) for words in video]
    assert stamps == sorted(set(stamps)), "DTS go backwards"
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "a packet is missing"
    assert all(int(words[2]) > 1.6e18 and int(words[4]) == 696 and int(words[5], 16) & 1 for words in video)
    assert any(int(words[5], 16) & 2 for words in video), "the second session does not begin with a discontinuity"


def plugins_of_1_0_work(rig):
    server = run(rig, "1_0")
    answers(server, "1_0")
    recorded(rig, server)


def plugins_of_1_1_work(rig):
    server = run(rig, "1_1")
    answers(server, "1_1")
    recorded(rig, server)


def plugins_of_1_2_work(rig):
    server = run(rig, "1_2")
    answers(server, "1_2")
    recorded(rig, server)


def options_of_old_are_known_and_checked(rig):
    env = harness.environment(rig, PATH)
    for version in ("1_0", "1_1", "1_2"):
        shown = subprocess.run(
            [harness.binary(), "--help", f"source_{version}"], env=env, stdout=subprocess.PIPE, check=True, timeout=60
        ).stdout.decode()
        for text in ("a source:", "fps  (number, 1 to 60 frames/s; default 25)", "fancy        Fancy.", "secret)", "_released"):
            assert text in shown, f"{text!r} is not in\n{shown}"
        text = YAML.replace("VERSION", version).replace("level: 5", "level: 9").replace("@RECORDINGS@", "/x")
        path = rig.write("wrong.yaml", text.replace("@PORT@", "0"))
        checked = subprocess.run(
            [harness.binary(), "--check", "-c", path], env=env, stderr=subprocess.PIPE, check=False, timeout=60)
        assert checked.returncode == 2 and b"source.level: nine is too much" in checked.stderr, checked.stderr


def structs_of_odd_sizes_work(rig):
    text = YAML.replace("VERSION", "1_1").replace(
        "    looker: {plugin: looker_1_1}\n", "    odd: {plugin: odd_sizes}\n")
    (rig.recordings / "failing").mkdir()
    server = rig.yaml(text, env=PATH).wait_live("old")
    server.expect("the first session of old.source is over", "Resource temporarily unavailable")
    wishes = reaches(server, "odd_sizes", {"wishes": ("", 20)})["wishes"]
    reaches(server, "odd_sizes", {"served": ("", wishes)})
    assert server.metric("cam_odd_sizes_wrong_total") == 0, server.log()


if __name__ == "__main__":
    raise SystemExit(harness.main(
        plugins_of_1_0_work, plugins_of_1_1_work, plugins_of_1_2_work,
        options_of_old_are_known_and_checked, structs_of_odd_sizes_work))
