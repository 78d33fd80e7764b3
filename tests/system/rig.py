# SPDX-License-Identifier: MIT
"""What the system tests stand on: a folder of their own, real cameras, a real server, and the checks at the end.

A test is a function that takes a Rig. main() runs them in TAP. When a test ends, the rig stops its servers with
SIGTERM and checks what must always hold: exit 0 within 2 s, no unexpected error in the log, no shared memory, no
temporary file left.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("top_builddir") or TOP / "build")
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests/tools"))

import fixtures  # noqa: E402

SLOW = float(os.environ.get("CAM_TEST_SLOW", "1"))  # Sanitizers and emulators: deadlines grow by this factor.
SANITIZED = bool(os.environ.get("CAM_TEST_SLOW"))
TEST_SECONDS = 150


def wait_for(condition, seconds, what):
    """@return the first true value of condition()"""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what() if callable(what) else what}"
        select.select([], [], [], 0.05)


def in_url(name):
    return urllib.parse.quote(name, safe="")


def in_variable(name):
    """A camera's name as a part of a variable's."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name).upper()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Camera:
    """GStreamer's RTSP server with the footage."""

    def __init__(self, rig, port=0, options=(), **streams):
        folder = fixtures.fixtures()
        streams = streams or {"h264": "h264"}
        self.name = next(iter(streams))
        self.log = open(rig.folder / f"camera-{time.monotonic_ns()}.log", "w+b")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", TOP / "tests/tools/camera.py", "--port", str(port), *options]
            + [f"{name}={codec if codec == 'jpeg' else f'{folder}/{codec}.annexb'}" for name, codec in streams.items()],
            stdout=subprocess.PIPE, stderr=self.log,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 20 * SLOW)
        line = self.process.stdout.readline().split() if ready else []
        assert line and line[0] == b"ready", "the RTSP server did not start"
        self.port = int(line[1])
        rig.closers.append(self.kill)

    def url(self, name="h264", user=""):
        return f"rtsp://{user}127.0.0.1:{self.port}/{name}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Server:
    """A running cam_server."""

    def __init__(self, rig, *args, env=None, port=None, **popen):
        self.rig, self.port, self.expected = rig, port, []
        self.log_path = rig.folder / f"server-{len(rig.servers)}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [binary(), *map(str, args)], env=environment(rig, env), cwd=rig.folder / "cwd",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **popen,
            )
        rig.servers.append(self)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def expect(self, *patterns):
        """Errors in the log that this test causes."""
        self.expected += patterns
        return self

    def request(self, path, timeout=10, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout * SLOW)
        connection.request("GET", path, headers=headers or {})
        return connection, connection.getresponse()

    def get(self, path, status=200):
        connection, response = self.request(path)
        with contextlib.closing(connection):
            body = response.read()
        assert response.status == status, f"{path}: {response.status}, not {status}: {body[:200]}"
        return body

    def json(self, path):
        return json.loads(self.get(path))

    def unready(self):
        """What /readyz says is wrong; "" when it is ready."""
        connection, response = self.request("/readyz")
        with contextlib.closing(connection):
            body = response.read().decode()
            assert response.status in (200, 503), f"/readyz: {response.status}"
            return body if response.status == 503 else ""

    def camera(self, name):
        return self.json(f"/api/v1/cameras/{in_url(name)}")

    def metrics(self):
        """{'name{labels}': value}"""
        found = re.findall(r"^([a-z_]\S*(?:\{.*\})?) (\S+)$", self.get("/metrics").decode(), re.M)
        return {name: float(value) for name, value in found}

    def metric(self, name, **labels):
        """The one value with these labels among others."""
        hits = [
            value for key, value in self.metrics().items()
            if key.split("{")[0] == name and all(f'{k}="{v}"' in key for k, v in labels.items())
        ]
        assert len(hits) == 1, f"{len(hits)} metrics {name} {labels}"
        return hits[0]

    def answers(self):
        assert self.process.poll() is None, f"cam_server ended with {self.process.returncode}:\n{self.log()[-1500:]}"
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/healthz") is not None
        return False

    def wait_live(self, *names, seconds=20):
        wait_for(self.answers, seconds, "/healthz answers")
        for name in names:
            wait_for(lambda name=name: self.camera(name)["state"] == "live", seconds, f"{name} is live")
        return self

    def feed(self, count, camera=None):
        """`count` JPEGs of /video_feed."""
        connection, response = self.request("/video_feed" + (f"?camera={in_url(camera)}" if camera else ""))
        with contextlib.closing(connection):
            assert response.status == 200, f"/video_feed: {response.status}"
            assert response.getheader("Content-Type", "").startswith("multipart/x-mixed-replace")
            return [next_part(response) for _ in range(count)]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def open_files(self):
        folder = pathlib.Path(f"/proc/{self.process.pid}/fd")
        return sorted(os.readlink(fd) for fd in folder.iterdir())

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def census(self):
        return self.descriptors(), self.threads()

    def stop(self, seconds=2):
        """SIGTERM: files are finished and the server is gone within 2 s, exit 0."""
        assert self.process.poll() is None, f"cam_server ended by itself with {self.process.returncode}"
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds * SLOW + 8)
        except subprocess.TimeoutExpired:
            raise AssertionError("SIGTERM did not end the server") from None
        took = time.monotonic() - began
        assert code == 0, f"SIGTERM: exit {code}\n{self.log()[-1500:]}"
        assert took <= seconds * SLOW, f"SIGTERM took {took:.2f} s"

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def check_log(self):
        for line in self.log().splitlines():
            words = line.split(" ", 2)
            bad = len(words) > 1 and words[1] == "error" or "Sanitizer" in line or "runtime error" in line
            assert not bad or any(re.search(p, line) for p in self.expected), f"unexpected in the log: {line}"


