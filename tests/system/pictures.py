# SPDX-License-Identifier: MIT
"""Looking at pictures and files with tools that are not ours: ffmpeg and ffprobe."""
import subprocess

import numpy

import barcode
from fixtures import FPS, fixtures

TO_RGB = "scale={w}:{h}:flags=area:in_color_matrix={matrix}:in_range={range},format=rgb24"


def ffmpeg(*args, stdin=None):
    """@return what it wrote to standard output; fails on any complaint"""
    done = subprocess.run(
        ["ffmpeg", "-nostdin" if stdin is None else "-y", "-v", "error", *map(str, args)],
        input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
    )
    assert done.returncode == 0 and not done.stderr, f"ffmpeg {' '.join(map(str, args))}: {done.stderr.decode()[-600:]}"
    return done.stdout


def ffprobe(path, entries):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "default=nw=1:nk=1", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False,
    )
    assert done.returncode == 0 and not done.stderr, f"ffprobe {path}: {done.stderr.decode()[-600:]}"
    return done.stdout.decode().split()


def plays(path):
    """The file decodes from end to end without a complaint."""
    ffprobe(path, "format=duration")
    ffmpeg("-i", path, "-f", "null", "-")


def numbers_of(path):
    """The bar codes of a video file, a frame each; None where unreadable."""
    return codes("-i", path)


def numbers_of_jpegs(jpegs):
    """The bar codes of JPEGs of one size; None where unreadable."""
    return codes("-f", "mjpeg", "-i", "-", stdin=b"".join(jpegs))


def numbers_recorded(paths):
    """The bar codes of several video files, one after the other; each plays."""
    for path in paths:
        plays(path)
    return [number for path in paths for number in numbers_of(path)]


def codes(*source, stdin=None):
    strip = f"crop=iw*{barcode.CELLS}/{barcode.ACROSS}:ih/{barcode.DOWN}:0:0,scale=480:20:flags=area,format=gray"
    raw = ffmpeg(*source, "-vf", strip, "-fps_mode", "passthrough", "-f", "rawvideo", "-", stdin=stdin)
    frames = numpy.frombuffer(raw, dtype=numpy.uint8).reshape(-1, 20, 480)
    return [barcode.read(frame, barcode.CELLS, 1) for frame in frames]


def decode_jpegs(jpegs, width, height):
    """@return an array of pictures, height x width x RGB"""
    out = []
    for jpeg in jpegs:
        vf = TO_RGB.format(w=width, h=height, matrix="bt601", range="pc")
        raw = ffmpeg("-f", "mjpeg", "-i", "-", "-vf", vf, "-f", "rawvideo", "-", stdin=jpeg)
        out.append(numpy.frombuffer(raw, dtype=numpy.uint8).reshape(height, width, 3))
    return out


def size_of_jpeg(jpeg):
    at = 2
    while jpeg[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big")


def reference(number, width, height, codec="h264"):
    """Frame `number` of the footage at this size, RGB."""
    vf = TO_RGB.format(w=width, h=height, matrix="bt709", range="tv")
    at = max(0, (number - 0.5) / FPS)
    path = fixtures() / f"{codec}.mp4"
    raw = ffmpeg("-ss", f"{at:.3f}", "-i", path, "-frames:v", 1, "-vf", vf, "-f", "rawvideo", "-")
    picture = numpy.frombuffer(raw, dtype=numpy.uint8).reshape(height, width, 3)
    assert barcode.read(picture) == number, f"frame {number} of the footage shows {barcode.read(picture)}"
    return picture


def psnr(a, b):
    """In dB, over all colours."""
    error = numpy.mean((a.astype(numpy.float64) - b.astype(numpy.float64)) ** 2)
    return 99.0 if error == 0 else float(10 * numpy.log10(255 * 255 / error))


def consecutive(numbers, step=1, modulo=None):
    """Each number is the one before plus `step`. @return None, or what is wrong in words"""
    for i, number in enumerate(numbers):
        if number is None:
            return f"frame {i} has no readable bar code"
        want = None if i == 0 else numbers[i - 1] + step
        if modulo and want is not None:
            want %= modulo
        if want is not None and number != want:
            return f"frame {i} is {number}, after {numbers[i - 1]}"
    return None
