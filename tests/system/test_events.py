#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Events of cameras: told from outside, listed, listened to; a listener that hangs is nobody else's matter."""
import contextlib
import os
import re
import signal
import subprocess

import people
import rig as harness

YAML = """
defaults: {source: {plugin: test_in, width: 320, height: 180}}
cameras: {front: {}, yard: {}}
sinks: {web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}}
"""
EACH = 3000
# Listeners: "storm" raises a thousand a second, never more than 200 ahead of what it has heard itself, so that a machine
# that is busy drops nothing of its own; "hang" does not come back from its first event until a pipe says so.
C = r"""
#include <cam/plugin.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
struct node { struct cam_node *n; const struct cam_host *h; int raised, heard; };
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{
	struct node *s = calloc(1, sizeof(*s));
	(void)c;
	if (!s)
		return -12;
	s->n = n, s->h = h;
	*ret = s;
	return 0;
}
static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CAM_SECOND + t.tv_nsec;
}
static int start(void *self) { struct node *s = self; s->h->tick_at(s->n, now()); return 0; }
static void tick(void *self)
{
	struct node *s = self;
	for (int i = 0; STORM && i < 10 && s->raised < EACH && s->raised < s->heard + 200; i++) {
		struct cam_event e = {.size = sizeof(e), .topic = "storm", .camera = s->raised & 1 ? "front" : "yard", .phase = CAM_POINT, .pts_ns = CAM_NO_TS};
		if (s->h->raise(s->n, &e))
			continue;
		s->raised++;
	}
	if (STORM && s->heard < EACH)
		s->h->tick_at(s->n, now() + CAM_SECOND / 100);
}
static int event(void *self, const struct cam_event *e)
{
	struct node *s = self;
	char c;
	(void)e;
	if (!STORM && !s->heard) {
		int fd = open("PIPE", O_RDONLY);
		if (fd < 0 || read(fd, &c, 1) < 0)
			abort();
		close(fd);
	}
	s->heard++;
	s->h->stat(s->n, 0, 1);
	return 0;
}
static void stop(void *self) { struct node *s = self; s->h->state(s->n, CAM_STOPPED); }
static const char *const hears[] = {"storm", NULL};
static const struct cam_stat stats[] = {{"heard", CAM_COUNTER, "Heard."}, {0}};
const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(cam_plugin_1), .kind = CAM_LISTENER, .place = CAM_ON_CPU,
	.name = "NAME", .version = "1", .summary = "A test.", .create = create, .start = start, .tick = tick, .stop = stop,
	.destroy = free, .hears = hears, .event = event, .stats = stats};
"""


def plugins(rig, pipe):
    folder = rig.folder / "plugins"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("storm", "hang"):
        text = C.replace("NAME", name).replace("STORM", str(int(name == "storm"))).replace("EACH", str(EACH)).replace("PIPE", str(pipe))
        source = rig.write(f"{name}.c", text)
        flags = ("-std=gnu11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", f"-I{harness.TOP}/include")
        subprocess.run(["cc", *flags, "-o", folder / f"{name}.so", source], check=True, timeout=60)
        (folder / f"{name}.so").chmod(0o755)
    return {"CAM_SERVER_PLUGIN_PATH": f"{folder}:{harness.BUILD}/.libs"}


def started(rig, text=YAML, **popen):
    return rig.yaml(text, **popen).wait_live("front", "yard")


def phases(events):
    return [e["phase"] for e in events]


