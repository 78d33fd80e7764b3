#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every kind of plugin in its place: what the loader takes and refuses, what a listener hears, the order of the end."""
import re
import signal
import subprocess

import rig as harness

# One plugin of any kind and place. Buffers and sources have what they need; EXTRA comes last and wins.
C = r"""
#include <cam/plugin.h>
#include <stdlib.h>
struct self { struct cam_node *node; const struct cam_host *host; struct cam_sub *sub; int live, seen; };
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{ struct self *s = calloc(1, sizeof(*s)); (void)c; *s = (struct self){.node = n, .host = h, .live = -1}; return (*ret = s) ? 0 : -12; }
static int start(void *self)
{
	struct self *s = self;
	struct cam_want want = {.size = sizeof(want), .form = CAM_PACKET, .user = s};
	int err = KIND == CAM_LISTENER ? 0 : s->host->subscribe(s->node, NULL, &want, &s->sub);
	s->host->log(s->node, CAM_INFO, "starts for %s: %d", s->host->camera(s->node) ? s->host->camera(s->node) : "all", err);
	return err;
}
static void stop(void *self)
{ struct self *s = self; s->host->unsubscribe(s->node, s->sub); s->host->log(s->node, CAM_INFO, "stops"); s->host->state(s->node, CAM_STOPPED); }
static int consume(void *self, struct cam_sub *sub, const struct cam_buf *b)
{
	struct self *s = self;
	(void)b;
	if (!s->seen++)
		s->host->log(s->node, CAM_INFO, "sees packets: %d", s->host->user(sub) == s);
	return 0;
}
static void count(void *arg, const struct cam_camera *camera) { *(int *)arg += camera->state == CAM_LIVE; }
static void changed(void *self)
{
	struct self *s = self;
	int live = 0;
	s->host->cameras(s->node, count, &live);
	if (live != s->live)
		s->host->log(s->node, CAM_INFO, "hears: %d live", live);
	s->live = live;
}
static const struct cam_stat endless[] = {[0 ... 2000] = {"x", CAM_GAUGE, "X."}};
const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = KIND, .place = PLACE,
	.name = "NAME", .version = "1", .summary = "A test.", .create = create, .start = start, .stop = stop, .destroy = free,
	.consume = KIND == CAM_LISTENER ? NULL : consume, .changed = changed, .stats = 0 ? endless : NULL EXTRA};
"""
YAML = """
defaults:
  source: {plugin: test_in, width: 160, height: 90, fps: 10}
  detector: {plugin: look}
cameras:
  front:
    recorder: {plugin: keep}
  fence:
    buffer: {plugin: mem_ring}
    detector: {from: source}
    second: {plugin: look}
  yard:
    detector: off
listeners:
  all: {plugin: hear}
  some: {plugin: hear, from: "f*"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
REFUSED = {
    "no_consume": ("CAM_DETECTOR", "CAM_ON_CPU", ", .consume = NULL", "has no consume"),
    "thread_look": ("CAM_DETECTOR", "CAM_ON_THREAD", "", "runs on a thread of its own but is no source"),
    "thread_hear": ("CAM_LISTENER", "CAM_ON_THREAD", "", "runs on a thread of its own but is no source"),
    "camera_hear": ("CAM_LISTENER", "CAM_ON_CAMERA", "", "a listener has no camera of its own to run on"),
    "no_kind": ("7", "CAM_ON_LOOP", "", "is of an unknown kind or place"),
    "newer": ("CAM_DETECTOR", "CAM_ON_CPU", ", .abi = CAM_ABI + 1", "rebuild it against this server's headers, or install a newer server"),
    "major": ("CAM_DETECTOR", "CAM_ON_CPU", ", .abi = CAM_ABI + 65536", "was built for another version of the plugin ABI, 2."),
    "small": ("CAM_DETECTOR", "CAM_ON_CPU", ", .size = offsetof(struct cam_plugin, replay)", "a descriptor that is too small"),
    "endless": ("CAM_DETECTOR", "CAM_ON_CPU", ", .stats = endless", "has a table without an empty element at its end"),
}


def build(rig, name, kind, place, extra=""):
    folder = rig.folder / "plugins"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    text = C.replace("NAME", name).replace("KIND", kind).replace("PLACE", place).replace("EXTRA", extra)
    source = rig.write(f"{name}.c", text)
    flags = ("-std=gnu11", "-Wall", "-Wno-override-init", "-Werror", "-shared", "-fPIC", f"-I{harness.TOP}/include")
    subprocess.run(["cc", *flags, "-o", folder / f"{name}.so", source], check=True, timeout=60)
    (folder / f"{name}.so").chmod(0o755)
    return {"CAM_SERVER_PLUGIN_PATH": f"{folder}:{harness.BUILD}/.libs"}


def started(rig):
    build(rig, "keep", "CAM_RECORDER", "CAM_ON_IO")
    build(rig, "hear", "CAM_LISTENER", "CAM_ON_IO")
    env = build(rig, "look", "CAM_DETECTOR", "CAM_ON_CAMERA")
    return rig.yaml(YAML, env=env).wait_live("front", "fence", "yard")


def says(server, line):
    harness.wait_for(lambda: f"info {line}\n" in server.log(), 20, lambda: f"{line!r} in\n{server.log()}")


def detectors_look_and_listeners_hear(rig):
    server = started(rig)
    for node in ("front.detector", "fence.detector", "fence.second", "front.recorder"):
        says(server, f"{node}: starts for {node.split('.')[0]}: 0")
        says(server, f"{node}: sees packets: 1")
    says(server, "all: hears: 3 live")
    says(server, "some: hears: 2 live")
    assert "yard.detector" not in server.log()
    assert any('node="all"' in key for key in server.metrics())


def recorders_wait_for_detectors_and_listeners_for_all_but_buffers(rig):
    server = started(rig)
    says(server, "some: hears: 2 live")
    server.stop()
    lines = [m[1] for m in re.finditer(r"info (\S+): stops\n", server.log())]
    assert sorted(lines) == sorted(["front.detector", "fence.detector", "fence.second", "front.recorder", "all", "some"]), lines
    at = {name: i for i, name in enumerate(lines)}
    assert at["front.recorder"] > max(at[name] for name in at if "det" in name or "second" in name), lines
    assert min(at["all"], at["some"]) > at["front.recorder"], lines


def a_listener_goes_and_comes_with_a_reload(rig):
    server = started(rig)
    says(server, "some: hears: 2 live")
    path = rig.folder / "config-0.yaml"
    text = path.read_text()
    path.write_text(text.replace('  some: {plugin: hear, from: "f*"}\n', "  third: {plugin: hear, from: yard}\n"))
    server.process.send_signal(signal.SIGHUP)
    says(server, "some: stops")
    says(server, "third: hears: 1 live")
    assert "all: stops" not in server.log() and "front.detector: stops" not in server.log()


def kinds_are_listed_and_what_cannot_be_is_refused(rig):
    build(rig, "hear", "CAM_LISTENER", "CAM_ON_LOOP")
    env = build(rig, "look", "CAM_DETECTOR", "CAM_ON_CPU")
    for name, (kind, place, extra, _) in REFUSED.items():
        build(rig, name, kind, place, extra)
    listed = subprocess.run(
        [harness.binary(), "--plugins"], env=harness.environment(rig, env), stdout=subprocess.PIPE, check=True, timeout=60
    ).stdout.decode()
    assert re.search(r"^look +detector +1 +A test\.$", listed, re.M) and re.search(r"^hear +listener ", listed, re.M), listed
    for name, (_, _, _, why) in REFUSED.items():
        assert re.search(rf"^{name} +cannot be used: .*{re.escape(why)}", listed, re.M), f"{name}: {listed}"
    shown = subprocess.run(
        [harness.binary(), "--help", "hear"], env=harness.environment(rig, env), stdout=subprocess.PIPE, check=True, timeout=60
    ).stdout.decode()
    assert "hear 1, a listener: A test." in shown and "names of cameras with * and ?" in shown, shown


if __name__ == "__main__":
    raise SystemExit(harness.main(
        detectors_look_and_listeners_hear,
        recorders_wait_for_detectors_and_listeners_for_all_but_buffers,
        a_listener_goes_and_comes_with_a_reload,
        kinds_are_listed_and_what_cannot_be_is_refused,
    ))
