# SPDX-License-Identifier: MIT
"""doc/performance.md: how it is measured, on what, and the tables."""
import os
import pathlib
import platform
import re
import subprocess

import rig as harness
import tables

HEAD = """# Performance

`bench/run {arguments} --markdown` prints this page; nothing in it is written by hand. `make bench` measures anew, in about ten minutes,
`bench/run ROW` one of the rows below, and `make performance` makes this page and README's figures.

## How it is measured

* **The camera** is `bench/replay_camera`: real CCTV pictures as 1080p25 H.264 at 4 Mbit/s, a keyframe a second, over RTSP on the loopback
  interface. Each connection is a camera of its own, with its own clock and its own place in the footage. It sends RTP packets of at
  most 1,400 bytes of payload (FU-A), one at a time, as far apart as a network port of 100 Mbit/s sends them.
* **CPU time** is that of whole process trees, of all threads and of those that have ended, as the kernel counts it. All sides of a
  table run at the same time on the same footage; {pairs} windows of {seconds} s are read of all of them together. Ratios are ours by theirs,
  window by window. What the kernel does in nobody's name, such as writing pages to the disk, is not in it.
* **Times** are the clock's, of sides that take turns: ours, theirs, ours, theirs, {pairs} rounds.
* **A bar** is what the project asks of itself: of the median ratio, or of the value that it names.

On a machine that is busy with other things, ratios of CPU time hold roughly and times do not hold at all: see the load below.

## What it is compared with

* **Bare loops**, `bench/peer_record` and `bench/peer_view`: the least that a process can do. The one that records takes the bytes from the
  socket and writes them to a file as they come: no MP4, no time stamps, no syncing. The one for viewing decodes every frame with the same
  libraries, scales, converts colours by the very same code and encodes. Neither has to mend, connect again, tell or share anything.
* **Programs that people run**, with their defaults but for what is said here. `ffmpeg -c copy` into a fragmented MP4. MediaMTX that records,
  with all of its servers but RTSP's off. go2rtc with ffmpeg as the source of MJPEG, as its manual has it. Motion, which decodes and looks
  for motion all the time, since that is what it is for.
* They do not all do the same. Of those that record only cam_server keeps the last ten seconds in memory and syncs to the disk every
  second or so; ffmpeg serves nobody; ffmpeg's and go2rtc's JPEGs are of ffmpeg's own encoder. What each has done stands in its line, and
  whoever did less than nine tenths of it, for want of time, is not compared.
* **Not compared**: other codecs, sound, real networks and cameras, graphics hardware, slow disks, and Moonfire NVR, which no script can set
  up.
"""

def command(*args):
    """The first line of what it says, or ''."""
    try:
        done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=20)
        return (done.stdout.decode().splitlines() or [""])[0]
    except OSError:
        return ""


def flags():
    """What the build was configured with."""
    status = harness.BUILD / "config.status"
    found = re.search(r'^S\["CFLAGS"\]="(.*)"', status.read_text(), re.M) if status.exists() else None
    compiler = re.search(r'^S\["CC"\]="(.*)"', status.read_text(), re.M) if found else None
    words = compiler[1].replace("ccache ", "").split() if compiler else []
    return f"{command(*words, '--version')}, {found[1]}" if words else "?"


def processor():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.*)", info, re.M)
    return f"{os.cpu_count()} × {found[1] if found else platform.machine()}"


