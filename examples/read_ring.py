#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Read a camera's pictures from cam_server's shared memory. Python's standard library is all it needs.

    python3 read_ring.py cam_server.front                     # a line a picture, until Ctrl-C
    python3 read_ring.py cam_server.front -n 1 --ppm now.ppm  # one picture into a file
    python3 read_ring.py cam_server.front --all               # first what the ring holds, oldest first

As a module:

    with RingReader("cam_server.front") as ring:
        for frame, bgr in ring.frames():
            picture = numpy.frombuffer(bgr, numpy.uint8).reshape(frame.height, frame.width, 3)

The layout and its rules are in doc/shm-ring.md. A RingReader belongs to one thread at a time.
"""
import argparse
import collections
import errno
import fcntl
import mmap
import os
import random
import struct
import sys
import time

FOLDER = "/dev/shm/"
MAGIC = 0x31474E52304D4143  # "CAM0RNG1"
VERSION = 1
BGR3 = 0x33524742
HEADER = struct.Struct("<QIIQQIIIIIIQQQIIIIq64s")
SLOT = struct.Struct("<IIQqqqqIIQ")
BEAT = struct.Struct("<Qq")
READERS = 256
BEAT_NS, GONE_NS = 250_000_000, 2_000_000_000
# Indices of what changes, as 8 and 4 byte words.
NEWEST, FIRST = 256 // 8, 264 // 8
STATE, PROBLEM = 276 // 4, 280 // 4
OPEN = 1
ALWAYS = 1
F_OFD_GETLK = 36

Frame = collections.namedtuple(
    "Frame", "seq width height flags pts_ns wall_ns arrival_ns published_ns source_seq")


class RingGone(Exception):
    """The ring has ended: its server was stopped, has died, or has made another."""


class RingLeftOver(RingGone):
    """There is no living server behind the name, or it is just making its ring."""


class RingReader:
    """One ring. Opening it begins a heartbeat, which makes a `fill: demand` ring flow; wait() and read() keep it up."""

    def __init__(self, name):
        if not name or "/" in name:
            raise ValueError("a ring's name holds no '/'")
        self.name = name
        self._readers = -1
        self._fd = os.open(FOLDER + name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._open_header()
            if not self.alive():
                raise RingLeftOver("it is left over: its server is gone")
            self._enrol()
        except BaseException:
            self.close()
            raise

    def _open_header(self):
        head = os.pread(self._fd, HEADER.size, 0)
        if len(head) < HEADER.size or not struct.unpack_from("<I", head, 8)[0]:
            raise RingLeftOver("it is just being made")
        (magic, version, _, self.generation, _, self.writer_pid, self.fill, self.width, self.height, self.stride,
         pixels, self.frame_bytes, slots, pictures, self.slot_count, slot_bytes, fps_num, fps_den, _,
         camera) = HEADER.unpack(head)
        size = os.fstat(self._fd).st_size
        if (magic, version, pixels, slot_bytes) != (MAGIC, VERSION, BGR3, SLOT.size):
            raise ValueError(f"{self.name} is no ring of this version")
        if (not self.slot_count or not self.width or not self.height or slots % 64 or pictures % 8 or
                self.stride != self.width * 3 or self.frame_bytes != self.stride * self.height or
                slots + self.slot_count * SLOT.size > pictures or
                pictures + self.slot_count * self.frame_bytes > size):
            raise ValueError(f"{self.name} says impossible sizes")
        self.camera = camera.split(b"\0")[0].decode("utf-8", "replace")
        self.fps = fps_num / fps_den if fps_den else 0.0
        self._slots, self._pictures = slots, pictures
        # Header and slots only: pictures are read from the file, which cannot fault.
        self._map = mmap.mmap(self._fd, pictures, mmap.MAP_SHARED, mmap.PROT_READ)
        self._words8 = memoryview(self._map).cast("Q")
        self._words4 = memoryview(self._map).cast("I")

    def _enrol(self):
        try:
            self._readers = os.open(FOLDER + self.name + ".readers", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            if self.fill != ALWAYS:
                raise
        self._id = os.getpid() & 0xFFFFFFFF | random.getrandbits(32) << 32
        self._beat_slot = random.randrange(READERS)
        self._beat_ns = 0
        self.beat()

    def beat(self):
        """Tell the server that somebody reads; needed by hand only when a picture is looked at for over 2 s."""
        now = time.monotonic_ns()
        if self._readers < 0 or now - self._beat_ns < BEAT_NS:
            return
        page = os.pread(self._readers, READERS * BEAT.size, 0).ljust(READERS * BEAT.size, b"\0")
        for i in range(READERS):
            at = (self._beat_slot + i) % READERS
            owner, beat_ns = BEAT.unpack_from(page, at * BEAT.size)
            if owner in (0, self._id) or abs(now - beat_ns) > GONE_NS:
                self._beat_slot, self._beat_ns = at, now
                os.pwrite(self._readers, BEAT.pack(self._id, now), at * BEAT.size)
                return

    def close(self):
        """End the heartbeat and the mapping."""
        if self._readers >= 0:
            at = self._beat_slot * BEAT.size
            mine = os.pread(self._readers, BEAT.size, at)
            if len(mine) == BEAT.size and BEAT.unpack(mine)[0] == self._id:
                os.pwrite(self._readers, bytes(BEAT.size), at)
            os.close(self._readers)
            self._readers = -1
        if getattr(self, "_map", None):
            self._words8.release()
            self._words4.release()
            self._map.close()
            self._map = None
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def newest(self):
        """The sequence of the newest picture; 0 when there is none now."""
        newest = self._words8[NEWEST]
        return newest if newest >= self._words8[FIRST] else 0

    def oldest(self):
        """The sequence of the oldest picture, the next to be overwritten; 0 when there is none now."""
        newest = self.newest()
        return max(self._words8[FIRST], newest - self.slot_count + 1) if newest else 0

    def alive(self):
        """Whether the server lives and this is still its ring."""
        st = os.fstat(self._fd)
        if self._words4[STATE] != OPEN or not st.st_nlink:
            return False
        # The server holds a write lock on the first byte for as long as it lives.
        lock = fcntl.fcntl(self._fd, F_OFD_GETLK, struct.pack("@hhqqi4x", fcntl.F_RDLCK, 0, 0, 1, 0))
        return struct.unpack_from("@h", lock)[0] != fcntl.F_UNLCK

    def wait(self, last_seq=0, timeout=1.0):
        """Wait for a picture newer than last_seq. Returns its sequence, or None after `timeout` seconds.

        Raises RingGone when the ring has ended, OSError(ENOSPC) when the server found too little room in /dev/shm.
        """
        end = time.monotonic() + timeout
        checked = time.monotonic()
        while True:
            self.beat()
            newest = self.newest()
            if newest > last_seq:
                return newest
            now = time.monotonic()
            if self._words4[STATE] != OPEN or (now - checked > 0.25 and not self.alive()):
                raise RingGone(f"the ring {self.name} has ended")
            if now - checked > 0.25:
                checked = now
            if now >= end:
                if self._words4[PROBLEM]:
                    raise OSError(errno.ENOSPC, "/dev/shm has too little room for the ring's pictures")
                return None
            time.sleep(min(0.003, end - now))  # Python has no futex; C programs wait on one.

    def read(self, seq):
        """Copy picture `seq`. Returns (Frame, memoryview of BGR bytes), or None when it has been overwritten."""
        self.beat()
        index = seq % self.slot_count
        at = self._slots + index * SLOT.size
        lock = self._words4[at // 4]
        if not seq or lock & 1 or seq > self._words8[NEWEST]:
            return None
        (_, flags, is_seq, pts, wall, arrival, published, _, _, source) = SLOT.unpack_from(self._map, at)
        bgr = os.pread(self._fd, self.frame_bytes, self._pictures + index * self.frame_bytes)
        # Whole only if the lock is what it was before: a seqlock.
        if self._words4[at // 4] != lock or is_seq != seq or len(bgr) != self.frame_bytes:
            return None
        frame = Frame(seq, self.width, self.height, flags, pts, wall, arrival, published, source)
        return frame, memoryview(bgr)

    def frames(self, timeout=10.0, oldest_first=False):
        """Yield (Frame, memoryview) until nothing comes for `timeout` seconds.

        The newest wins when the loop is slow; with oldest_first, begins with the oldest and leaves out none that is
        still there.
        """
        seq = max(self.oldest() - 1, 0) if oldest_first else 0
        while True:
            newest = self.wait(seq, timeout)
            if newest is None:
                return
            seq = max(seq + 1, self.oldest()) if oldest_first else newest
            got = self.read(seq)
            if got:
                yield got


def write_ppm(path, frame, bgr):
    """Save a picture, with its colours in the order that PPM wants."""
    rgb = bytearray(bgr)
    rgb[0::3], rgb[2::3] = bgr[2::3], bgr[0::3]
    with open(path, "wb") as out:
        out.write(b"P6\n%d %d\n255\n" % (frame.width, frame.height) + rgb)


def mean(bgr, channel, step=17):
    """The mean of one channel, of every 17th pixel: Python is slow."""
    part = bgr[channel::3 * step]
    return sum(part) / len(part)


def open_ring(name, timeout):
    """Open a ring, waiting for a server that is being started: there is no event for a name that appears."""
    end = time.monotonic() + timeout
    while True:
        try:
            return RingReader(name)
        except (FileNotFoundError, RingGone):
            if time.monotonic() >= end:
                raise
            time.sleep(0.1)


def read_pictures(args, left):
    """Read pictures of one ring and count left[0] down. Returns whether it came to 0 before the ring fell silent."""
    with open_ring(args.name, args.timeout) as ring:
        for frame, bgr in ring.frames(args.timeout, args.all):
            print(f"seq {frame.seq} {frame.width}x{frame.height} "
                  f"latency {(frame.published_ns - frame.arrival_ns) / 1e6:.1f} ms "
                  f"mean BGR {mean(bgr, 0):.1f} {mean(bgr, 1):.1f} {mean(bgr, 2):.1f}", flush=True)
            if args.ppm:
                write_ppm(args.ppm, frame, bgr)
            left[0] -= 1
            if not left[0]:
                return True
    return False


def denial(name):
    """Who may read a ring, and how to become one of them."""
    st = os.stat(FOLDER + name)
    return (f"{name}: permission denied: it is of user {st.st_uid} and group {st.st_gid}, mode {st.st_mode & 0o7777:04o}, "
            f"and this program is user {os.geteuid()}; give it that group (docker run --group-add {st.st_gid}; "
            f"without a container: setpriv --groups {st.st_gid}), or set the ring's option `mode: \"0666\"`, which lets "
            f"everybody read")


def main():
    parser = argparse.ArgumentParser(description="Read a camera's pictures from cam_server's shared memory.")
    parser.add_argument("name", help="the ring's name, such as cam_server.front")
    parser.add_argument("-n", "--count", type=int, default=0, help="end after so many pictures")
    parser.add_argument("-t", "--timeout", type=float, default=10.0, help="seconds to wait for a picture")
    parser.add_argument("-a", "--all", action="store_true", help="begin with the oldest picture in the ring")
    parser.add_argument("--ppm", metavar="FILE", help="save each picture there")
    args = parser.parse_args()
    left = [args.count]
    while True:
        try:
            if read_pictures(args, left):
                return 0
            sys.exit(f"read_ring: {args.name}: no picture for {args.timeout:g} s")
        except FileNotFoundError:
            sys.exit(f"read_ring: no ring {args.name}: is the camera running, and is this the ring's name?")
        except PermissionError:
            sys.exit(f"read_ring: {denial(args.name)}")
        except RingLeftOver as e:
            sys.exit(f"read_ring: {args.name}: {e}")
        except RingGone:
            continue  # The server has ended; its successor makes another ring.
        except (OSError, ValueError) as e:
            sys.exit(f"read_ring: {args.name}: {e}")
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
