#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Single-camera mode by environment variables alone, against GStreamer's RTSP server and real footage."""
import time

import rig as harness
import barcode
import pictures

SEGMENT = {"CAM_SERVER__CAMERAS__CAMERA_001__RECORDER__SEGMENT": "3s"}


def check_jpegs(jpegs, width, height, advancing=True):
    """Valid, advancing bar codes, and the picture of the footage."""
    assert all(pictures.size_of_jpeg(j) == (width, height) for j in jpegs), pictures.size_of_jpeg(jpegs[0])
    shown = pictures.decode_jpegs(jpegs, width, height)
    numbers = [barcode.read(picture) for picture in shown]
    assert None not in numbers, numbers
    assert not advancing or all(a < b for a, b in zip(numbers, numbers[1:])), numbers
    quality = pictures.psnr(shown[-1], pictures.reference(numbers[-1], width, height))
    assert quality > 28, f"frame {numbers[-1]}: {quality:.1f} dB"
    return numbers


def the_web_side_tells_and_shows_the_camera(rig):
    server = rig.single(rig.camera().url()).wait_live("camera_001")
    harness.wait_for(lambda: server.camera("camera_001")["packets"] > 75, 10, "three seconds of packets")
    cameras = server.json("/api/v1/cameras")["cameras"]
    camera = cameras[0]
    assert [c["name"] for c in cameras] == ["camera_001"]
    assert camera == {**server.camera("camera_001"), **{k: camera[k] for k in ("packets", "bits_per_second", "fps")}}
    assert (camera["codec"], camera["width"], camera["height"]) == ("H264", 1920, 1080), camera
    assert abs(camera["fps"] - 25) < 2 and 2e6 < camera["bits_per_second"] < 8e6, camera
    assert (camera["error"], camera["dropped"], camera["decoders"]) == ("", 0, 0), camera
    assert server.get("/readyz") is not None
    server.get("/api/v1/cameras/nobody", 404)
    server.get("/nothing/here", 404)
    assert b"<html" in server.get("/")


def the_feed_and_the_snapshot_show_the_footage(rig):
    server = rig.single(rig.camera().url()).wait_live("camera_001")
    numbers = check_jpegs(server.feed(12), 896, 512)
    steps = {b - a for a, b in zip(numbers, numbers[1:])}
    assert steps <= {1, 2, 3, 4, 5}, f"10 of 25 frames a second: {numbers}"
    snapshot = server.get("/api/v1/cameras/camera_001/snapshot.jpg")
    check_jpegs([snapshot], *pictures.size_of_jpeg(snapshot))


def the_recording_holds_every_frame_across_segments(rig):
    camera = rig.camera()
    server = rig.single(camera.url(), SEGMENT).wait_live("camera_001")
    harness.wait_for(lambda: len(rig.files("camera_001")) >= 4, 30, "four segments")
    time.sleep(0.7)  # footage, not synchronisation: the last segment shall have a middle
    server.stop()
    numbers = []
    for path in rig.files("camera_001"):
        pictures.plays(path)
        assert path.parent.name in path.name and path.name.startswith("camera_001_") and path.name.endswith("Z.mp4")
        numbers += pictures.numbers_of(path)
    wrong = pictures.consecutive(numbers)
    assert wrong is None and len(numbers) > 200, f"{wrong}, {len(numbers)} frames"
    assert numbers[0] == 0, f"the recording begins with frame {numbers[0]}"
    check_duration(rig.files("camera_001")[1])


def check_duration(path):
    """A closed segment knows its length, and where its frames are."""
    duration = float(pictures.ffprobe(path, "format=duration")[0])
    assert 2.5 < duration < 4.5, f"{path.name}: {duration} s"
    assert pictures.ffprobe(path, "stream=codec_name,width,height") == ["h264", "1920", "1080"]


def password_and_name_come_from_the_environment_and_stay_secret(rig):
    camera = harness.Camera(rig, options=("--user", "viewer", "--password", "s3cr3t-w0rd"))
    server = rig.single(camera.url(user="viewer:s3cr3t-w0rd@"), {"CAMERA_NAME": "porch", "WIDTH": "640", "HEIGHT": "360"})
    server.wait_live("porch")
    check_jpegs(server.feed(3, "porch"), 640, 360)
    harness.wait_for(lambda: rig.files("porch"), 10, "a recording named after the camera")
    said = server.log() + str(server.json("/api/v1/cameras")) + server.get("/metrics").decode()
    with open(f"/proc/{server.process.pid}/cmdline", "rb") as cmdline:
        said += cmdline.read().decode()
    assert "s3cr3t" not in said, "the password is shown"


def a_wrong_password_is_told_without_the_secret(rig):
    camera = harness.Camera(rig, options=("--user", "viewer", "--password", "s3cr3t-w0rd"))
    server = rig.single(camera.url(user="viewer:wr0ng-w0rd@")).expect(r"401|[Uu]nauthori[sz]ed|password")
    harness.wait_for(server.answers, 10, "/healthz")
    state = harness.wait_for(lambda: (c := server.camera("camera_001"))["state"] == "retrying" and c, 10, "retrying")
    assert "password" in state["error"] or "401" in state["error"], state
    assert "w0rd" not in server.log() + str(state)


def stopping_leaves_nothing_growing(rig):
    server = rig.single(rig.camera().url()).wait_live("camera_001")
    server.feed(3)
    harness.wait_for(lambda: rig.files("camera_001"), 10, "a recording")
    harness.wait_for(lambda: server.metric("cam_camera_decoders", camera="camera_001") == 0, 10, "decoder freed")
    before = server.census()
    for _ in range(5):
        server.feed(3)
        server.get("/api/v1/cameras/camera_001/snapshot.jpg")
    harness.wait_for(lambda: server.metric("cam_camera_decoders", camera="camera_001") == 0, 10, "decoder freed")
    harness.wait_for(lambda: all(a <= b for a, b in zip(server.census(), before)), 10,
        lambda: f"descriptors and threads back to {before}, not {server.census()}: {server.open_files()}")
    assert rig.files("camera_001")


if __name__ == "__main__":
    raise SystemExit(harness.main(
        the_web_side_tells_and_shows_the_camera,
        the_feed_and_the_snapshot_show_the_footage,
        the_recording_holds_every_frame_across_segments,
        password_and_name_come_from_the_environment_and_stay_secret,
        a_wrong_password_is_told_without_the_secret,
        stopping_leaves_nothing_growing,
    ))