def system():
    names = dict(re.findall(r'^(\w+)="?([^"\n]*)', pathlib.Path("/etc/os-release").read_text(), re.M))
    memory = int(re.search(r"^MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M)[1]) / (1 << 20)
    return f"{memory:.0f} GiB of memory, Linux {platform.release()}, {names.get('PRETTY_NAME', '?')}"


def libraries():
    names = ("libavcodec", "libswscale", "libturbojpeg", "libuv", "libwebsockets")
    return ", ".join(f"{name} {command('pkg-config', '--modversion', name)}" for name in names)


def write(out, bench, load, rows):
    """rows: {name: (tables, who was not measured and why)}"""
    whole = "all" if len(rows) > 1 else " ".join(rows)
    out.write(HEAD.format(arguments=whole, pairs=bench.pairs, seconds=bench.seconds))
    facts = {
        "machine": f"{processor()}, {system()}",
        "load average of the machine before": f"{load:.2f}",
        "cam_server": f"{command(harness.binary(), '--version')}; {flags()}",
        "libraries": libraries(),
        "programs": ", ".join(bench.peers.named(n) for n in bench.peers.versions if n in bench.peers),
        "not found": ", ".join(n for n in bench.peers.versions if n not in bench.peers) or "–",
    }
    out.write("\n## On what\n\n| | |\n|---|---|\n" + "".join(f"| {k} | {v} |\n" for k, v in facts.items()))
    for name, (found, missing) in rows.items():
        out.write(f"\n## {name}\n")
        for table in found:
            out.write(f"\n{tables.markdown(table)}\n")
        out.write("" if found else "\nNot measured.\n")
        out.write(f"\nNot measured: {', '.join(missing)}.\n" if missing else "")


# ---- README ----

BEGIN, END = "<!-- figures: bench/run --readme -->\n", "<!-- end of figures -->\n"
# What it is called there; row, a part of the table's title, a part of the side's name
RATIOS = (
    ("recording one camera", "record_one", "over TCP", "ffmpeg"),
    ("recording one camera", "record_one", "over TCP", "MediaMTX"),
    ("recording 32 cameras in one process", "record_32", "in one process", "32 × ffmpeg"),
    ("recording 32 cameras in one process", "record_32", "in one process", "MediaMTX"),
    ("a viewer, 896x512, 10 frames/s", "view_one", "One viewer", "bare loop"),
    ("a viewer, 896x512, 10 frames/s", "view_one", "One viewer", "ffmpeg"),
    ("a viewer, 896x512, 10 frames/s", "view_one", "One viewer", "go2rtc"),
    ("ten viewers of one picture", "view_ten", "Ten viewers", "cam_server, one viewer"),
)
VALUES = (
    ("memory for each of 32 cameras that are recorded, beyond their ten seconds of history", "record_32", "Memory", "beyond history", "MiB"),
    ("the first viewer's first picture, keyframes 10 s apart", "first_picture", "10 s apart", "cam_server", "ms"),
    ("from the camera's first packet of a frame to its JPEG at a WebSocket", "latency", "From a frame", "WebSocket", "ms"),
    ("from an event to a listener", "event_latency", "From raise()", "on the loop", "ms"),
    ("from an event to a client of server-sent events", "event_stream", "From raise()", "read", "ms"),
)


def benched(page):
    """{row: its section}"""
    return dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page.split("\n## On what\n", 1)[1], re.M | re.S))


def quoted(page, row, title, side, *columns):
    """(side, value) of the row's table with that in its title, of the line with that in its side, of the first column there is."""
    for found, table in re.findall(r"^([^|\n]+):\n\n((?:\|.*\n?)+)", benched(page).get(row, ""), re.M):
        head, *lines = tables.read_markdown(table) if title in found else [[]]
        for line in lines:
            cells = dict(zip(head, line))
            value = next((cells[c] for c in columns if cells.get(c)), None)
            if side in line[0] and value:
                return line[0], value
    return None


def quotes(page):
    """README's tables: what the page does not have is left out."""
    out = ["| CPU time for | beside | ratio |", "|---|---|--:|"]
    for what, row, title, side in RATIOS:
        found = quoted(page, row, title, side, tables.RATIO)
        out += [f"| [{what}](doc/performance.md#{row}) | {found[0]} | {found[1]} |"] if found else []
    out += ["", "| | median |", "|---|--:|"]
    for what, row, title, side, unit in VALUES:
        found = quoted(page, row, title, side, "median", "value")
        out += [f"| [{what}](doc/performance.md#{row}) | {found[1]} {unit} |"] if found else []
    return "\n".join(out) + "\n"


def with_quotes(readme, page):
    before, rest = readme.split(BEGIN, 1)
    return before + BEGIN + quotes(page) + END + rest.split(END, 1)[1]
