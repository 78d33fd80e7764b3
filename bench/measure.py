# SPDX-License-Identifier: MIT
"""CPU time and memory of whole process trees, and what is told of several values."""
import os
import pathlib
import re
import time

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid):
    """@return the fields of /proc/PID/stat from the state on, or None: there is no such process"""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(*roots):
    """The processes and all that they started, as far as they live."""
    children = {}
    for name in os.listdir("/proc"):
        fields = stat(name) if name.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [root for root in roots if stat(root)]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(*roots):
    """Of all threads, those that have ended among them, to the nanosecond; and of the children that have ended, by ticks."""
    total = 0.0
    for pid in tree(*roots):
        fields = stat(pid)
        try:
            total += time.clock_gettime((~pid << 3) | 2)  # the process's clock: linux/posix-timers.h, CPUCLOCK_SCHED
        except OSError:
            continue
        if fields:
            total += (int(fields[13]) + int(fields[14])) / TICKS
    return total


def memory_mib(*roots):
    """Proportional set size."""
    total = 0
    for pid in tree(*roots):
        try:
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1])
    return total / 1024


def written_bytes(*roots):
    """By write() and its like, files and pipes."""
    total = 0
    for pid in tree(*roots):
        try:
            total += int(re.search(r"^wchar: (\d+)", pathlib.Path(f"/proc/{pid}/io").read_text(), re.M)[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


class Written:
    """What each side has written since now."""

    def __init__(self, sides):
        self.sides, self.began = sides, time.monotonic()
        self.before = {name: written_bytes(*pids) for name, pids in sides.items()}

    def mbit_a_second(self):
        took = time.monotonic() - self.began
        return {name: (written_bytes(*pids) - self.before[name]) * 8 / 1e6 / took for name, pids in self.sides.items()}


def windows(sides, pairs, seconds):
    """ms of CPU a second of each side, `pairs` times, of all sides over the same time. sides: {name: (pid, ...)}"""
    found = {name: [] for name in sides}
    for _ in range(pairs):
        before = {name: (time.monotonic(), cpu_seconds(*pids)) for name, pids in sides.items()}
        time.sleep(seconds)
        for name, pids in sides.items():
            began, cpu = before[name]
            now = time.monotonic()
            for pid in pids:
                fields = stat(pid)
                assert fields and fields[0] != "Z", f"{name} has ended"
            found[name].append((cpu_seconds(*pids) - cpu) * 1e3 / (now - began))
    return found


def quantile(values, part):
    """The least value that `part` of them do not exceed."""
    values = sorted(values)
    return values[min(len(values) - 1, max(0, -int(-part * len(values) // 1) - 1))]


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def ratios(ours, theirs):
    """Pair by pair."""
    return [a / b for a, b in zip(ours, theirs)]
