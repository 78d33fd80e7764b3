#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The test footage: real CCTV pictures, 1920x1080 at 25 frames/s and about 4 Mbit/s, as H.264 and as H.265.

Made once from Debian's opencv-doc and kept in $XDG_CACHE_HOME/cam_server-tests, by a hash of the source and of the
recipe. Each frame carries its number as a bar code (barcode.py). Run as a program it prints the folder.
"""
import fcntl
import gzip
import hashlib
import inspect
import os
import pathlib
import shutil
import subprocess
import sys

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import barcode  # noqa: E402

FRAMES = 1000
FPS = 25
WIDTH, HEIGHT = 1920, 1080
SOURCE = pathlib.Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")

COLOURS = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv"
DECODE = f"-an -vf scale={WIDTH}:{HEIGHT}:out_color_matrix=bt709:out_range=tv,fps={FPS} -frames:v {FRAMES}"
H264 = "-c:v libx264 -preset veryfast -profile:v high -g 25 -bf 0 -sc_threshold 0 -b:v 4M -maxrate 4M -bufsize 4M"
H265 = (
    "-c:v libx265 -preset ultrafast -tag:v hvc1 -b:v 4M -maxrate 4M -bufsize 4M -x265-params "
    "bframes=0:keyint=25:min-keyint=25:scenecut=0:open-gop=0:info=0:log-level=error"
)

DELIMIT = "{0}_mp4toannexb,{0}_metadata=aud=insert"  # camera.py cuts at the access unit delimiters.


def source_bytes():
    for path, reader in ((SOURCE, open), (pathlib.Path(f"{SOURCE}.gz"), gzip.open)):
        if path.exists():
            with reader(path, "rb") as file:
                return file.read()
    raise SystemExit(f"{SOURCE} is missing: apt-get install opencv-doc")


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "cam_server-tests"


def draw_codes(source, sink):
    """Raw 4:2:0 frames from one pipe to the other, with the bar code drawn in."""
    size = WIDTH * HEIGHT * 3 // 2
    frame = bytearray(size)
    luma = numpy.frombuffer(frame, dtype=numpy.uint8)[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
    count = 0
    while source.readinto(frame) == size:
        barcode.draw(luma, count)
        sink.write(frame)
        count += 1
    return count


def encode(folder, source):
    """One pass: decode, number the frames, encode both ways at once."""
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    raw = f"-f rawvideo -pix_fmt yuv420p -s {WIDTH}x{HEIGHT} -r {FPS}"
    decoder = subprocess.Popen(
        [*ffmpeg, "-i", str(source), *DECODE.split(), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
        stdout=subprocess.PIPE,
    )
    encoder = subprocess.Popen(
        [*ffmpeg, *raw.split(), *COLOURS.split(), "-i", "-"]
        + ["-map", "0", *H264.split(), *COLOURS.split(), str(folder / "h264.mp4")]
        + ["-map", "0", *H265.split(), *COLOURS.split(), str(folder / "h265.mp4")],
        stdin=subprocess.PIPE,
    )
    count = draw_codes(decoder.stdout, encoder.stdin)
    encoder.stdin.close()
    if decoder.wait() or encoder.wait() or count != FRAMES:
        raise SystemExit(f"the test footage could not be made ({count} of {FRAMES} frames)")
    for codec, name in (("h264", "h264"), ("h265", "hevc")):
        subprocess.run(
            [*ffmpeg, "-i", str(folder / f"{codec}.mp4"), "-c", "copy", "-bsf:v", DELIMIT.format(name)]
            + ["-f", name, str(folder / f"{codec}.annexb")],
            check=True,
        )


def make(folder, data):
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    (part / "source.avi").write_bytes(data)
    encode(part, part / "source.avi")
    (part / "source.avi").unlink()
    part.rename(folder)


def fixtures():
    """@return the folder with h264.mp4, h265.mp4, h264.annexb, h265.annexb; made now if need be"""
    data = source_bytes()
    recipe = "".join(map(inspect.getsource, (barcode.bits, barcode.checksum, barcode.draw))) + DECODE + H264 + H265 + COLOURS + DELIMIT
    key = hashlib.sha256(data + recipe.encode()).hexdigest()[:16]
    cache().mkdir(parents=True, exist_ok=True)
    folder = cache() / f"footage-{key}"
    with open(cache() / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make(folder, data)
    return folder


if __name__ == "__main__":
    print(fixtures())
