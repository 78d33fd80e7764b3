#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Files of one line: shown, ringed, and recorded when asked to."""
import sys

import rig as harness
import pictures

sys.path.insert(0, str(harness.TOP / "examples"))
import read_ring  # noqa: E402


def listening(port, name):
    return {"CAM_SERVER__SINKS__WEB__LISTEN": f"127.0.0.1:{port}",
            f"CAM_SERVER__CAMERAS__{name}__BUFFER__NAME": "@SHM@"}


def start(rig, text, name, env=None):
    """The page's port and the ring's name are those of this test alone; all else is what the file says."""
    port = harness.free_port()
    env = {key: value.replace("@SHM@", rig.shm) for key, value in {**listening(port, name), **(env or {})}.items()}
    path = rig.write(f"short-{port}.yaml", text.replace("@RECORDINGS@", str(rig.recordings)))
    return harness.Server(rig, "-c", path, port=port, env=env)


def one_line_is_a_whole_file(rig):
    server = start(rig, f'cameras: {{front: "{rig.camera().url()}"}}\n', "FRONT").wait_live("front")
    kinds = [(s["name"], s["plugin"]) for s in server.camera("front")["stages"]]
    assert kinds == [("source", "rtsp_in"), ("buffer", "shm_ring"), ("web", "ws_view")], kinds
    assert b"<html" in server.get("/") and server.get("/readyz")
    assert pictures.size_of_jpeg(server.feed(2, "front")[1]) == (896, 512)
    assert server.metric("cam_shm_ring_reserved_bytes", node="front.buffer") == 0
    with read_ring.RingReader(rig.shm) as ring:
        frame, _ = next(ring.frames())
        assert (frame.width, frame.height) == (896, 512), frame
    assert not list(rig.recordings.iterdir()), "nobody asked for a recording"


def one_more_line_records(rig):
    text = f'defaults: {{recorder: {{directory: "@RECORDINGS@"}}}}\ncameras:\n  Front Door: {rig.camera().url()}\n'
    server = start(rig, text, "FRONT_DOOR", {"CAM_SERVER__CAMERAS__FRONT_DOOR__RECORDER__SEGMENT": "2s"})
    server.wait_live("Front Door")
    files = harness.wait_for(lambda: (f := rig.files("Front Door")) and len(f) > 1 and f, 20, "two recordings")
    pictures.plays(files[0])


def what_the_messages_show_works(rig):
    """The line for who has no camera, and that for who names no plugin."""
    url = rig.camera().url()
    for wrong in ("cameras:\n", "cameras: {front: {source: {transport: tcp}}}\n"):
        path = rig.write("wrong.yaml", wrong)
        said = harness.subprocess.run([harness.binary(), "--check", "-c", path], env=harness.environment(rig),
            stdout=harness.subprocess.PIPE, stderr=harness.subprocess.STDOUT, timeout=20, check=False).stdout.decode()
        shown = said.split("`")[1]
        shown = shown if shown.startswith("cameras:") else f"cameras: {{{shown}}}"
        assert '"rtsp://..."' in shown, said
        server = start(rig, shown.replace("rtsp://...", url), "FRONT").wait_live("front")
        server.stop()


if __name__ == "__main__":
    raise SystemExit(harness.main(one_line_is_a_whole_file, one_more_line_records, what_the_messages_show_works))
