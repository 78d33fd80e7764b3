#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page in headless Chromium: the canvas shows the RTSP camera's footage, and it moves."""
import base64
import time

import numpy

import rig as harness
import barcode
import pictures
from browser import Browser

CANVAS = 'document.querySelector(\'canvas[data-camera="%s"]\')'
SHOT = f"(c => c && c.width > 100 ? [c.width, c.height, c.toDataURL('image/png')] : null)({CANVAS})"


def shot(page, camera):
    """The canvas as height x width x RGB, or None while there is nothing on it."""
    got = page.evaluate(SHOT % camera)
    if not got:
        return None
    width, height, url = got
    png = base64.b64decode(url.split(",", 1)[1])
    raw = pictures.ffmpeg("-f", "png_pipe", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-", stdin=png)
    return numpy.frombuffer(raw, dtype=numpy.uint8).reshape(height, width, 3)


def check_canvas(page, camera, codec):
    def code():
        picture = shot(page, camera)
        return picture is not None and barcode.read(picture) is not None

    harness.wait_for(code, 20, f"a bar code on the canvas of {camera}")
    seen = []
    for _ in range(6):
        seen.append(shot(page, camera))
        time.sleep(0.4)  # let the footage go on
    numbers = [barcode.read(picture) for picture in seen]
    assert None not in numbers and numbers == sorted(set(numbers)), f"{camera}: {numbers}"
    height, width = seen[-1].shape[:2]
    quality = pictures.psnr(seen[-1], pictures.reference(numbers[-1], width, height, codec))
    assert quality > 28, f"{camera}: frame {numbers[-1]} at {width}x{height}: {quality:.1f} dB"


def the_canvas_shows_the_footage_and_moves(rig):
    server = rig.single(rig.camera().url()).wait_live("camera_001")
    page = Browser(rig, f"http://127.0.0.1:{server.port}/", 30 * harness.SLOW)
    check_canvas(page, "camera_001", "h264")
    assert server.camera("camera_001")["decoders"] == 1
    assert not page.complaints, page.complaints
    page.kill()
    rig.closers.remove(page.kill)
    harness.wait_for(lambda: server.camera("camera_001")["decoders"] == 0, 15, "nobody watches: no decoder")


def two_cameras_share_a_page(rig):
    camera = rig.camera(h264="h264", h265="h265")
    server = rig.yaml(f"""
cameras:
  front: {{source: {{plugin: rtsp_in, url: "{camera.url('h264')}"}}}}
  yard: {{source: {{plugin: rtsp_in, url: "{camera.url('h265')}"}}}}
sinks:
  web: {{plugin: ws_view, listen: "127.0.0.1:@PORT@"}}
""").wait_live("front", "yard")
    page = Browser(rig, f"http://127.0.0.1:{server.port}/", 30 * harness.SLOW)
    check_canvas(page, "front", "h264")
    check_canvas(page, "yard", "h265")
    assert not page.complaints, page.complaints


def a_recorder_that_cannot_write_stands_below_the_picture(rig):
    server = rig.yaml("""
cameras:
  front:
    source: {plugin: test_in, width: 320, height: 180}
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@/none/here"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
""").wait_live("front")
    page = Browser(rig, f"http://127.0.0.1:{server.port}/", 30 * harness.SLOW)
    fault = 'document.querySelector(".tile[data-state=live] .fault:not([hidden])")?.textContent'
    said = harness.wait_for(lambda: page.evaluate(fault), 20, "the page says what does not work")
    assert said.startswith("recorder: ") and "none/here does not exist" in said, said
    assert said in page.evaluate('document.querySelector(".tile").getAttribute("aria-label")')
    (rig.recordings / "none").mkdir()
    harness.wait_for(lambda: page.evaluate(fault) is None, 30, "the page says that it works again")
    assert not page.complaints, page.complaints


if __name__ == "__main__":
    raise SystemExit(harness.main(
        the_canvas_shows_the_footage_and_moves,
        two_cameras_share_a_page,
        a_recorder_that_cannot_write_stands_below_the_picture,
    ))
