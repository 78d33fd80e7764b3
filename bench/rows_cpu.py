# SPDX-License-Identifier: MIT
"""What recording and viewing cost: CPU time of whole process trees, all sides over the same time."""
import time

import measure
import peers
import sides
import tables

WIDTH, HEIGHT, FPS, QUALITY = peers.VIEW
FLOOR = "bare loop"


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
    time.sleep(4)
    found = measure.windows(started, bench.pairs, bench.seconds)
    decoders = srv.metric("cam_camera_decoders", camera="cam0")
    assert decoders == 0, f"{decoders} decoders while nobody watches"
    return found


def record_one(rig, bench):
    """One camera recorded over TCP, nobody watches"""
    found = record(rig, bench, "tcp")
    bench.note_missing("ffmpeg", "MediaMTX", "Motion", "Moonfire NVR")
    motion = {bench.peers.named("Motion"): "decodes and looks for motion too"} if "Motion" in bench.peers else {}
    return [tables.compare("one camera recorded over TCP", found, {bench.peers.named("ffmpeg"): 1.10}, notes=motion)]


def record_udp(rig, bench):
    """One camera recorded over UDP, nobody watches"""
    found = record(rig, bench, "udp")
    bench.note_missing("ffmpeg", "MediaMTX")
    return [tables.compare("one camera recorded over UDP", found, {bench.peers.named("ffmpeg"): 1.10})]


def record_many(rig, bench, start, n):
    """Ours beside one other, each with n cameras."""
    url = sides.replay(rig)
    srv = sides.server(rig, url, n)
    other = start(rig, url, n)
    time.sleep(8)
    found = measure.windows({tables.OURS: (srv.process.pid,), "other": other}, bench.pairs, bench.seconds)
    pss = measure.memory_mib(srv.process.pid)
    history = sum(v for k, v in srv.metrics().items() if k.startswith("cam_mem_ring_bytes")) / (1 << 20)
    return found, pss, history, measure.memory_mib(*other)


def record_32(rig, bench):
    """32 cameras recorded in one process, nobody watches"""
    n = bench.cameras
    url = sides.replay(rig)
    alone = sides.server(rig, url, 1, recorder=False)
    empty = measure.memory_mib(alone.process.pid)
    rig.kill()
    others = {FLOOR: lambda r, u, k: (peers.record_floor(r, u, k).pid,)}
    if "ffmpeg" in bench.peers:
        others[f"{n} × {bench.peers.named('ffmpeg')}"] = lambda r, u, k: tuple(
            peers.ffmpeg_copy(r, u, f"peer{i}").pid for i in range(k))
    if "MediaMTX" in bench.peers:
        others[bench.peers.named("MediaMTX")] = lambda r, u, k: (peers.mediamtx(r, u, k).pid,)
    bench.note_missing("ffmpeg", "MediaMTX", "Moonfire NVR")
    cpu, memory = [], []
    for name, start in others.items():
        found, pss, history, other = record_many(rig, bench, start, n)
        rig.kill()
        ratio = measure.ratios(found[tables.OURS], found["other"])
        cpu += [tables.Line(f"{tables.OURS}, beside {name}", found[tables.OURS]),
                tables.Line(name, found["other"], ratio, 1.0 if "ffmpeg" in name else 0)]
        memory.append(tables.Line(name, [other / n]))
        ours = [(pss - history) / n, history / n]
    memory = [tables.Line("cam_server beyond history", ours[:1], limits={"value": 6}), tables.Line("cam_server's history", ours[1:]),
              tables.Line("cam_server with one camera, recorder off, in all", [empty]), *memory]
    return [tables.Table(f"{n} cameras in one process", tables.CPU, cpu),
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
    notes = {name: f"{(counter[0] - before[name]) / took:.1f} pictures/s" for name, counter in seen.items()}
    for name in notes:
        notes[name] += ", looks for motion too" if name.startswith("Motion") else ""
    title = f"one viewer, {WIDTH}x{HEIGHT}, {FPS} frames/s, JPEG of quality {QUALITY}"
    return [tables.compare(title, found, {FLOOR: 1.15}, notes=notes)]


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
    before = [ten.metric(f"cam_camera_{n}_total", camera="cam0") for n in names]
    began = time.monotonic()
    found = measure.windows({"one": (one.process.pid,), "ten": (ten.process.pid,), "bare one": (bare_one.pid,),
                             "bare ten": (bare_ten.pid,)}, bench.pairs, bench.seconds)
    took = time.monotonic() - began
    made = [ten.metric(f"cam_camera_{n}_total", camera="cam0") - b for n, b in zip(names, before)]
    note = "a second: " + ", ".join(f"{n.replace('_', ' ')} {m / took:.1f}" for n, m in zip(names, made))
    writes = [max(0, b - a) for a, b in zip(found["bare one"], found["bare ten"])]
    least = [a + w for a, w in zip(found["one"], writes)]
    return [tables.Table("ten viewers of one picture", tables.CPU, [
        tables.Line("cam_server, ten viewers", found["ten"], note=note),
        tables.Line("cam_server, one viewer", found["one"], measure.ratios(found["ten"], found["one"])),
        tables.Line("bare loop, ten connections", found["bare ten"], measure.ratios(found["ten"], found["bare ten"])),
        tables.Line("one viewer, and the bare loop's nine more writes", least, measure.ratios(found["ten"], least), 1.10),
    ])]
