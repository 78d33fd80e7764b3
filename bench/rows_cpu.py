# SPDX-License-Identifier: MIT
"""What recording and viewing cost: CPU time of whole process trees, all sides over the same time."""
import time

import measure
import peers
import sides
import tables

WIDTH, HEIGHT, FPS, QUALITY = peers.VIEW
FLOOR = "bare loop"


def wait_until_all_write(started, cameras):
    """They connect and probe, which takes 32 of them a while. Who does not get there is told by the note in its line."""
    for _ in range(10):
        written = measure.Written(started)
        time.sleep(3)
        if min(written.mbit_a_second().values()) / cameras > sides.footage_mbit_a_second(3):
            return


def watch(started, bench, cameras, settle_seconds):
    """@return CPU time of each side, and what it has written in Mbit/s a camera"""
    time.sleep(settle_seconds)
    wait_until_all_write({name: pids for name, pids in started.items() if not name.startswith("Motion")}, cameras)
    written = measure.Written(started)
    found = measure.windows(started, bench.pairs, bench.seconds)
    return found, {name: rate / cameras for name, rate in written.mbit_a_second().items()}


def writes(work):
    return {name: f"{rate:.1f} Mbit/s written" for name, rate in work.items()}


def record(rig, bench, transport):
    url = sides.replay(rig)
    srv = sides.server(rig, url, buffer="shm_ring", transport=transport)
    started = {tables.OURS: (srv.process.pid,), FLOOR: (peers.record_floor(rig, url, 1, transport).pid,)}
    for name, start in (
        ("ffmpeg", lambda: peers.ffmpeg_copy(rig, url, "peer", transport)),
        ("MediaMTX", lambda: peers.mediamtx(rig, url, 1, transport)),
        ("Motion", lambda: peers.motion(rig, url, fps=25, record=True)[0]),
    ):
        if name in bench.peers and (name != "Motion" or transport == "tcp"):
            started[bench.peers.named(name)] = (start().pid,)
    found, work = watch(started, bench, 1, 2)
    decoders = srv.metric("cam_camera_decoders", camera="cam0")
    assert decoders == 0, f"{decoders} decoders while nobody watches"
    whole, notes = sides.footage_mbit_a_second(bench.pairs * bench.seconds), writes(work)
    for name in notes:
        if name.startswith("Motion"):
            notes[name] += ", decodes and looks for motion too"
            work[name] = whole  # it writes every few seconds only
    bar = {bench.peers.named("ffmpeg"): 1.10}
    return [tables.compare(f"one camera recorded over {transport.upper()}", found, bar, work, notes, whole)]


def record_one(rig, bench):
    """One camera recorded over TCP, nobody watches"""
    bench.note_missing("ffmpeg", "MediaMTX", "Motion")
    return record(rig, bench, "tcp")


def record_udp(rig, bench):
    """One camera recorded over UDP, nobody watches"""
    bench.note_missing("ffmpeg", "MediaMTX")
    return record(rig, bench, "udp")


def record_many(rig, bench, name, start):
    """Ours beside one other, each with all cameras. @return lines of CPU time, MiB a camera: ours, its history, theirs"""
    n, url = bench.cameras, sides.replay(rig)
    srv = sides.server(rig, url, n)
    started = {tables.OURS: (srv.process.pid,), name: start(url, n)}
    found, work = watch(started, bench, n, 4)
    pss = measure.memory_mib(srv.process.pid)
    history = sum(v for k, v in srv.metrics().items() if k.startswith("cam_mem_ring_bytes")) / (1 << 20)
    whole = sides.footage_mbit_a_second(bench.pairs * bench.seconds)
    lines = tables.compare("", found, {name: 1.0} if "ffmpeg" in name else {}, work, writes(work), whole).lines
    lines[0].side = f"{tables.OURS}, beside {name}"
    memory = (pss - history) / n, history / n, measure.memory_mib(*started[name]) / n
    rig.kill()
    return lines, memory


def record_32(rig, bench):
    """32 cameras recorded in one process, nobody watches"""
    n = bench.cameras
    alone = sides.server(rig, sides.replay(rig), 1, recorder=False)
    empty = measure.memory_mib(alone.process.pid)
    rig.kill()
    others = {FLOOR: lambda url, k: (peers.record_floor(rig, url, k).pid,)}
    if "ffmpeg" in bench.peers:
        others[f"{n} × {bench.peers.named('ffmpeg')}"] = lambda url, k: tuple(
            peers.ffmpeg_copy(rig, url, f"peer{i}").pid for i in range(k))
    if "MediaMTX" in bench.peers:
        others[bench.peers.named("MediaMTX")] = lambda url, k: (peers.mediamtx(rig, url, k).pid,)
    bench.note_missing("ffmpeg", "MediaMTX")
    cpu, memory = [], []
    for name, start in others.items():
        try:
            lines, (beyond, history, theirs) = record_many(rig, bench, name, start)
        except AssertionError as problem:  # the others can be measured
            rig.kill()
            bench.missing.append(f"{name} ({problem})")
            continue
        cpu += lines
        memory.append(tables.Line(name, [theirs]))
    assert cpu, f"not measured: {bench.missing}"
    memory = [tables.Line("cam_server beyond history", [beyond], limits={"value": 6}), tables.Line("cam_server's history", [history]),
              tables.Line("cam_server with one camera, recorder off, in all", [empty]), *memory]
    return [tables.Table(f"{n} cameras in one process; what is written is that of each", tables.CPU, cpu),
            tables.Table("memory for each of these cameras", "MiB, proportional set size", memory, ("value",))]


