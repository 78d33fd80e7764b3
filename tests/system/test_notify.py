#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A supervisor with a real socket: told when the server is ready, reloads, gets on and leaves."""
import contextlib
import os
import select
import signal
import socket
import time

import rig as harness
from test_wrong_input import compile_plugin

YAML = """
cameras:
  front:
    source: {plugin: test_in, width: 320, height: 180}
    buffer: {plugin: mem_ring}
    recorder: off
  gone:
    source: {plugin: rtsp_in, url: "rtsp://127.0.0.1:9/"}
    buffer: {plugin: mem_ring}
    recorder: off
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""

# Says that it is live, and publishes nothing.
MUTE = r"""
#include <cam/plugin.h>
#include <pthread.h>
#include <stdlib.h>

struct config { int64_t stall_timeout_ns; };
struct mute { struct cam_node *node; const struct cam_host *host; pthread_mutex_t lock; pthread_cond_t wake; };

static int create(struct cam_node *node, const struct cam_host *host, const void *config, void **ret)
{
	struct mute *m = calloc(1, sizeof(*m));
	(void)config;
	if (!m)
		return -12;
	m->node = node;
	m->host = host;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->wake, NULL);
	*ret = m;
	return 0;
}
static int run(void *self)
{
	struct mute *m = self;
	m->host->state(m->node, CAM_LIVE);
	pthread_mutex_lock(&m->lock);
	while (!m->host->stopping(m->node))
		pthread_cond_wait(&m->wake, &m->lock);
	pthread_mutex_unlock(&m->lock);
	return 0;
}
static void wake(void *self)
{
	struct mute *m = self;
	pthread_mutex_lock(&m->lock);
	pthread_cond_broadcast(&m->wake);
	pthread_mutex_unlock(&m->lock);
}
static void stop(void *self)
{
	(void)self;
}
static void destroy(void *self)
{
	struct mute *m = self;
	pthread_mutex_destroy(&m->lock);
	pthread_cond_destroy(&m->wake);
	free(m);
}
static const struct cam_opt options[] = {{"stall_timeout", CAM_TIME, 0, CAM_INT_AT(struct config, stall_timeout_ns),
	"1s", 0, 0, NULL, NULL, "How long it may be silent."}, {0}};
CAM_EXPORT const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(struct cam_plugin),
	.kind = CAM_SOURCE, .place = CAM_ON_THREAD, .name = "mute", .version = "1", .summary = "Says nothing.",
	.options = options, .config_size = sizeof(struct config), .create = create, .stop = stop, .destroy = destroy,
	.run = run, .wake = wake};
"""


class Supervisor:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, rig, watchdog_ms):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = str(rig.folder / "notify")
        self.socket.bind(path)
        rig.closers.append(self.socket.close)
        self.env = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(int(watchdog_ms * harness.SLOW) * 1000)}
        self.lines = []

    def read(self, seconds):
        """@return whether something came"""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        if ready:
            self.lines += self.socket.recv(4096).decode().split("\n")
        return bool(ready)

    def wait(self, wanted, seconds=20):
        """The lines up to one that begins so; they are done with."""
        end = time.monotonic() + seconds * harness.SLOW
        while True:
            for i, line in enumerate(self.lines):
                if line.startswith(wanted):
                    before, self.lines = self.lines[: i + 1], self.lines[i + 1 :]
                    return before
            assert time.monotonic() < end, f"no {wanted} within {seconds} s: {self.lines}"
            self.read(0.2)

    def drain(self):
        while self.read(0):
            pass
        lines, self.lines = self.lines, []
        return lines


def a_supervisor_is_told_of_every_step(rig):
    supervisor = Supervisor(rig, 1000)
    server = rig.yaml(YAML, env=supervisor.env)
    assert "READY=1" not in supervisor.wait("READY=1")[:-1]
    supervisor.wait("STATUS=1 of 2 cameras live")
    supervisor.drain()
    for _ in range(4):  # a camera that is off starves nobody
        supervisor.wait("WATCHDOG=1", 5)
    path = rig.folder / "config-0.yaml"
    for text in (path.read_text().replace("320", "640"), "cameras: 5\n"):
        path.write_text(text)
        supervisor.drain()
        server.process.send_signal(signal.SIGHUP)
        supervisor.wait("RELOADING=1")
        stamp = int(supervisor.wait("MONOTONIC_USEC=")[-1].split("=")[1])
        assert 0 <= time.monotonic() - stamp / 1e6 < 20 * harness.SLOW, stamp
        supervisor.wait("READY=1")
    server.expect("stays in force", "cameras")
    server.stop()
    supervisor.wait("STOPPING=1", 2)
    assert "WATCHDOG=1" not in supervisor.drain()


def a_source_that_hangs_starves_the_watchdog(rig):
    supervisor = Supervisor(rig, 1000)
    env = {**supervisor.env, "CAM_SERVER_PLUGIN_PATH": compile_plugin(rig, "mute", MUTE)}
    text = YAML.replace("rtsp_in, url: \"rtsp://127.0.0.1:9/\"", "mute")
    server = rig.yaml(text, env=env).expect("gone: its source says that it is live")
    supervisor.wait("WATCHDOG=1")
    harness.wait_for(lambda: "it hangs" in server.log(), 15, "the source is noticed")
    supervisor.drain()
    assert not supervisor.read(1.5 * harness.SLOW), supervisor.drain()


def names_of_threads(server):
    names = set()
    for thread in os.listdir(f"/proc/{server.process.pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{server.process.pid}/task/{thread}/comm") as comm:
            names.add(comm.read().strip())
    return names


def protection_holds_in_the_running_server(rig):
    server = rig.yaml(YAML.replace("recorder: off", 'recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@"}', 1))
    server.wait_live("front")
    status = dict(
        line.split(":\t", 1) for line in open(f"/proc/{server.process.pid}/status").read().splitlines() if ":\t" in line
    )
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    expected = {"cam-cpu", "cam-io"}
    harness.wait_for(lambda: expected <= names_of_threads(server), 5, "threads have names")
    path = rig.folder / "config-0.yaml"
    text = path.read_text()
    if "no protection by Landlock" not in server.log():
        path.write_text(text.replace(str(rig.recordings), str(rig.folder / "elsewhere")))
        server.process.send_signal(signal.SIGHUP)
        server.expect("stays in force", "elsewhere.*restart it")
        harness.wait_for(lambda: "restart it" in server.log(), 10, "a sentence about the restart")
    path.write_text(text.replace("320", "640").replace(str(rig.recordings), f"{rig.recordings}/below"))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: list(rig.recordings.glob("below/front/*/*.mp4")), 20, "a recording in the new folder")


def protection_can_be_turned_off(rig):
    server = rig.yaml("server: {protect: false}\n" + YAML).wait_live("front")
    assert "Seccomp:\t0" in open(f"/proc/{server.process.pid}/status").read()


if __name__ == "__main__":
    raise SystemExit(harness.main(
        a_supervisor_is_told_of_every_step,
        a_source_that_hangs_starves_the_watchdog,
        protection_holds_in_the_running_server,
        protection_can_be_turned_off,
    ))
