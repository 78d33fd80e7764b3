# SPDX-License-Identifier: MIT
"""A viewer's side of doc/websocket.md with plain sockets: what tests and floods need, nothing else."""
import json
import socket
import struct

UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n"
)
TEXT, PICTURE, CLOSE = 1, 2, 8
MESSAGE_MAX = 4096


def connect(port, timeout=10, headers=""):
    """A socket after the handshake; not a byte of the first frame is taken. headers: lines with their ends."""
    connection = socket.create_connection(("127.0.0.1", port), timeout)
    connection.sendall(UPGRADE.format(port, headers).encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        assert more, f"the upgrade was answered {answer[:60]}"
        answer += more
    assert answer.startswith(b"HTTP/1.1 101 "), answer[:60]
    return connection


def frame(data, opcode=TEXT):
    """A masked frame; a mask of zeros is one."""
    head = bytes([0x80 | opcode])
    head += bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + struct.pack(">H", len(data))
    return head + bytes(4) + data


def message(**members):
    return frame(json.dumps(members, separators=(",", ":")).encode())


def view(tiles):
    """A view in as many messages as it takes."""
    out, part, size = b"", [], 60
    for tile in tiles:
        length = len(json.dumps(tile, separators=(",", ":"))) + 1
        if part and size + length > MESSAGE_MAX:
            out += message(type="view", tiles=part, more=True)
            part, size = [], 60
        part.append(tile)
        size += length
    return out + message(type="view", tiles=part)


class Frames:
    """Cuts what comes in into frames."""

    def __init__(self):
        self.left = b""

    def add(self, data):
        """@return [(opcode, payload)]"""
        self.left += data
        found = []
        while len(self.left) >= 2:
            length, head = self.left[1] & 127, 2
            if length > 125:
                head = 4 if length == 126 else 10
                length = int.from_bytes(self.left[2:head], "big")
            if len(self.left) < head + length or len(self.left) < head:
                break
            found.append((self.left[0] & 15, self.left[head : head + length]))
            self.left = self.left[head + length :]
        return found


def picture_head(data):
    """@return tile, number, wall clock in ns, width, height"""
    _, _, _, tile, seq, wall_ns, _, width, height = struct.unpack("<BBHIQqIHH", data[:32])
    return tile, seq, wall_ns, width, height
