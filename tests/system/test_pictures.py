#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What viewers may ask for, and what they are told: sizes without end beside others' pictures, a codec without a decoder."""
import contextlib
import json
import pathlib
import re
import socket
import struct
import subprocess
import threading
import time

import rig as harness

FLOOD = """
defaults:
  source: {plugin: test_in, width: 640, height: 360, fps: 25, bitrate: 800}
cameras:
  front: {buffer: {plugin: mem_ring, seconds: 2s}, recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@"}}
  yard: {buffer: {plugin: mem_ring, seconds: 2s}}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
SILENT = r"""
#include <cam/plugin.h>
#include <stdlib.h>
#include <time.h>
struct self { struct cam_node *node; const struct cam_host *host; };
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{ struct self *s = malloc(sizeof(*s)); (void)c; *s = (struct self){n, h}; return (*ret = s) ? 0 : -12; }
static int start(void *self) { struct self *s = self; s->host->tick_at(s->node, 1); return 0; }
static void stop(void *self) { struct self *s = self; s->host->state(s->node, CAM_STOPPED); }
static void tick(void *self)
{
	struct self *s = self;
	struct timespec t;
	struct cam_caps like = {.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO, .codec = CODEC, .width = WIDTH, .height = 480};
	const struct cam_caps *caps = s->host->caps_new(&like);
	struct cam_buf b = {.size = sizeof(b), .flags = CAM_KEY, .n_planes = 1, .pts_ns = CAM_NO_TS, .dts_ns = CAM_NO_TS, .caps = caps,
		.plane = {{(const uint8_t *)"\0\0\1\x65garbage", 11, 0}}};
	struct cam_buf *buf;
	clock_gettime(CLOCK_MONOTONIC, &t);
	b.arrival_ns = t.tv_sec * CAM_SECOND + t.tv_nsec;
	buf = s->host->buf_new(&b, NULL, NULL);
	s->host->publish(s->node, buf);
	s->host->buf_unref(buf);
	s->host->caps_unref(caps);
	s->host->tick_at(s->node, b.arrival_ns + CAM_SECOND / 10);
}
const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = CAM_SOURCE, .place = CAM_ON_LOOP,
	.name = "NAME", .version = "1", .summary = "A test.", .create = create, .start = start, .stop = stop, .destroy = free, .tick = tick};
"""
# A recorder's wish for pictures, and what it is told.
ASKS = r"""
#include <cam/plugin.h>
#include <stdlib.h>
struct self { struct cam_node *node; const struct cam_host *host; struct cam_sub *sub; };
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{ struct self *s = calloc(1, sizeof(*s)); (void)c; s->node = n; s->host = h; return (*ret = s) ? 0 : -12; }
static int start(void *self)
{
	struct self *s = self;
	struct cam_want want = {.size = sizeof(want), .form = CAM_PICTURE, .codec = CAM_GREY, .width = 64, .height = 48};
	return s->host->subscribe(s->node, NULL, &want, &s->sub);
}
static void stop(void *self) { struct self *s = self; s->host->unsubscribe(s->node, s->sub); s->host->state(s->node, CAM_STOPPED); }
static int consume(void *self, struct cam_sub *sub, const struct cam_buf *b) { (void)self; (void)sub; (void)b; return 0; }
static void refused(void *self, struct cam_sub *sub, int err, const char *why)
{ struct self *s = self; (void)sub; s->host->log(s->node, CAM_INFO, "refused %d: %s", err, why); }
const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = CAM_DETECTOR, .place = CAM_ON_CPU,
	.name = "asks", .version = "1", .summary = "A test.", .create = create, .start = start, .stop = stop, .destroy = free,
	.consume = consume, .refused = refused};
