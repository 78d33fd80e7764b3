#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a camera may send, and how: UDP and TCP, sound in four codecs, JPEG."""
import rig as harness
import pictures

YAML = """
defaults:
  source:   {plugin: rtsp_in, transport: @TRANSPORT@}
  buffer:   {plugin: mem_ring, seconds: 2}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1h}
cameras:
  front:
    source: {url: "@FRONT@"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@", width: 640, height: 360, fps: 10, quality: 80}
"""


def front(rig, camera, transport="tcp"):
    text = YAML.replace("@FRONT@", camera.url(camera.name)).replace("@TRANSPORT@", transport)
    return rig.yaml(text).wait_live("front")


def lost(server):
    return server.metric("cam_rtsp_in_lost_total", node="front.source")


def recorded(rig):
    (path,) = rig.files("front")
    pictures.plays(path)
    return path


def pictures_over_udp_are_recorded_or_counted_as_missing(rig):
    server = front(rig, harness.Camera(rig, options=("--transport", "udp")), "udp")
    harness.wait_for(lambda: server.camera("front")["packets"] > 120, 20, "footage")
    missing = lost(server)
    server.stop()
    numbers = pictures.numbers_of(recorded(rig))
    assert len(numbers) > 100 and None not in numbers and numbers == sorted(set(numbers)), numbers
    assert missing or pictures.consecutive(numbers) is None, f"nothing was counted: {pictures.consecutive(numbers)}"


def a_camera_of_one_transport_only_is_reached_whichever_is_asked_for(rig):
    for offered, asked in (("tcp", "udp"), ("udp", "tcp")):
        server = front(rig, harness.Camera(rig, options=("--transport", offered)), asked)
        assert server.metric("cam_rtsp_in_sessions_total", node="front.source") == 1
        server.stop()


def streams(path):
    """{"video" or "audio": (codec, first second, last second)}"""
    told = pictures.ffprobe(path, "stream=codec_name,codec_type,start_time,duration")
    each = zip(*[iter(told)] * 4)
    return {kind: (codec, float(start), float(start) + float(seconds)) for codec, kind, start, seconds in each}


def sound_is_recorded_with_the_pictures(rig):
    for codec in ("aac", "latm", "opus"):
        server = front(rig, harness.Camera(rig, options=("--audio", codec)))
        harness.wait_for(lambda: server.camera("front")["packets"] > 250, 20, f"pictures and {codec}")
        server.stop()
        path = recorded(rig)
        found = streams(path)
        assert found["audio"][0] == ("opus" if codec == "opus" else "aac"), found
        assert abs(found["audio"][2] - found["video"][2]) < 1, f"{codec}: {found}"
        assert pictures.consecutive(pictures.numbers_of(path)) is None
        path.unlink()


def sound_that_no_file_takes_disturbs_no_picture(rig):
    server = front(rig, harness.Camera(rig, options=("--audio", "pcma"))).expect("front.recorder.*audio is not recorded")
    harness.wait_for(lambda: server.camera("front")["packets"] > 150, 20, "pictures and sound")
    server.stop()
    path = recorded(rig)
    assert list(streams(path)) == ["video"]
    assert pictures.consecutive(pictures.numbers_of(path)) is None


def a_jpeg_camera_is_shown_and_recorded(rig):
    server = front(rig, harness.Camera(rig, jpeg="jpeg"))
    assert server.camera("front")["width"] == 640 and server.camera("front")["codec"] == "MJPG", server.camera("front")
    shown = pictures.decode_jpegs(server.feed(3), 640, 360)
    # A white ball on black: some of each, and nothing is grey as after a loss.
    for picture in shown:
        assert 0.001 < (picture > 200).mean() < 0.2 and (picture < 50).mean() > 0.7, picture.mean()
    server.stop()
    recorded(rig)


if __name__ == "__main__":
    raise SystemExit(harness.main(
        pictures_over_udp_are_recorded_or_counted_as_missing,
        a_camera_of_one_transport_only_is_reached_whichever_is_asked_for,
        sound_is_recorded_with_the_pictures,
        sound_that_no_file_takes_disturbs_no_picture,
        a_jpeg_camera_is_shown_and_recorded,
    ))
