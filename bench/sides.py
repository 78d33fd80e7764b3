# SPDX-License-Identifier: MIT
"""cam_server's side of the benchmarks, the camera, and those who watch."""
import contextlib
import subprocess
import threading
import time

import fixtures
import peers
import rig as harness

HEAD = """
defaults:
  source: {plugin: rtsp_in, transport: @TRANSPORT@}
  buffer: {plugin: @BUFFER@}
  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@", width: 896, height: 512, fps: 10, quality: 60}
cameras:
"""


def footage(seconds_apart=1):
    """The test footage, with keyframes so far apart; made once."""
    original = fixtures.fixtures() / "h264.mp4"
    if seconds_apart == 1:
        return original
    path = original.with_name(f"h264-gop{seconds_apart}.mp4")
    if not path.exists():
        part = path.with_suffix(".part.mp4")
        options = f"-c:v libx264 -preset veryfast -g {25 * seconds_apart} -bf 0 -sc_threshold 0 -b:v 4M -maxrate 4M -bufsize 4M"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", original, *options.split(), part], check=True)
        part.rename(path)
    return path


def footage_mbit_a_second(seconds):
    """What a recorder has written at least after so long: up to a second of it waits for its keyframe."""
    return footage().stat().st_size * 8 / 1e6 / (fixtures.FRAMES / fixtures.FPS) * (1 - 1 / seconds)


def replay(rig, *options, seconds_apart=1):
    """A camera. @return its URL"""
    _, port = peers.spawn(rig, peers.bench("replay_camera"), *options, footage(seconds_apart), ready=True)
    return f"rtsp://127.0.0.1:{port}/camera"


def server(rig, url, cameras=1, buffer="mem_ring", recorder=True, transport="tcp"):
    text = HEAD.replace("@BUFFER@", buffer).replace("@TRANSPORT@", transport)
    for i in range(cameras):
        ring = f', name: "@SHM@_{i}"' if buffer == "shm_ring" else ""
        text += f'  cam{i}: {{source: {{url: "{url}"}}, buffer: {{plugin: {buffer}{ring}}}'
        text += "}\n" if recorder else ", recorder: off}\n"
    return rig.yaml(text).wait_live(*(f"cam{i}" for i in range(cameras)), seconds=40)


def get(port, path, timeout=20, version="1.1"):
    """Ask for a stream. Others than ours are asked in HTTP 1.0, which has no chunks. @return the socket"""
    sock = harness.socket.create_connection(("127.0.0.1", port), timeout)
    sock.sendall(f"GET {path} HTTP/{version}\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return sock


def get_theirs(port, path):
    """Ask until the first picture begins: some answer sooner than they have one. @return the socket"""
    def begun():
        with contextlib.suppress(OSError):
            sock = get(port, path, version="1.0")
            data = b""
            while b"content-length:" not in data.lower() and (more := sock.recv(1 << 16)):
                data += more
            if b"multipart/" in data and b"image/jpeg" in data:
                return sock
            sock.close()
        return None

    return harness.wait_for(begun, 30, f"pictures of port {port}")


def drain(read, count_parts=b"Content-Length"):
    """Reads and throws away, on a thread of its own. @return [pictures so far]"""
    seen, tail = [0], b""

    def view():
        nonlocal tail
        with contextlib.suppress(OSError, ValueError):
            while data := read(1 << 16):
                data = tail + data
                seen[0] += data.lower().count(count_parts.lower())
                tail = data[-len(count_parts) + 1:]

    threading.Thread(target=view, daemon=True).start()
    return seen


def parts(sock, seconds, most=None):
    """The pictures of a multipart stream, of so many seconds, `most` of them. @return [(when the last byte came, in ns of the monotonic clock; JPEG)]"""
    end, data, found = time.monotonic() + seconds, b"", []
    while time.monotonic() < end and (most is None or len(found) < most):
        more = sock.recv(1 << 18)
        now = time.monotonic_ns()
        assert more, "the pictures have ended"
        data += more
        while True:
            head = data.lower().find(b"content-length:")
            body = data.find(b"\r\n\r\n", head)
            if head < 0 or body < 0:
                break
            length = int(data[head + 15:].split(b"\r\n", 1)[0])
            if len(data) < body + 4 + length:
                break
            found.append((now, data[body + 4:body + 4 + length]))
            data = data[body + 4 + length:]
    return found
