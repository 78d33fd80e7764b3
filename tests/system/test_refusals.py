#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who asks for a camera that cannot be shown, or that is taken out, is told: the tile, the feed, the snapshot."""
import contextlib
import http.client
import json
import signal

import rig as harness
from test_wrong_input import compile_plugin
from viewer import Viewer

# A source of a codec that nobody has a decoder for.
ODD_CODEC = r"""
#include <cam/plugin.h>
#include <stdlib.h>
#include <time.h>
struct self { struct cam_node *node; const struct cam_host *host; };
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{
	struct self *s = malloc(sizeof(*s));
	(void)c;
	if (!s)
		return -12;
	*s = (struct self){n, h};
	*ret = s;
	return 0;
}
static int run(void *p)
{
	static const uint8_t bytes[1000] = {1};
	struct self *s = p;
	struct cam_caps like = {.size = sizeof(like), .form = CAM_PACKET, .media = CAM_VIDEO,
		.codec = CAM_FOURCC('A', 'V', '0', '1'), .width = 640, .height = 480};
	const struct cam_caps *caps = s->host->caps_new(&like);
	while (!s->host->stopping(s->node)) {
		struct cam_buf b = {.size = sizeof(b), .flags = CAM_KEY, .n_planes = 1, .pts_ns = CAM_NO_TS, .dts_ns = CAM_NO_TS,
			.caps = caps, .plane = {{bytes, sizeof(bytes), 0}}};
		struct timespec now, pause = {0, 50000000};
		struct cam_buf *buf;
		clock_gettime(CLOCK_MONOTONIC, &now);
		b.arrival_ns = (int64_t)now.tv_sec * CAM_SECOND + now.tv_nsec;
		buf = s->host->buf_new(&b, NULL, NULL);
		s->host->publish(s->node, buf);
		s->host->buf_unref(buf);
		nanosleep(&pause, NULL);
	}
	s->host->caps_unref(caps);
	return 0;
}
CAM_EXPORT const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = sizeof(struct cam_plugin), .kind = CAM_SOURCE,
	.place = CAM_ON_THREAD, .name = "odd_codec", .version = "1", .summary = "A codec without a decoder.",
	.create = create, .destroy = free, .run = run};
"""
YAML = """
defaults:
  source: {plugin: test_in, width: 320, height: 180, fps: 10}
cameras:
  steady: {}
  guest: {}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
SNAPSHOT = "/api/v1/cameras/{}/snapshot.jpg"


def error_of(server, path, status):
    return json.loads(server.get(path, status))["error"]


def no_decoder_is_told_to_whoever_asked(rig):
    env = {"CAM_SERVER_PLUGIN_PATH": compile_plugin(rig, "odd_codec", ODD_CODEC)}
    server = rig.yaml(YAML.replace("guest: {}", "guest: {source: {plugin: odd_codec}}"), env=env).wait_live("guest")
    viewer = Viewer(rig, server, {1: "guest", 2: "steady"})
    harness.wait_for(lambda: viewer.words(1), 10, "the tile is told")
    kind, why = viewer.words(1)[0]
    assert kind == "error" and "decoder" in why, (kind, why)
    assert "decoder" in error_of(server, SNAPSHOT.format("guest"), 409)
    assert "decoder" in error_of(server, "/video_feed?camera=guest", 409)
    harness.wait_for(lambda: viewer.count(2) > 5, 10, "the other tile shows pictures")
    assert not viewer.count(1) and viewer.words(1) == [(kind, why)] and not viewer.words(2), viewer.told


class Feed:
    """An MJPEG client."""

    def __init__(self, server, camera):
        self.connection, self.response = server.request(f"/video_feed?camera={camera}&fps=10")
        assert len(harness.next_part(self.response)) > 100

    def is_closed(self):
        """Read what comes; the end is the server's doing."""
        with contextlib.suppress(http.client.HTTPException, OSError):
            while self.response.read(1 << 16):
                pass
        self.connection.close()
        return True


def a_camera_that_is_taken_out_is_told_and_is_back_by_itself(rig):
    server = rig.yaml(YAML).wait_live("steady", "guest")
    path = rig.folder / "config-0.yaml"
    text = path.read_text()
    viewer = Viewer(rig, server, {1: "guest", 2: "steady", 3: "nobody"})
    harness.wait_for(lambda: viewer.count(1) > 3 and viewer.count(2) > 3, 15, "pictures of both")
    assert viewer.words(3) == [("error", "there is no camera of this name")], viewer.words(3)
    for turn in range(1, 3):
        feed = Feed(server, "guest")
        path.write_text(text.replace("  guest: {}\n", ""))
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda n=turn: len(viewer.words(1)) == 2 * n - 1, 10, "the tile is told")
        kind, why = viewer.words(1)[-1]
        assert kind == "error" and "taken out" in why, (kind, why)
        assert feed.is_closed()
        assert error_of(server, SNAPSHOT.format("guest"), 404) and error_of(server, "/video_feed?camera=guest", 404)
        seen, steady = viewer.count(1), viewer.count(2)
        path.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda n=seen: viewer.count(1) > n + 3, 15, "pictures again, of the same tile")
        assert viewer.words(1)[-1] == ("granted", ""), viewer.words(1)
        assert server.get(SNAPSHOT.format("guest"))[:2] == b"\xff\xd8"
        assert viewer.count(2) > steady and not viewer.words(2), "the other tile goes on"
    assert not viewer.ended


def a_camera_that_comes_is_taken_up_by_who_waits_for_it(rig):
    server = rig.yaml(YAML.replace("  guest: {}\n", "")).wait_live("steady")
    path = rig.folder / "config-0.yaml"
    viewer = Viewer(rig, server, {1: "guest"})
    harness.wait_for(lambda: viewer.words(1), 10, "there is no such camera")
    path.write_text(path.read_text().replace("  steady: {}\n", "  steady: {}\n  guest: {}\n"))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: viewer.count(1) > 3, 15, "pictures")


if __name__ == "__main__":
    raise SystemExit(harness.main(
        no_decoder_is_told_to_whoever_asked,
        a_camera_that_is_taken_out_is_told_and_is_back_by_itself,
        a_camera_that_comes_is_taken_up_by_who_waits_for_it,
    ))