def view_one(rig, bench):
    """One viewer, 896x512, 10 frames/s"""
    url = sides.replay(rig)
    srv = sides.server(rig, url, recorder=False)
    bare, port = peers.view_floor(rig, url, 1)
    started = {tables.OURS: (srv.process.pid,), FLOOR: (bare.pid,)}
    seen = {tables.OURS: sides.drain(sides.get(srv.port, "/video_feed?camera=cam0").recv),
            FLOOR: sides.drain(sides.get(port, "/").recv)}
    if "ffmpeg" in bench.peers:
        name, process = bench.peers.named("ffmpeg"), peers.ffmpeg_view(rig, url)
        started[name], seen[name] = (process.pid,), sides.drain(process.stdout.read1)
    if "go2rtc" in bench.peers:
        name, (process, port) = f"{bench.peers.named('go2rtc')} with ffmpeg", peers.go2rtc(rig, url)
        started[name], seen[name] = (process.pid,), sides.drain(sides.get_theirs(port, "/api/stream.mjpeg?src=cam0").recv)
    if "Motion" in bench.peers:
        name, (process, port) = bench.peers.named("Motion"), peers.motion(rig, url)
        started[name], seen[name] = (process.pid,), sides.drain(sides.get_theirs(port, "/").recv)
    bench.note_missing("ffmpeg", "go2rtc", "Motion")
    time.sleep(6)
    before = {name: counter[0] for name, counter in seen.items()}
    began = time.monotonic()
    found = measure.windows(started, bench.pairs, bench.seconds)
    took = time.monotonic() - began
    work = {name: (counter[0] - before[name]) / took for name, counter in seen.items()}
    notes = {name: f"{rate:.1f} pictures/s" + ", looks for motion too" * name.startswith("Motion") for name, rate in work.items()}
    title = f"one viewer, {WIDTH}x{HEIGHT}, {FPS} frames/s, JPEG of quality {QUALITY}"
    return [tables.compare(title, found, {FLOOR: 1.15}, work, notes, FPS)]


def view_ten(rig, bench):
    """Ten viewers of one picture against one"""
    url = sides.replay(rig)
    one, ten = (sides.server(rig, url, recorder=False) for _ in range(2))
    (bare_one, port_one), (bare_ten, port_ten) = peers.view_floor(rig, url, 1), peers.view_floor(rig, url, 10)
    for port, path, count in ((one.port, "/video_feed?camera=cam0", 1), (ten.port, "/video_feed?camera=cam0", 10),
                              (port_one, "/", 1), (port_ten, "/", 10)):
        for _ in range(count):
            sides.drain(sides.get(port, path).recv)
    time.sleep(5)
    names = ("pictures_decoded", "pictures_scaled", "jpegs_encoded")

    def made(srv):
        return [srv.metric(f"cam_camera_{n}_total", camera="cam0") for n in names]

    before = made(one), made(ten)
    began = time.monotonic()
    found = measure.windows({"one": (one.process.pid,), "ten": (ten.process.pid,), "bare one": (bare_one.pid,),
                             "bare ten": (bare_ten.pid,)}, bench.pairs, bench.seconds)
    took = time.monotonic() - began
    by_one, by_ten = ([(now - then) / took for now, then in zip(made(srv), was)] for srv, was in zip((one, ten), before))
    note = "a second: " + ", ".join(f"{n.replace('_', ' ')} {m:.1f}" for n, m in zip(names, by_ten))
    up = tables.keeps_up({"one": by_one[-1], "ten": by_ten[-1]}, FPS)
    assert all(up.values()), f"no time for the work: {by_one[-1]:.1f} and {by_ten[-1]:.1f} of {FPS} pictures/s"
    writes = [max(0, b - a) for a, b in zip(found["bare one"], found["bare ten"])]
    least = [a + w for a, w in zip(found["one"], writes)]
    return [tables.Table("ten viewers of one picture", tables.CPU, [
        tables.Line("cam_server, ten viewers", found["ten"], note=note),
        tables.Line("cam_server, one viewer", found["one"], measure.ratios(found["ten"], found["one"])),
        tables.Line("bare loop, ten connections", found["bare ten"], measure.ratios(found["ten"], found["bare ten"])),
        tables.Line("one viewer, and the bare loop's nine more writes", least, measure.ratios(found["ten"], least), 1.10),
    ])]