"""


def build(rig, name, text):
    folder = rig.folder / "plugins"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    source = rig.write(f"{name}.c", text)
    flags = ("-std=gnu11", "-Wall", "-Werror", "-shared", "-fPIC", f"-I{harness.TOP}/include")
    subprocess.run(["cc", *flags, "-o", folder / f"{name}.so", source], check=True, timeout=60)
    (folder / f"{name}.so").chmod(0o755)
    return {"CAM_SERVER_PLUGIN_PATH": f"{folder}:{harness.BUILD}/.libs"}


def silent(name, codec, width=640):
    return SILENT.replace("NAME", name).replace("CODEC", codec).replace("WIDTH", str(width))


def what_cannot_be_decoded_is_told(rig):
    for name, codec, width in (("av1", "CAM_FOURCC('A', 'V', '0', '1')", 640), ("giant", "CAM_H264", 16384), ("garbage", "CAM_H264", 640)):
        build(rig, name, silent(name, codec, width))
    env = build(rig, "asks", ASKS)
    cameras = "".join(f"  {name}: {{source: {{plugin: {name}}}, detector: {{plugin: asks}}}}\n" for name in ("av1", "giant", "garbage"))
    text = "cameras:\n" + cameras + '  idle: {source: {plugin: av1}}\nsinks:\n  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}\n'
    server = rig.yaml(text, env=env).wait_live("av1", "giant", "garbage", "idle")
    for name, number, words in (("av1", -95, "no decoder"), ("giant", -7, "larger than"), ("garbage", -95, "can be decoded")):
        harness.wait_for(lambda: f"{name}.detector: refused {number}: " in server.log(), 10, lambda: f"{name} is told in\n{server.log()}")
        assert words in server.camera(name)["error"], server.camera(name)
        assert len(re.findall(f"{name}.detector: refused", server.log())) == 1, server.log()
    assert server.camera("idle")["error"] == "", "nobody wants its pictures"


def text_frame(text):
    data = text.encode()
    head = struct.pack("!BB", 0x81, 0x80 | len(data)) if len(data) < 126 else struct.pack("!BBH", 0x81, 0xFE, len(data))
    return head + bytes(4) + data


def ask_for_forty_sizes(server, seconds):
    """One viewer with forty tiles of the camera front, from 4K downwards, that acknowledges every picture. @return their sizes"""
    sizes = set()
    tiles = [{"id": i + 1, "camera": "front", "width": 3840 - 90 * i, "height": 2160 - 50 * i, "fps": 60, "quality": 100} for i in range(40)]
    with contextlib.closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as ws:
        ws.sendall(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        stream = ws.makefile("rb")
        while stream.readline().strip():
            pass
        ws.sendall(text_frame(json.dumps({"type": "view", "more": True, "tiles": tiles[:20]})))
        ws.sendall(text_frame(json.dumps({"type": "view", "tiles": tiles[20:]})))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            kind, length = stream.read(2)
            if length == 126:
                length = struct.unpack("!H", stream.read(2))[0]
            elif length == 127:
                length = struct.unpack("!Q", stream.read(8))[0]
            data = stream.read(length)
            if kind & 15 == 2:
                tile, seq = struct.unpack("<IQ", data[4:16])
                sizes.add(struct.unpack("<HH", data[28:32]))
                ws.sendall(text_frame(json.dumps({"type": "ack", "id": tile, "seq": seq})))
    return sizes


def count_pictures(server, camera, seconds, results):
    connection, response = server.request(f"/video_feed?camera={camera}")
    with contextlib.closing(connection):
        harness.next_part(response)
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            harness.next_part(response)
            count += 1
        response.close()
    results[camera] = count / seconds


def watch(server, seconds):
    """@return the pictures a second that a viewer of each camera starts to get; join it"""
    results = {}
    threads = [threading.Thread(target=count_pictures, args=(server, c, seconds, results)) for c in ("front", "yard")]
    for thread in threads:
        thread.start()
    return threads, results


def memory_kib(server):
    rollup = pathlib.Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1])


def pictures_now(server, seconds):
    threads, results = watch(server, seconds)
    for thread in threads:
        thread.join()
    return results


def forty_sizes_up_to_4k_cost_others_nothing_and_are_given_back(rig):
    server = rig.yaml(FLOOD).wait_live("front", "yard")
    usual = pictures_now(server, 3)
    time.sleep(3)  # the viewers' memory is given back, and the histories are full
    before = memory_kib(server)
    threads, results = watch(server, 6)
    sizes = ask_for_forty_sizes(server, 5)
    for thread in threads:
        thread.join()
    assert sizes and all(w <= 640 and h <= 360 for w, h in sizes) and len(sizes) <= 8, sizes
    for camera, rate in results.items():
        assert rate >= 0.85 * usual[camera], f"{camera}: {rate:.1f} a second beside the flood, {usual[camera]:.1f} without"
    after = pictures_now(server, 2)
    for camera, rate in after.items():
        assert rate >= 0.85 * usual[camera], f"{camera}: {rate:.1f} a second after the flood, {usual[camera]:.1f} without"
    encoded = server.metric("cam_camera_jpegs_encoded_total", camera="front")
    harness.wait_for(lambda: server.metric("cam_camera_decoders", camera="front") == 0, 2, "the decoder is freed")
    assert server.metric("cam_camera_jpegs_encoded_total", camera="front") <= encoded + 2, "something is made for nobody"
    if not harness.SANITIZED:
        harness.wait_for(lambda: memory_kib(server) <= max(1.2 * before, before + 10240), 6, lambda: f"{memory_kib(server)} KiB of {before}")
    assert server.metric("cam_camera_wishes_lowered_total", camera="front") >= 30
    assert server.metric("cam_link_dropped_total", node="front.recorder") == 0


if __name__ == "__main__":
    raise SystemExit(harness.main(
        what_cannot_be_decoded_is_told,
        forty_sizes_up_to_4k_cost_others_nothing_and_are_given_back,
    ))
