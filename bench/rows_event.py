# SPDX-License-Identifier: MIT
"""Events, from raise() to those who hear them: bench/bell.c raises, bench/ear.c hears, and a client reads the stream."""
import contextlib
import http.client
import re
import threading
import time

import measure
import rig as harness
import sides
import tables

CONFIG = """
cameras:
  cam0:
    source: {plugin: rtsp_in, url: "@URL@"}
    buffer: {plugin: mem_ring}
    recorder: off
    bell: {plugin: bell, after: 4s, rate: @RATE@, count: @COUNT@}
listeners:
  loop: {plugin: ear_on_loop}
  cpu: {plugin: ear_on_cpu}
  other: {plugin: ear_on_io, hang: @HANG@}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
LISTENER_BAR_MS, STREAM_BAR_MS, MEMORY_BAR_MIB = 1, 20, 8
FLOOD = 1000  # events a second
COLUMNS = ("min", "median", "p99", "max")


def ringing(rig, rate, count, hang):
    text = CONFIG.replace("@URL@", sides.replay(rig)).replace("@RATE@", str(rate)).replace("@COUNT@", str(count))
    path = f"{harness.BUILD}/bench/.libs:{harness.BUILD}/.libs"
    return rig.yaml(text.replace("@HANG@", hang), env={"CAM_SERVER_PLUGIN_PATH": path}).wait_live("cam0")


def listen(srv):
    """Reads the stream on a thread of its own. @return [ms from raise() until it was read], which grows"""
    late = []
    connection, response = srv.request("/api/v1/events/stream?topic=bell", timeout=60)
    assert response.status == 200 and response.getheader("Content-Length") != "0", f"no stream of events: {response.status}"

    def read():
        data = b""
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException), contextlib.closing(connection):
            while more := response.read1(1 << 16):
                now = time.monotonic_ns()
                *events, data = (data + more).split(b"\n\n")
                late.extend((now - int(ns)) / 1e6 for e in events for ns in re.findall(rb'"raised_ns": ?(\d+)', e))

    threading.Thread(target=read, daemon=True).start()
    return late


def heard(srv, name):
    """ms from raise() until a listener's event() was called."""
    lines = re.findall(rf" info {name}: heard us:(.*)", srv.log())
    return [int(us) / 1e3 for line in lines for us in line.split()]


def event_latency(rig, bench):
    """From raise() to a listener's event(), 100 a second"""
    count = 200 * bench.pairs
    srv = ringing(rig, 100, count, "false")
    ears = {"loop": "a listener on the loop", "cpu": "a listener on the cpu pool", "other": "a listener on the io pool"}
    harness.wait_for(lambda: all(len(heard(srv, ear)) >= count for ear in ears), count / 100 + 20,
                     lambda: f"{count} events, not {[len(heard(srv, ear)) for ear in ears]}")
    return [tables.Table(f"from raise() to whoever hears, {count} events, 100 a second", "ms", [
        tables.Line(what, heard(srv, ear), limits={"p99": LISTENER_BAR_MS}) for ear, what in ears.items()], COLUMNS)]


def event_stream(rig, bench):
    """From raise() to a client of server-sent events, 100 a second"""
    count = 200 * bench.pairs
    srv = ringing(rig, 100, count, "false")
    late = listen(srv)
    harness.wait_for(lambda: len(late) >= count, count / 100 + 20, lambda: f"{count} events, not {len(late)}")
    return [tables.Table(f"from raise() to a client of server-sent events, {count} events, 100 a second", "ms", [
        tables.Line("read in Python", late, limits={"p99": STREAM_BAR_MS})], COLUMNS)]


def event_flood(rig, bench):
    """1,000 events a second while one listener hangs"""
    count = FLOOD * 2 * bench.pairs
    srv = ringing(rig, FLOOD, count, "true")
    before = measure.memory_mib(srv.process.pid)
    harness.wait_for(lambda: "cam0.bell: rung" in srv.log(), count / FLOOD + 30, "all events are raised")

    def events(what, node):
        return srv.metric(f"cam_events_{what}_total", node=node)

    for node in ("cpu", "loop"):
        harness.wait_for(lambda node=node: events("heard", node) + events("dropped", node) >= count, 20, f"{node} hears {count} events")
    grown = measure.memory_mib(srv.process.pid) - before
    table = tables.Table(f"{count:,} events, {FLOOD:,} a second, while one of three listeners hangs", "events", [
        tables.Line("dropped of a listener on the cpu pool", [events("dropped", "cpu")], limits={"value": 0}),
        tables.Line("dropped of a listener on the loop", [events("dropped", "loop")], limits={"value": 0}),
        tables.Line("dropped of the one that hangs, and counted", [events("dropped", "other")]),
    ], ("value",))
    memory = tables.Table("memory that this took", "MiB, proportional set size", [
        tables.Line("cam_server, after against before", [grown], limits={"value": MEMORY_BAR_MIB})], ("value",))
    return [table, memory]
