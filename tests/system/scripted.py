# SPDX-License-Identifier: MIT
"""An RTSP camera inside the test, on threads of its own, which does what a script says: it sends the footage, its own or
odd time stamps, cuts a picture off, breaks the connection, stays away and comes back."""
import contextlib
import functools
import re
import select
import socket
import struct
import threading
import time

import fixtures

FPS = fixtures.FPS
TICKS = 90000 // FPS
PAYLOAD = 1400  # a larger NAL unit goes in
FRAGMENT = 1300  # so many bytes, two of them at least
SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 {}/90000\r\na=control:track1\r\n"
)


@functools.lru_cache
def footage(codec, count=400):
    """The first access units, each a list of RTP payloads."""
    mark = b"\0\0\0\1\x46\1" if codec == "h265" else b"\0\0\0\1\x09"
    with open(fixtures.fixtures() / f"{codec}.annexb", "rb") as file:
        units = (mark + unit for unit in file.read(count * 60000).split(mark)[1:])
        return [[p for nal in nals(unit) for p in payloads(nal, codec)] for unit, _ in zip(units, range(count))]


def nals(unit):
    return [nal.rstrip(b"\0") for nal in re.split(b"\0\0\1", unit)[1:]]


def payloads(nal, codec):
    """RFC 6184 or RFC 7798: alone, or in fragments."""
    if len(nal) <= PAYLOAD:
        return [nal]
    if codec == "h265":
        kind, head, body = nal[0] >> 1 & 0x3F, bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[2:]
    else:
        kind, head, body = nal[0] & 0x1F, bytes([nal[0] & 0xE0 | 28]), nal[1:]
    parts = [body[i : i + FRAGMENT] for i in range(0, len(body), FRAGMENT)]
    flags = [0x80] + [0] * (len(parts) - 2) + [0x40]
    return [head + bytes([kind | flag]) + part for flag, part in zip(flags, parts)]


class Gone(Exception):
    """The other side has closed the connection."""


class Client:
    """One connection."""

    def __init__(self, camera, connection, number):
        self.camera, self.connection, self.number = camera, connection, number
        self.codec, self.path, self.seq = camera.codecs[min(number, len(camera.codecs) - 1)], "", 0

    def until_play(self):
        buffered = b""
        while True:
            while b"\r\n\r\n" not in buffered:
                more = self.connection.recv(4096)
                if not more:
                    raise Gone
                buffered += more
            head, _, buffered = buffered.partition(b"\r\n\r\n")
            method, uri, _ = head.decode().split(" ", 2)
            self.path = uri.rsplit("/", 1)[-1] if method == "DESCRIBE" else self.path
            cseq = re.search(r"CSeq: (\d+)", head.decode())[1]
            more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" if method == "SETUP" else ""
            body = SDP.format(self.codec.upper()) if method == "DESCRIBE" else ""
            self.connection.sendall(
                f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nSession: 1\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            if method == "PLAY":
                return

    def send(self, index, ticks, packets=None):
        """A unit of the footage, or only its first packets."""
        unit, out = footage(self.codec)[index], []
        for i, payload in enumerate(unit[:packets]):
            kind = 96 | (0x80 if i == len(unit) - 1 else 0)
            out.append(struct.pack(">cBHBBHII", b"$", 0, 12 + len(payload), 0x80, kind, self.seq, ticks & 0xFFFFFFFF, 1))
            out.append(payload)
            self.seq = self.seq + 1 & 0xFFFF
        self.connection.sendall(b"".join(out))

    def stream(self, first, last, ticks=lambda i: i * TICKS, fps=FPS):
        """Units at real time, until the camera is to be silent. @return whether all were sent"""
        begin = time.monotonic()
        for i in range(first, last):
            if self.camera.silent.wait(max(0, begin + (i - first) / fps - time.monotonic())):
                return False
            self.send(i, ticks(i))
        return True

    def reset(self):
        """As a camera does that loses its power or its mind: RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Scripted:
    """Listens from the beginning. `play(client)` is called for each connection that has come to PLAY; then it is reset."""

    def __init__(self, rig, play, codecs=("h264",)):
        self.play, self.codecs = play, codecs
        for codec in codecs:
            footage(codec)
        self.silent = threading.Event()  # streams end
        self.sessions, self.away = 0, False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()
        rig.closers.append(self.close)

    def url(self, path="stream", host="127.0.0.1"):
        return f"rtsp://{host}:{self.port}/{path}"

    def accept(self):
        while not self.away:
            ready, _, _ = select.select([self.listener], [], [], 0.1)
            if ready and not self.away:
                connection, _ = self.listener.accept()
                connection.settimeout(20)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a reset forgets what waits
                client = Client(self, connection, self.sessions)
                self.sessions += 1
                self.threads.append(threading.Thread(target=self.serve, args=(client,)))
                self.threads[-1].start()

    def serve(self, client):
        with contextlib.suppress(OSError, Gone, ValueError):
            client.until_play()
            self.play(client)
        with contextlib.suppress(OSError):
            client.reset()

    def leave(self):
        """Nothing listens any more, and all connections are reset."""
        self.away = True
        self.silent.set()
        self.threads[0].join()
        self.listener.close()

    def close(self):
        if not self.away:
            self.leave()
        for thread in self.threads:
            thread.join()
