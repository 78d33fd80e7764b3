# SPDX-License-Identifier: MIT
"""The programs that cam_server is measured beside, run as their users would: found in $CAM_BENCH_PEERS or PATH, or not."""
import contextlib
import os
import re
import shutil
import signal
import subprocess

import measure
import rig as harness

FOLDERS = os.pathsep.join(filter(None, (os.environ.get("CAM_BENCH_PEERS"), os.environ.get("PATH"))))
VIEW = (896, 512, 10, 60)  # width, height, frames a second, quality of JPEGs


def program(name):
    return shutil.which(name, path=FOLDERS)


def version(name, *options):
    """The first thing in what it says that looks like a version."""
    if not program(name):
        return None
    said = subprocess.run([program(name), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=20).stdout
    found = re.search(r"\d+\.[0-9A-Za-z.+~-]*\w", said.decode(errors="replace"))
    return found[0] if found else "?"


VERSIONS = {
    "ffmpeg": ("ffmpeg", "-version"), "MediaMTX": ("mediamtx", "--version"), "go2rtc": ("go2rtc", "--version"),
    "Motion": ("motion", "-h"),
}


class Peers:
    """Those that are there; each method starts one and returns its process."""

    def __init__(self):
        self.versions = {name: version(*how) for name, how in VERSIONS.items()}

    def named(self, name):
        return f"{name} {self.versions[name]}"

    def __contains__(self, name):
        return bool(self.versions.get(name))

    def missing(self, *names):
        return [name for name in names if name not in self]


def spawn(rig, *command, ready=False, out=subprocess.PIPE):
    log = open(rig.folder / f"peer-{len(rig.closers)}.log", "wb")
    process = subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, stdout=out, stderr=log, cwd=rig.folder)
    log.close()
    rig.closers.append(lambda: end(process))
    return (process, int(process.stdout.readline().split()[1])) if ready else process


def end(process):
    """With all that it started."""
    for pid in measure.tree(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def bench(name):
    path = harness.BUILD / "bench" / name
    assert os.access(path, os.X_OK), f"{path} is missing: make bench-programs"
    return path


# ---- recording ----

def ffmpeg_copy(rig, url, name, transport="tcp"):
    return spawn(
        rig, program("ffmpeg"), "-nostdin", "-v", "quiet", "-rtsp_transport", transport, "-i", url, "-c", "copy", "-f", "mp4",
        "-movflags", "+frag_keyframe+empty_moov+default_base_moof", rig.folder / f"{name}.mp4",
    )


def record_floor(rig, url, cameras=1, transport="tcp"):
    return spawn(rig, bench("peer_record"), transport, rig.folder, url, cameras, ready=True)[0]


def mediamtx(rig, url, cameras=1, transport="tcp"):
    """Records; of its servers only RTSP's is on."""
    off = "".join(f"{name}: no\n" for name in ("rtmp", "hls", "webrtc", "srt", "moq"))
    paths = "".join(f"  cam{i}: {{source: '{url}', rtspTransport: {transport}, record: yes}}\n" for i in range(cameras))
    config = rig.write("mediamtx.yml", (
        f"logLevel: warn\n{off}rtspAddress: 127.0.0.1:{harness.free_port()}\nrtspTransports: [tcp]\n"
        f"pathDefaults: {{recordPath: '{rig.folder}/mediamtx/%path/%Y-%m-%d_%H-%M-%S-%f'}}\npaths:\n{paths}"))
    return spawn(rig, program("mediamtx"), config)


MOTION = """daemon off
setup_mode off
log_level 4
target_dir {folder}/motion
netcam_url {url}
netcam_params rtsp_transport=tcp
width {width}
height {height}
framerate {fps}
picture_output off
webcontrol_port 0
stream_port {port}
stream_localhost on
stream_maxrate {fps}
stream_quality {quality}
stream_motion off
"""


def motion(rig, url, fps=VIEW[2], record=False):
    """@return the process and the port of its pictures; it looks for motion all the time. Recording: all there is, as it comes"""
    port = harness.free_port()
    text = MOTION.format(folder=rig.folder, url=url, width=VIEW[0], height=VIEW[1], fps=fps, quality=VIEW[3], port=port)
    text += "movie_output on\nmovie_passthrough on\nemulate_motion on\nmovie_max_time 300\n" if record else "movie_output off\n"
    return spawn(rig, program("motion"), "-c", rig.write("motion.conf", text)), port


# ---- viewing ----

def view_floor(rig, url, connections, fps=VIEW[2]):
    return spawn(rig, bench("peer_view"), url, VIEW[0], VIEW[1], fps, VIEW[3], connections, ready=True)


def ffmpeg_view(rig, url):
    """Its pictures go to the standard output."""
    return spawn(
        rig, program("ffmpeg"), "-nostdin", "-v", "quiet", "-rtsp_transport", "tcp", "-i", url, "-vf",
        f"fps={VIEW[2]},scale={VIEW[0]}:{VIEW[1]}:flags=area", "-c:v", "mjpeg", "-q:v", "6", "-f", "mpjpeg", "pipe:1",
    )


def go2rtc(rig, url, fps=VIEW[2]):
    """@return the process and the port of its API; ffmpeg makes the pictures, as go2rtc's manual has it"""
    port = harness.free_port()
    config = rig.write("go2rtc.yaml", (
        "log: {level: warn}\napp: {modules: [api, rtsp, exec, ffmpeg, mjpeg]}\n"
        f"api: {{listen: '127.0.0.1:{port}'}}\nrtsp: {{listen: '127.0.0.1:{harness.free_port()}'}}\n"
        f"webrtc: {{listen: ''}}\nstreams:\n  cam0:\n    - {url}\n"
        f"    - 'ffmpeg:cam0#video=mjpeg#width={VIEW[0]}#height={VIEW[1]}#raw=-r {fps}'\n"))
    process = spawn(rig, program("go2rtc"), "-config", config)
    harness.wait_for(lambda: accepts(port), 10, "go2rtc listens")
    return process, port


def accepts(port):
    try:
        harness.socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