def events_are_told_listed_and_streamed(rig):
    server = started(rig)
    both, front = people.Stream(rig, server), people.Stream(rig, server, "?camera=front&topic=object.person,door")
    begun = people.post(server, "front", topic="object", label="person", phase="begin", score=0.5)["id"]
    people.post(server, "front", phase="update", id=begun, score=0.9, boxes=[{"x": 0, "y": 0, "width": 0.5, "height": 1}])
    people.post(server, "yard", topic="door", data={"by": "bell"})
    people.post(server, "front", topic="object", label="cat")
    people.post(server, "front", phase="end", id=begun)
    told = front.wait(3, "object")
    assert phases(told) == ["begin", "update", "end"] and {e["id"] for e in told} == {begun}, told
    assert told[2]["peak"] == 0.9 and told[1]["boxes"][0]["label"] == "person", told
    assert len(both.wait(4, "object")) == 4 and both.wait(1, "door")[0]["data"] == {"by": "bell"}
    assert not front.told("door")
    listed = people.get(server, "/api/v1/events?topic=object,door")
    assert listed["missed"] is False and [e["seq"] for e in listed["events"]] == sorted(e["seq"] for e in listed["events"])
    assert listed["events"][0] == told[0]
    assert phases(people.get(server, f"/api/v1/events?topic=object&since={begun}")["events"]) == ["update", "point", "end"]
    again = people.Stream(rig, server, "?topic=object", headers={"Last-Event-ID": str(told[1]["seq"])})
    assert phases(again.wait(2, "object")) == ["point", "end"]
    assert server.metric("cam_event_streams") == 3
    assert people.status(server, "/api/v1/cameras/none/events", method="POST", body={"topic": "x"}) == 404
    assert people.status(server, "/api/v1/cameras/front/events", method="POST", body={"topic": "camera"}) == 400
    assert people.status(server, "/api/v1/cameras/front/events", method="POST", body=b"x" * 70000) == 413
    assert people.status(server, "/api/v1/cameras/front/events", method="POST", body=b"{}", headers={"Content-Type": "text/plain"}) == 415


def a_camera_that_leaves_ends_its_events(rig):
    server = started(rig)
    stream = people.Stream(rig, server, "?topic=door")
    people.post(server, "yard", topic="door", phase="begin")
    path = rig.folder / "config-0.yaml"
    path.write_text(re.sub(r", yard: {}", "", path.read_text()))
    server.process.send_signal(signal.SIGHUP)
    told = stream.wait(2, "door")
    assert phases(told) == ["begin", "end"] and told[1]["data"] == {"ended_by": "camera_removed"}, told


def what_the_server_tells_of_cameras_is_listed(rig):
    server = started(rig)
    seen = harness.wait_for(
        lambda: [e for e in people.get(server, "/api/v1/events?topic=camera.live")["events"] if e["camera"] == "yard"], 20, "it is live")
    assert seen[0]["node"] == "" and seen[0]["phase"] == "point", seen


def memory(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def a_listener_that_hangs_costs_nobody_else_anything(rig):
    pipe = rig.folder / "pipe"
    os.mkfifo(pipe, 0o666)
    text = YAML + "server: {protect: false, cpu_threads: 3}\nlisteners: {hang: {plugin: hang}, storm: {plugin: storm}}\n"
    server = started(rig, text, env=plugins(rig, pipe))
    stream = people.Stream(rig, server, "?topic=storm&since=1")
    before = memory(server)
    of = lambda what, node: server.metric(f"cam_{what}", node=node)  # noqa: E731
    harness.wait_for(lambda: of("events_heard_total", "storm") == EACH, 60, lambda: f"all is heard: {of('events_heard_total', 'storm')}")
    assert of("events_dropped_total", "storm") == 0
    assert of("events_heard_total", "hang") == 1
    assert of("events_dropped_total", "hang") == EACH - 1 - 256
    assert memory(server) - before < 32 * 1024 * (8 if harness.SANITIZED else 1), (before, memory(server))
    people.post(server, "front", topic="door")
    harness.wait_for(lambda: people.get(server, "/api/v1/events?topic=door")["events"], 20, "others are served")
    harness.wait_for(lambda: len(stream.told("storm")) == EACH or stream.told("missed"), 20, lambda: f"{len(stream.told('storm'))} are streamed")
    with contextlib.closing(os.fdopen(os.open(pipe, os.O_WRONLY), "wb")) as end:
        end.write(b"x")
    harness.wait_for(lambda: of("events_heard_total", "hang") == 1 + 256, 20, "what waited is heard")
    assert server.metric("cam_events_total") >= EACH


if __name__ == "__main__":
    raise SystemExit(harness.main(
        events_are_told_listed_and_streamed,
        a_camera_that_leaves_ends_its_events,
        what_the_server_tells_of_cameras_is_listed,
        a_listener_that_hangs_costs_nobody_else_anything,
    ))
