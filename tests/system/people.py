# SPDX-License-Identifier: MIT
"""Users of a configuration, requests as one of them, and server-sent events."""
import base64
import contextlib
import http.client
import json
import threading

import rig as harness

# The hash is by crypt(3), with yescrypt's least cost: tests log in often.
PASSWORD = "x"
HASH = "$y$j75$F5Jx5fExrKuPp53xLKQ..1$gORAkbWPojyvUclLPR5bljt/dp9t94EpedrjObe9Zq2"
RIGHTS = ("none", "view", "playback", "control", "admin")


def users(people):
    """`users:` of {name: (role, cameras)}"""
    lines = [f'  {name}: {{role: {role}, cameras: "{cameras}", hash: "{HASH}"}}\n' for name, (role, cameras) in people.items()]
    return "users:\n" + "".join(lines) if lines else ""


def login(name, password=PASSWORD):
    """Headers of who logs in as that; of nobody for an empty name."""
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"} if name else {}


def ask(server, path, name="", method="GET", body=None, headers=None, timeout=20):
    """@return (connection, response), the body not read"""
    more = {"Content-Type": "application/json"} if body is not None else {}
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout * harness.SLOW)
    connection.request(method, path, body=data, headers={**login(name), **more, **(headers or {})})
    return connection, connection.getresponse()


def status(server, path, name="", **how):
    connection, response = ask(server, path, name, **how)
    with contextlib.closing(connection):
        return response.status


def get(server, path, name="", **how):
    """@return the JSON of an answer that is well"""
    connection, response = ask(server, path, name, **how)
    with contextlib.closing(connection):
        data = response.read()
    assert response.status in (200, 201), f"{path}: {response.status}: {data[:200]}"
    return json.loads(data)


def post(server, camera, name="", **event):
    return get(server, f"/api/v1/cameras/{harness.in_url(camera)}/events", name, method="POST", body=event)


class Stream:
    """Server-sent events, read as they come."""

    def __init__(self, rig, server, query="", name="", headers=None):
        self.connection, response = ask(server, f"/api/v1/events/stream{query}", name, headers=headers, timeout=100)
        assert response.status == 200, f"{response.status}: {response.read(200)}"
        assert response.getheader("Content-Type") == "text/event-stream"
        self.events, self.has_ended = [], threading.Event()
        thread = threading.Thread(target=self.read, args=(response,))
        thread.start()
        rig.closers.append(lambda: (self.close(), thread.join()))

    def close(self):
        with contextlib.suppress(OSError, AttributeError):
            self.connection.sock.shutdown(2)

    def read(self, response):
        fields = {}
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := response.readline():
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if not key and fields:
                    self.events.append(fields)
                    fields = {}
                elif key and key != ":":
                    fields[key] = value
        self.has_ended.set()

    def told(self, topic=None):
        """The events so far, of one topic."""
        return [json.loads(e["data"]) for e in list(self.events) if "data" in e and (topic is None or e.get("event") == topic)]

    def wait(self, count, topic, seconds=20):
        harness.wait_for(lambda: len(self.told(topic)) >= count, seconds, lambda: f"{count} events: {self.told(topic)}")
        return self.told(topic)
