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

This page is what `bench/run {arguments} --markdown` prints; nothing in it is written by hand. `make bench` measures anew, in about ten
minutes, and `bench/run ROW` one of the rows below.

## How it is measured

* **The camera** is `bench/replay_camera`: 1080p25 H.264 at 4 Mbit/s, real CCTV pictures, a keyframe a second, over RTSP on the loopback
  interface. Each connection is a camera of its own, with its own clock and its own place in the footage. It sends RTP packets of at most
  1,400 bytes of payload (FU-A), one at a time, as far apart as a port of 100 Mbit/s sends them, as cameras do.
* **CPU time** is that of whole process trees, all threads and those that have ended among them, as the kernel counts it. All sides of a row run
  at the same time on the same footage; {pairs} windows of {seconds} s are read of all of them together. Ratios are ours by theirs, window by
  window. What the kernel does for a process without its name on it (writing pages to disk, packets in interrupts) is nobody's here.
* **Times** are the clock's, of sides that take turns: ours, theirs, ours, theirs, {pairs} times.
* **Minimum, median and maximum** stand in each table. A bar is what the project asks of itself; where a row is over it, the table shows it.

## What it is compared with

* **Bare loops** (`bench/peer_record`, `bench/peer_view`): the least that a process can do with the same libraries. The one for recording takes
  the bytes from the socket and writes them to a file as they come: no MP4, no syncing, no time stamps. The one for viewing decodes every
  frame, scales, converts colours by the very same code and encodes. Neither has to mend, reconnect, tell or share anything.
* **Programs that people run**, with their defaults except for what is said: `ffmpeg -c copy` into a fragmented MP4; MediaMTX with recording on and
  all servers but RTSP's off; go2rtc with an ffmpeg source for MJPEG, as its manual has it; Motion, which decodes and looks for motion
  all the time, since it cannot do otherwise.
* They do not all do the same: only cam_server keeps ten seconds of each camera in memory and syncs what it has recorded to the disk every second or so; ffmpeg
  and Motion need not serve anybody.
* **Not compared**: other codecs than H.264, sound, real networks and cameras, graphics hardware, disks that are slow, and programs that cannot be
  set up by a script.
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
    """rows: {name: (what, tables, programs not found)}"""
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
    for name, (what, found, missing) in rows.items():
        out.write(f"\n## `{name}`\n\n{what}.\n")
        for table in found:
            out.write(f"\n{tables.markdown(table)}\n")
        out.write("" if found else "\nNot measured.\n")
        out.write(f"\nNot found, so not measured: {', '.join(missing)}.\n" if missing else "")