def next_part(response):
    """One JPEG of a multipart answer."""
    length = None
    while True:
        line = response.readline(4096)
        assert line, "the multipart stream ended"
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        if line in (b"\r\n", b"\n") and length is not None:
            break
    data = b""
    while len(data) < length:
        more = response.read(length - len(data))
        assert more, "the multipart stream ended"
        data += more
    assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9", "a part is no JPEG"
    return data


def binary():
    path = os.environ.get("CAM_SERVER") or BUILD / "cam_server"
    assert os.access(path, os.X_OK), f"{path} is missing: build first, or set CAM_SERVER"
    return str(path)


def environment(rig, more=None):
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LD_PRELOAD") or k.endswith("SAN_OPTIONS")}
    if "CAM_SERVER" not in os.environ:
        keep["CAM_SERVER_PLUGIN_PATH"] = str(BUILD / ".libs")
    if os.geteuid():  # /proc/PID/fd is for root only, else
        keep["CAM_SERVER__SERVER__CORE_DUMPS"] = "true"
    return {**keep, "TMPDIR": str(rig.folder / "tmp"), **(more or {})}


class Rig:
    """One test's folder, cameras and servers."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cam_server-test."))
        self.folder.chmod(0o755)
        for name in ("cwd", "tmp", "recordings"):
            (self.folder / name).mkdir()
        self.closers, self.servers = [], []
        self.recordings = self.folder / "recordings"
        self.shm = f"camtest_{os.getpid()}_{time.monotonic_ns() % 10**9}"

    def camera(self, **streams):
        return Camera(self, **streams)

    def single(self, url, env=None, **popen):
        """A server in single-camera mode, by environment variables alone."""
        port, env = free_port(), env or {}
        recorder = f"CAM_SERVER__CAMERAS__{in_variable(env.get('CAMERA_NAME', 'camera_001'))}__RECORDER"
        folder = {} if recorder in env else {f"{recorder}__DIRECTORY": str(self.recordings)}
        return Server(self, port=port, env={
            "CAMERA_RTSP_URL": url, "SHARED_MEMORY_NAME": self.shm,
            "CAM_SERVER__SINKS__WEB__LISTEN": f"127.0.0.1:{port}", **folder, **env,
        }, **popen)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def yaml(self, text, *args, env=None, **popen):
        """A server with this file; @PORT@, @RECORDINGS@ and @SHM@ are filled in."""
        port = free_port()
        for mark, value in (("@PORT@", port), ("@RECORDINGS@", self.recordings), ("@SHM@", self.shm)):
            text = text.replace(mark, str(value))
        path = self.write(f"config-{len(self.servers)}.yaml", text)
        return Server(self, "-c", path, *args, env=env, port=port, **popen)

    def files(self, camera):
        """The camera's recordings, oldest first."""
        return sorted((self.recordings / urllib.parse.quote(camera, safe="")).glob("*/*.mp4"))

    def close(self):
        """Stop everything, then check what must always hold."""
        wrong = []
        for server in self.servers:
            for step in (lambda s=server: s.process.poll() is None and s.stop(), server.check_log):
                try:
                    step()
                except AssertionError as problem:
                    wrong.append(str(problem))
        self.kill()
        wrong += [f"/dev/shm/{name} is left over" for name in os.listdir("/dev/shm") if self.shm in name]
        wrong += [f"{path} is left over" for sub in ("tmp", "cwd") for path in (self.folder / sub).iterdir()]
        assert not wrong, "; ".join(wrong)

    def kill(self):
        for server in self.servers:
            server.kill()
        while self.closers:
            self.closers.pop()()

    def remove(self):
        for name in os.listdir("/dev/shm"):
            if self.shm in name:
                os.unlink(f"/dev/shm/{name}")
        shutil.rmtree(self.folder, ignore_errors=True)


def one(test):
    """@return None, or what went wrong"""
    rig = Rig()
    problem = None
    signal.alarm(int(TEST_SECONDS * SLOW))
    try:
        test(rig)
        rig.close()
    except Exception:  # whatever it was, the next test runs
        problem = traceback.format_exc()
        logs = [f"--- {s.log_path.name}\n{s.log()[-2500:]}" for s in rig.servers]
        problem += "\n".join(logs)
    finally:
        signal.alarm(0)
        rig.kill()
        rig.remove()
    return problem


def out_of_time(*_):
    raise AssertionError(f"a test took longer than {TEST_SECONDS * SLOW:.0f} s")


def main(*tests):
    signal.signal(signal.SIGALRM, out_of_time)
    chosen = [t for t in tests if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    if os.environ.get("CAM_TEST_SKIP_SYSTEM"):
        print("1..0 # SKIP CAM_TEST_SKIP_SYSTEM is set")
        return 0
    fixtures.fixtures()
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for i, test in enumerate(chosen, 1):
        began = time.monotonic()
        problem = one(test)
        for line in (problem or "").splitlines():
            print("#", line)
        took = time.monotonic() - began
        print(f"{'not ' if problem else ''}ok {i} - {test.__name__} ({took:.0f} s)".replace(" (", " # ("), flush=True)
        failed += bool(problem)
    return 1 if failed else 0
