# SPDX-License-Identifier: MIT
"""A viewer on a thread of its own, who acknowledges each picture: it counts them and keeps what it is told."""
import json
import select
import threading
import time

import wsclient


class Viewer:
    """tiles: {id: camera} or a list of tiles as doc/websocket.md has them. Ended by its rig."""

    def __init__(self, rig, server, tiles, acknowledge=True):
        if isinstance(tiles, dict):
            tiles = [{"id": i, "camera": camera, "width": 320, "fps": 10} for i, camera in tiles.items()]
        self.acknowledge, self.pictures, self.told = acknowledge, [], []
        self.ended, self.enough = False, threading.Event()
        self.connection = wsclient.connect(server.port)
        self.connection.sendall(wsclient.view(tiles))
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        rig.closers.append(self.close)

    def read(self):
        frames = wsclient.Frames()
        while not self.enough.is_set():
            if not select.select([self.connection], [], [], 0.1)[0]:
                continue
            try:
                data = self.connection.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                break
            for opcode, payload in frames.add(data):
                self.take(opcode, payload)
        self.ended = True

    def take(self, opcode, payload):
        if opcode == wsclient.TEXT:
            self.told.append(json.loads(payload))
        elif opcode == wsclient.PICTURE:
            tile, seq, _, width, height = wsclient.picture_head(payload)
            self.pictures.append((time.monotonic(), tile, (width, height), payload[32:]))
            if self.acknowledge:
                self.connection.sendall(wsclient.message(type="ack", id=tile, seq=seq))

    def say(self, tiles):
        self.connection.sendall(wsclient.view(tiles))

    def fps(self, tile, begin, end):
        """Pictures a second of a tile between two times of the monotonic clock."""
        return sum(begin <= at < end for at, of, _, _ in self.pictures if of == tile) / (end - begin)

    def count(self, tile):
        return sum(of == tile for _, of, _, _ in self.pictures)

    def words(self, tile):
        """[(type, sentence)] of what was said of a tile."""
        return [(m["type"], m.get("error", "")) for m in self.told if m.get("id") == tile]

    def close(self):
        self.enough.set()
        self.thread.join()
        self.connection.close()
