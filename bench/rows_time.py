# SPDX-License-Identifier: MIT
"""How long things take, by the clock: in turns, ours, theirs, ours, theirs."""
import contextlib
import re
import subprocess
import time

import config_check
import measure
import peers
import pictures
import rig as harness
import sides
import tables
import wsclient

GROUPS = (1, 2, 10)  # seconds from keyframe to keyframe
FPS = 25
FLOOR = "bare loop"
PICTURE_BAR_MS = 100  # of the median
CHECK_BAR_MS = 100


# ---- the first picture ----

def first_of_feed(port, path):
    """ms until a multipart stream's first picture is whole."""
    began = time.monotonic()
    with contextlib.closing(sides.get(port, path)) as sock:
        found = sides.parts(sock, 20, 1)
    return (found[0][0] / 1e9 - began) * 1e3


def first_of_ours(srv):
    taken = first_of_feed(srv.port, "/video_feed?camera=cam0")
    harness.wait_for(lambda: srv.metric("cam_camera_decoders", camera="cam0") == 0, 20, "the decoder is freed")
    return taken


def first_of_ffmpeg(url):
    began = time.monotonic()
    subprocess.run([peers.program("ffmpeg"), "-nostdin", "-v", "quiet", "-rtsp_transport", "tcp", "-i", url, "-frames:v", "1",
                    "-vf", "scale=896:512", "-f", "mjpeg", "pipe:1"], stdout=subprocess.DEVNULL, check=True, timeout=60)
    return (time.monotonic() - began) * 1e3


def first_of_go2rtc(port):
    began = time.monotonic()
    with contextlib.closing(sides.get(port, "/api/frame.jpeg?src=cam0", 60, "1.0")) as sock:
        data = b""
        while b"\xff\xd9" not in data:
            more = sock.recv(1 << 18)
            assert more, "go2rtc sent no picture"
            data += more
    return (time.monotonic() - began) * 1e3


def first_picture(rig, bench):
    """The first viewer's first picture, keyframes 1, 2 and 10 s apart"""
    bench.note_missing("ffmpeg", "go2rtc")
    return [first_picture_of(rig, bench, seconds) for seconds in GROUPS]


def first_picture_of(rig, bench, seconds):
    url = sides.replay(rig, seconds_apart=seconds)
    srv = sides.server(rig, url, recorder=False)
    ways = {tables.OURS: lambda: first_of_ours(srv)}
    if "ffmpeg" in bench.peers:
        ways[f"{bench.peers.named('ffmpeg')}, from the camera itself"] = lambda: first_of_ffmpeg(url)
    if "go2rtc" in bench.peers:
        _, port = peers.go2rtc(rig, url)
        ways[f"{bench.peers.named('go2rtc')} with ffmpeg"] = lambda: first_of_go2rtc(port)
    time.sleep(seconds)
    found = {name: [] for name in ways}
    for turn in range(bench.pairs):
        # Viewers come anywhere between two keyframes; those who ask the camera itself are spread by it.
        time.sleep(0.37 * seconds * (turn % 3) / 2)
        for name, way in ways.items():
            found[name].append(way())
    rig.kill()
    lines = [tables.Line(name, values, measure.ratios(found[tables.OURS], values)) for name, values in found.items()]
    lines[0].ratios, lines[0].limits = (), {"median": PICTURE_BAR_MS}
    return tables.Table(f"the first viewer's first picture, keyframes {seconds} s apart", "ms", lines)


# ---- from the camera to the viewer ----

class Sent:
    """When frames left the camera, out of its log."""

    def __init__(self, path):
        self.path = path

    def latencies(self, found):
        """ms from a frame's first packet to its JPEG's last byte. found: [(ns, JPEG)]"""
        frames = {}
        for line in self.path.read_text().splitlines():
            fields = line.split()
            if len(fields) == 3:
                frames.setdefault(int(fields[1]), []).append(int(fields[2]))
        out = []
        for (came, _), number in zip(found, pictures.numbers_of_jpegs([jpeg for _, jpeg in found])):
            before = [sent for sent in frames.get(number, ()) if sent <= came]
            if before:
                out.append((came - max(before)) / 1e6)
        return out


def over_websocket(port, seconds):
    """@return as sides.parts()"""
    found, frames = [], wsclient.Frames()
    with contextlib.closing(wsclient.connect(port)) as sock:
        sock.sendall(wsclient.view([{"id": 1, "camera": "cam0", "width": 896, "height": 512, "fps": FPS}]))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            data = sock.recv(1 << 18)
            now = time.monotonic_ns()
            assert data, "the WebSocket has ended"
            for opcode, payload in frames.add(data):
                if opcode == wsclient.PICTURE:
                    tile, seq, *_ = wsclient.picture_head(payload)
                    sock.sendall(wsclient.message(type="ack", id=tile, seq=seq))
                    found.append((now, payload[32:]))
    return found


def over_http(port, path, seconds):
    with contextlib.closing(sides.get(port, path)) as sock:
        return sides.parts(sock, seconds)


def of_theirs(port, path, seconds):
    with contextlib.closing(sides.get_theirs(port, path)) as sock:
        return sides.parts(sock, seconds)


WARM_SECONDS = 1.0


def late(found):
    """Without those of the first second: decoders begin, buffers fill."""
    assert found, "no pictures came"
    return [(came, jpeg) for came, jpeg in found if came > found[0][0] + WARM_SECONDS * 1e9]


