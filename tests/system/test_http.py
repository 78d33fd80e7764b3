#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The HTTP half of the API on the real server: bodies, methods, answers in pieces, logins."""
import base64
import contextlib
import http.client
import json
import signal
import socket
import subprocess

import rig as harness
import wsclient

YAML = """
defaults:
  source: {plugin: test_in, width: 320, height: 180, fps: 10}
cameras:
  front: {}
  yard: {}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
EVENTS = "/api/v1/cameras/front/events"
JSON = {"Content-Type": "application/json"}


@contextlib.contextmanager
def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10 * harness.SLOW)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        yield connection.getresponse()


def status(server, method, path, body=None, headers=None):
    with ask(server, method, path, body, headers) as response:
        response.read()
        return response.status


def raw(server, text):
    """The answer to exactly these bytes, to its end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10 * harness.SLOW) as connection:
        connection.sendall(text.encode())
        data = b""
        while more := connection.recv(65536):
            data += more
    return data.decode()


def post(server, event, **headers):
    with ask(server, "POST", EVENTS, json.dumps(event), JSON | headers) as response:
        return response.status, response.read()


def events_are_posted_and_come_out_of_the_stream(rig):
    server = rig.yaml(YAML).wait_live("front", "yard")
    with ask(server, "GET", "/api/v1/events/stream?topic=trigger") as stream:
        assert stream.status == 200 and stream.headers["Transfer-Encoding"] == "chunked", stream.headers
        assert stream.headers["Content-Type"] == "text/event-stream", stream.headers
        assert stream.headers["X-Accel-Buffering"] == "no" and "no-store" in stream.headers["Cache-Control"]
        code, answer = post(server, {"topic": "trigger", "label": "doorbell"})
        assert code in (200, 201), (code, answer)
        while not (line := stream.readline()).startswith(b"data:"):
            assert line, "the stream has ended"
        told = json.loads(line[5:])
        assert (told["topic"], told["label"], told["camera"]) == ("trigger", "doorbell", "front"), told
    assert server.json("/api/v1/events?topic=trigger")["events"][-1]["label"] == "doorbell"


def what_is_no_such_request_is_refused(rig):
    server = rig.yaml(YAML).wait_live("front", "yard")
    event = json.dumps({"topic": "trigger"})
    assert status(server, "POST", EVENTS, event, {"Content-Type": "text/plain"}) == 415
    assert status(server, "POST", EVENTS, event, JSON | {"Origin": "http://evil.example"}) == 403
    assert status(server, "POST", EVENTS, event, JSON | {"Sec-Fetch-Site": "cross-site"}) == 403
    assert status(server, "POST", EVENTS, b" " * (1 << 20), JSON) in (400, 413)
    assert status(server, "POST", EVENTS.replace("front", "nobody"), event, JSON) == 404
    head = f"POST {EVENTS} HTTP/1.1\r\nHost: localhost\r\n"
    assert raw(server, head + "Content-Length: 1048577\r\n\r\n").startswith("HTTP/1.1 413 ")
    assert raw(server, head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").startswith("HTTP/1.1 411 ")
    for path in ("/api/v1/cameras", "/metrics", "/"):
        with ask(server, "DELETE", path) as response:
            assert response.status == 405 and "GET" in response.headers["Allow"], (path, response.status, response.headers)
    assert status(server, "PATCH", "/") == 501


def head_is_get_without_a_body(rig):
    server = rig.yaml(YAML).wait_live("front", "yard")
    for path in ("/", "/api/v1/cameras", "/metrics", "/api/v1/events", "/api/v1/events/stream", "/healthz"):
        answer = raw(server, f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer.startswith("HTTP/1.1 200 ") and answer.endswith("\r\n\r\n"), (path, answer)
        assert answer.count("\r\n\r\n") == 1, (path, answer)


def a_user_sees_what_is_theirs_until_they_are_gone(rig):
    made = subprocess.run([harness.binary(), "--password"], input="secret\n", capture_output=True, text=True, check=True, timeout=30)
    users = f"users:\n  anna: {{hash: '{made.stdout.split()[-1]}', role: view, cameras: front}}\n"
    users += f"  bob: {{hash: '{made.stdout.split()[-1]}', role: view}}\n"
    server = rig.yaml(YAML + users)
    login = {"Authorization": "Basic " + base64.b64encode(b"anna:secret").decode()}
    harness.wait_for(lambda: "listening on" in server.log(), 20, "it listens")
    assert status(server, "GET", "/", headers=login) == 200
    assert raw(server, wsclient.UPGRADE.format(server.port, "")).startswith("HTTP/1.1 401 ")
    for path in ("/", "/video_feed", "/api/v1/cameras/front/snapshot.jpg", "/api/v1/cameras"):
        with ask(server, "GET", path) as response:
            assert response.status == 401 and "Basic" in response.headers["WWW-Authenticate"], (path, response.status)
    front, yard = (f"/api/v1/cameras/{name}/snapshot.jpg" for name in ("front", "yard"))
    harness.wait_for(lambda: status(server, "GET", front, headers=login) == 200, 20, "a picture")
    assert status(server, "GET", yard, headers=login) == 404
    with wsclient.connect(server.port, 10 * harness.SLOW, f"Authorization: {login['Authorization']}\r\n") as viewer:
        frames = wsclient.Frames()
        cameras = next_text(viewer, frames, "cameras")
        assert [c["name"] for c in cameras["cameras"]] == ["front"], cameras
        viewer.sendall(wsclient.view([{"id": 1, "camera": "front"}]))
        path = rig.folder / "config-0.yaml"
        path.write_text("".join(line for line in path.read_text().splitlines(True) if "anna" not in line))
        server.process.send_signal(signal.SIGHUP)
        gone = next_text(viewer, frames, "error")
        assert gone["id"] == 1 and "taken out" in gone["error"], gone
    assert status(server, "GET", "/", headers=login) == 401


def next_text(connection, frames, kind):
    """The next message of this type."""
    while data := connection.recv(1 << 16):
        for opcode, payload in frames.add(data):
            if opcode == 1 and (message := json.loads(payload))["type"] == kind:
                return message
    raise AssertionError(f"no {kind}")


if __name__ == "__main__":
    raise SystemExit(harness.main(
        events_are_posted_and_come_out_of_the_stream,
        what_is_no_such_request_is_refused,
        head_is_get_without_a_body,
        a_user_sees_what_is_theirs_until_they_are_gone,
    ))
