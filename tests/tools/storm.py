#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A flood on the WebSocket: storm.py PORT CONNECTIONS SECONDS TILES [CAMERA...] says views of so many tiles, of ever other sizes,
as fast as the sockets take them, reads what comes and acknowledges nothing."""
import select
import sys
import time

import wsclient


def views(cameras, tiles):
    """Eight views that have no tile in common."""
    return [
        wsclient.view(
            {"id": i + 1, "camera": cameras[i % len(cameras)], "width": 160 + 2 * ((i * 7 + r * 13) % 1500),
                "height": 90 + 2 * ((i * 5 + r) % 700), "fps": 60, "quality": 90}
            for i in range(tiles)
        )
        for r in range(8)
    ]


def flood(port, connections, seconds, tiles, cameras):
    """@return how many connections the server has closed"""
    said, n = views(cameras, tiles), 0
    waiting = {wsclient.connect(port): b"" for _ in range(connections)}
    for connection in waiting:
        connection.setblocking(False)
    end = time.monotonic() + seconds
    while waiting and time.monotonic() < end:
        readable, writable, _ = select.select(list(waiting), list(waiting), [], 0.2)
        for connection in {*readable, *writable}:
            try:
                if connection in readable and not connection.recv(1 << 20):
                    raise ConnectionResetError
                if connection in writable:
                    if not waiting[connection]:
                        waiting[connection], n = said[n % len(said)], n + 1
                    waiting[connection] = waiting[connection][connection.send(waiting[connection]):]
            except BlockingIOError:
                pass
            except OSError:
                waiting.pop(connection)
    return connections - len(waiting)


if __name__ == "__main__":
    print(flood(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))