def latency(rig, bench):
    """From the camera's bar code to the JPEG at the client, 25 frames/s"""
    bench.note_missing("go2rtc", "Motion")
    seconds = WARM_SECONDS + bench.seconds / 2
    url, sent = logged_camera(rig, "ours")
    srv = sides.server(rig, url, recorder=False)
    ways = {f"{tables.OURS}, WebSocket": (sent, lambda: over_websocket(srv.port, seconds)),
            f"{tables.OURS}, /video_feed": (sent, lambda: over_http(srv.port, f"/video_feed?camera=cam0&fps={FPS}", seconds))}
    bare_url, bare_sent = logged_camera(rig, "bare")
    ways[FLOOR] = (bare_sent, lambda: over_floor(rig, bare_url, seconds))
    if "go2rtc" in bench.peers:
        their_url, their_sent = logged_camera(rig, "go2rtc")
        _, port = peers.go2rtc(rig, their_url, FPS)
        ways[f"{bench.peers.named('go2rtc')} with ffmpeg"] = (
            their_sent, lambda: of_theirs(port, "/api/stream.mjpeg?src=cam0", seconds))
    if "Motion" in bench.peers:
        motion_url, motion_sent = logged_camera(rig, "motion")
        ways[bench.peers.named("Motion")] = (motion_sent, lambda: over_motion(rig, motion_url, seconds))
    rounds = {name: [] for name in ways}
    for _ in range(bench.pairs):
        for name, (log, way) in ways.items():
            rounds[name].append(log.latencies(late(way())))
    return [latency_table(rounds)]


def latency_table(rounds):
    ours, lines = None, []
    for name, values in rounds.items():
        middles = [measure.median(v) for v in values if v]
        all_of_them = [v for one in values for v in one]
        assert len(middles) == len(values), f"{name}: no picture's bar code could be read"
        note = f"{len(all_of_them)} pictures"
        if name.startswith(tables.OURS):
            ours = middles
            lines.append(tables.Line(name, all_of_them, note=note))
        else:
            lines.append(tables.Line(name, all_of_them, measure.ratios(ours, middles), note=note))
    title = "from a frame's first packet to the last byte of its JPEG, 896x512, 25 frames/s; ratios: /video_feed's medians, round by round"
    return tables.Table(title, "ms", lines, ("min", "median", "p95", "max"))


def logged_camera(rig, name):
    log = rig.folder / f"{name}.sent"
    return sides.replay(rig, "-l", log), Sent(log)


def over_floor(rig, url, seconds):
    process, port = peers.view_floor(rig, url, 1, FPS)
    try:
        return over_http(port, "/", seconds + 1)
    finally:
        peers.end(process)


def over_motion(rig, url, seconds):
    process, port = peers.motion(rig, url, FPS)
    try:
        return of_theirs(port, "/", seconds)
    finally:
        peers.end(process)


# ---- without a peer ----

def check_200(rig, bench):
    """--check of 200 cameras"""
    path = rig.write("two_hundred.yaml", config_check.many_cameras(200))
    times = []
    for _ in range(bench.pairs * 4 + 1):
        began = time.monotonic()
        config_check.expect(config_check.Run("--check", "-c", path), 0, "200 cameras")
        times.append((time.monotonic() - began) * 1e3)
    return [tables.Table("from start to end, by the clock", "ms", [
        tables.Line("cam_server --check, 200 cameras", times, limits={"median": CHECK_BAR_MS})])]


def output(*command):
    return subprocess.run([*map(str, command)], stdout=subprocess.PIPE, check=True, timeout=300).stdout.decode()


def bus_cost(_rig, bench):
    """What the bus costs a packet, beside a list under a mutex"""
    said = output(peers.bench("bus_cost"), bench.pairs * 3)
    lines = []
    for name, consumers, *values in re.findall(r"^(bus|bare list|ratio) +(\d) [a-z ]+?(\d\S*) +(\S+) +(\S+)", said, re.M):
        values = [float(v) for v in values]
        if name == "ratio":
            lines[-2].ratios = values
        else:
            lines.append(tables.Line(f"{name}, {consumers} consumer{'s' * (consumers != '1')}", values))
    assert len(lines) == 4, f"bus_cost said {said}"
    return [tables.Table("from publish to consumer, 1,000 bytes a packet; the ratios stand beside the bus", "ns of CPU a packet", lines)]


def timeline_cost(_rig, _bench):
    """What a time stamp costs"""
    said = output(peers.bench("timeline_cost"))
    lines = [tables.Line(name.strip(), [float(value)]) for name, value in re.findall(r"^(.+?) +(\d+) ns", said, re.M)]
    return [tables.Table("least of 15 rounds, by how the camera's clock is", "ns of CPU a packet", lines, ("value",))]


def idle(_rig, bench):
    """The loop of 1,000 cameras that are not there"""
    said = output("/usr/bin/python3", harness.TOP / "bench/idle", bench.idle_cameras, bench.pairs * 2)
    turns = re.search(r"longest turn in a second: median (\S+) ms, worst (\S+) ms", said)
    lines = [tables.Line("the loop's longest turn in a second: median", [float(turns[1])]),
             tables.Line("the loop's longest turn in a second: worst", [float(turns[2])])]
    for what, took in re.findall(r"^SIGHUP, (.*): longest turn (\S+) ms", said, re.M):
        lines.append(tables.Line(f"longest turn after SIGHUP, {what}", [float(took)]))
    stop = re.search(r"^SIGTERM: exit 0 after (\S+) s", said, re.M)
    assert stop, f"idle said {said[-500:]}"
    lines.append(tables.Line("from SIGTERM to the end", [float(stop[1]) * 1e3]))
    return [tables.Table(f"{bench.idle_cameras} cameras that nobody answers for, /metrics once a second", "ms", lines, ("value",))]
