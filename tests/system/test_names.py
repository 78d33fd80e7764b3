#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A camera with a name for people: recorded, ringed, shown, asked for, measured and set by variables."""
import os
import sys
import urllib.parse

import rig as harness
import pictures
from browser import Browser

sys.path.insert(0, str(harness.TOP / "examples"))
import read_ring  # noqa: E402

NAME, VARIABLE = "Haustür Nord.1 (Front)", "HAUST_R_NORD_1__FRONT_"
FILE_NAME = "Haust%C3%BCr%20Nord.1%20%28Front%29"
QUOTES = 'The "other" one'


def a_name_for_people_works_everywhere(rig):
    camera = rig.camera()
    server = rig.yaml(f"""
defaults:
  source: {{plugin: rtsp_in, url: "{camera.url()}"}}
  recorder: {{plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 2s}}
cameras:
  "{NAME}":
    buffer: {{plugin: shm_ring, name: "@SHM@.{{camera}}", width: 320, height: 180}}
  '{QUOTES}':
    recorder: off
sinks:
  web: {{plugin: ws_view, listen: "127.0.0.1:@PORT@"}}
""", env={f"CAM_SERVER__CAMERAS__{VARIABLE}__BUFFER__WIDTH": "640",
          f"CAM_SERVER__CAMERAS__{VARIABLE}__BUFFER__HEIGHT": "360"}).wait_live(NAME, QUOTES)
    check_api(server)
    check_ring(rig)
    check_recordings(rig, server)
    page = Browser(rig, f"http://127.0.0.1:{server.port}/", 30 * harness.SLOW)
    for name in (NAME, QUOTES):
        shown = f"[...document.querySelectorAll('canvas')].find(c => c.dataset.camera === {name!r})?.width > 100"
        harness.wait_for(lambda shown=shown: page.evaluate(shown), 20, f"a picture of {name}")
    assert not page.complaints, page.complaints
    page.kill()
    rig.closers.remove(page.kill)


def check_api(server):
    cameras = server.json("/api/v1/cameras")["cameras"]
    assert [(c["name"], c["file_name"]) for c in cameras] == [(NAME, FILE_NAME), (QUOTES, "The%20%22other%22%20one")]
    assert pictures.size_of_jpeg(server.feed(1, NAME)[0]) == (896, 512)
    snapshot = server.get(f"/api/v1/cameras/{harness.in_url(NAME)}/snapshot.jpg")
    assert pictures.size_of_jpeg(snapshot) == (1920, 1080)
    assert server.metric("cam_camera_live", camera=NAME) == 1
    assert server.metric("cam_node_running", node=f"{NAME}.buffer") == 1
    escaped = QUOTES.replace('"', '\\"')
    assert server.metric("cam_camera_live", camera=escaped) == 1
    assert server.metric("cam_camera_state", camera=escaped, state="live") == 1


def check_ring(rig):
    """What the variables have set is what comes."""
    name = f"{rig.shm}.{FILE_NAME}"
    assert name in os.listdir("/dev/shm")
    with read_ring.RingReader(name) as ring:
        frame, _ = next(ring.frames())
        assert (frame.width, frame.height) == (640, 360), frame


def check_recordings(rig, server):
    files = harness.wait_for(lambda: (f := rig.files(NAME)) and len(f) > 1 and f, 20, "two recordings")
    assert files[0].parent.parent.name == FILE_NAME and files[0].name.startswith(f"{FILE_NAME}_"), files
    listed = server.json(f"/api/v1/recordings?camera={harness.in_url(NAME)}")
    assert listed[0]["camera"] == NAME, listed
    assert server.get(f"/api/v1/recordings/{listed[0]['id']}") == files[0].read_bytes()
    assert urllib.parse.unquote(listed[0]["id"]).startswith(f"{NAME}/"), listed
    server.get(f"/api/v1/recordings?camera={harness.in_url(QUOTES)}", 404)


def a_single_camera_is_called_by_its_variable(rig):
    server = rig.single(rig.camera().url(), {"CAMERA_NAME": NAME, "PRE_MOTION_LENGTH": "0"}).wait_live(NAME)
    harness.wait_for(lambda: rig.files(NAME), 10, "a recording")
    assert [c["name"] for c in server.json("/api/v1/cameras")["cameras"]] == [NAME]
    with read_ring.RingReader(rig.shm) as ring:
        frames = ring.frames()
        numbers = [next(frames)[0].seq for _ in range(5)]
    assert numbers == sorted(set(numbers)), numbers


if __name__ == "__main__":
    raise SystemExit(harness.main(a_name_for_people_works_everywhere, a_single_camera_is_called_by_its_variable))
