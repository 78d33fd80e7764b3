#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Wrong input: one clear line each, with the place and the remedy; exit 2 for configuration, 1 for run time."""
import ctypes
import os
import pathlib
import re
import socket
import subprocess

import rig as harness

CLONE_NEWNS = 0x00020000
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1

GOOD = """
cameras:
  front:
    source: {plugin: test_in, width: 320, height: 180}
    buffer: {plugin: mem_ring}
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@"}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""


def ends(rig, server, code, *words, lines=1):
    """The server ends with this code, having said `words` in one line."""
    server.process.wait(20 * harness.SLOW)
    said = server.log()
    rig.servers.remove(server)
    assert server.process.returncode == code, f"exit {server.process.returncode}, not {code}:\n{said}"
    hits = [line for line in said.splitlines() if all(re.search(word, line, re.I) for word in words)]
    assert len(hits) >= 1, f"no line has {words}:\n{said}"
    complaints = [line for line in said.splitlines() if " info " not in line and " warn " not in line]
    assert lines is None or len(complaints) <= lines, f"more than {lines} lines:\n{said}"


def a_missing_url_names_the_variable(rig):
    server = harness.Server(rig)
    ends(rig, server, 2, "CAMERA_RTSP_URL", r"rtsp://|--demo")
    ends(rig, rig.yaml(GOOD.replace("test_in, width: 320, height: 180", "rtsp_in")), 2, r"yaml:4:\d+", r"\burl\b", "required")


def an_unknown_key_gets_its_place_and_the_nearest_name(rig):
    ends(rig, rig.yaml(GOOD.replace("directory", "direktory")), 2, r"yaml:6:\d+", "direktory", r'"directory"')


def a_value_of_the_wrong_type_gets_its_place_and_what_is_right(rig):
    ends(rig, rig.yaml(GOOD.replace("width: 320", "width: wide")), 2, r"yaml:4:\d+", "width", "wide")
    ends(rig, rig.yaml(GOOD.replace("width: 320", "width: 99999999")), 2, r"yaml:4:\d+", "width", "99999999|range|at most|between")


def a_missing_plugin_gets_its_place_and_the_nearest_name(rig):
    ends(rig, rig.yaml(GOOD.replace("mem_ring", "men_ring")), 2, r"yaml:5:\d+", "men_ring", "mem_ring")
    ends(rig, harness.Server(rig, "--help", "rtsp"), 2, r'did you mean "rtsp_in"\?')


def an_unused_variable_is_an_error(rig):
    ends(rig, rig.yaml(GOOD, env={"CAM_SERVER__CAMERAS__FRONT__SOURCE__WIDHT": "320"}), 2, "WIDHT", r"width")


def a_missing_file_and_a_wrong_option_are_told(rig):
    ends(rig, harness.Server(rig, "-c", rig.folder / "nothing.yaml"), 2, "nothing.yaml", "No such file|there is no")
    ends(rig, harness.Server(rig, "--colour"), 2, "--colour|colour", lines=None)


def compile_plugin(rig, name, source):
    folder = rig.folder / "plugins"
    folder.mkdir(exist_ok=True)
    path = rig.write(f"{name}.c", source)
    subprocess.run(
        [*os.environ.get("CC", "cc").split(), "-std=gnu11", "-shared", "-fPIC", f"-I{harness.TOP}/include"]
        + [str(path), "-o", str(folder / f"{name}.so")],
        check=True, timeout=60,
    )
    return f"{folder}:{harness.BUILD}/.libs"


def a_plugin_of_another_abi_is_refused_by_name(rig):
    newer = compile_plugin(rig, "newer", '#include <cam/plugin.h>\nCAM_EXPORT const struct cam_plugin cam_plugin_1 = '
        '{.abi = (9u << 16), .size = sizeof(struct cam_plugin), .kind = CAM_BUFFER, .name = "newer"};\n')
    compile_plugin(rig, "second", "const int cam_plugin_2 = 2;\n")
    compile_plugin(rig, "stranger", "const int something_else = 2;\n")
    for name, word in (("newer", "ABI"), ("second", "ABI"), ("stranger", "no plugin|symbol")):
        server = rig.yaml(GOOD.replace("mem_ring", name), env={"CAM_SERVER_PLUGIN_PATH": newer})
        ends(rig, server, 2, r"yaml:5:\d+", name, word)


def a_plugin_of_the_wrong_kind_is_refused(rig):
    ends(rig, rig.yaml(GOOD.replace("plugin: ws_view", "plugin: mem_ring")), 2, r"yaml:8:\d+", "sink", lines=None)
    ends(rig, rig.yaml(GOOD.replace("{plugin: test_in, width: 320, height: 180}", "{plugin: mem_ring}")), 2, "source",
        lines=None)


def a_port_that_is_taken_is_named(rig):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ends(rig, rig.yaml(GOOD.replace("@PORT@", str(port))), 1, f"{port}", "in use|taken", "web")


def obey_permissions():
    """In the child: root writes only where its files' permissions let it."""
    if os.geteuid() == 0 and ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "cannot drop a capability")


def an_unwritable_folder_is_named_where_the_recorder_is_required(rig):
    rig.recordings.chmod(0o555)
    server = rig.yaml(GOOD.replace("recorder_mp4,", "recorder_mp4, required: true,"), preexec_fn=obey_permissions)
    ends(rig, server, 1, str(rig.recordings), "directory|write", "front.recorder", "chown")


def without_a_folder_to_record_in_the_camera_shows_and_says_why(rig):
    rig.recordings.chmod(0o555)
    server = rig.yaml(GOOD, preexec_fn=obey_permissions).wait_live("front")
    assert server.get("/api/v1/cameras/front/snapshot.jpg").startswith(b"\xff\xd8"), "no picture"
    front = harness.wait_for(lambda: (c := server.camera("front"))["error"] and c, 10, "the recorder's error")
    assert re.match(rf"recorder: cannot write to {rig.recordings}\b.*chown", front["error"]), front
    assert "chown" in server.unready() and "front.recorder: cannot write" in server.log(), server.log()
    rig.recordings.chmod(0o755)
    harness.wait_for(lambda: list(rig.recordings.rglob("*.mp4")), 15, "it records once the folder is put right")
    harness.wait_for(lambda: not server.unready(), 20, "it is ready")
    harness.wait_for(lambda: not server.camera("front")["error"], 20, "nothing is wrong any more")


def small_shm():
    """In the child: a /dev/shm of its own with 1 MiB."""
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        lambda: libc.unshare(CLONE_NEWNS),
        lambda: libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None),
        lambda: libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0, b"size=1m"),
    ):
        if call():
            raise OSError(ctypes.get_errno(), "cannot mount")


def can_mount():
    if os.geteuid():
        return False
    return subprocess.run(["true"], preexec_fn=quietly_small_shm, check=False).returncode == 0


def quietly_small_shm():
    try:
        small_shm()
    except OSError:
        os._exit(1)


def a_full_dev_shm_costs_the_ring_only_and_names_what_it_needs(rig):
    if not can_mount():
        print("# needs root and mounts: left out")
        return
    ring = "{plugin: shm_ring, name: \"@SHM@\", width: 896, height: 512, fps: 10, seconds: 2, fill: always}"
    text = GOOD.replace("{plugin: mem_ring}", ring)
    text = text.replace("sinks:", "  yard: {source: {plugin: test_in}, buffer: {plugin: shm_ring, name: \"@SHM@.2\"}}\nsinks:")
    pages = (896 * 512 * 3 * 20 + 3 * 4096) + (896 * 512 * 3 * 100 + 4 * 4096)
    size = f"--shm-size={(pages + 2 * 2**20 - 1) // 2**20}m"  # of both, with a MiB to spare
    check = rig.yaml(text, "--check", preexec_fn=small_shm)
    assert check.process.wait(10 * harness.SLOW) == 0, check.log()
    rig.servers.remove(check)
    assert re.search(f"^warning: /dev/shm has 1 MiB, and front.buffer and 1 more need .*{size}", check.log(), re.M), check.log()
    server = rig.yaml(text, preexec_fn=small_shm).wait_live("front", "yard")
    front = harness.wait_for(lambda: (c := server.camera("front"))["error"] and c, 10, "the ring's error")
    assert re.match(rf"buffer: .*/dev/shm.*{size}", front["error"]), front
    assert set(re.findall(r"--shm-size=\w+", server.log())) == {size}, server.log()
    harness.wait_for(lambda: list(rig.recordings.rglob("*.mp4")), 15, "it records")
    assert server.get("/api/v1/cameras/front/snapshot.jpg").startswith(b"\xff\xd8"), "no picture"


def a_second_server_with_the_ring_s_name_names_the_first(rig):
    ring = GOOD.replace("{plugin: mem_ring}", '{plugin: shm_ring, name: "@SHM@", width: 320, height: 180, seconds: 1, required: true}')
    first = rig.yaml(ring).wait_live("front")
    ends(rig, rig.yaml(ring.replace("@RECORDINGS@", f"{rig.folder}/other")), 1, str(first.process.pid), rig.shm)


def check_says_fine_and_touches_nothing(rig):
    server = rig.yaml(GOOD.replace("@RECORDINGS@", f"{rig.folder}/none"), "--check")
    assert server.process.wait(10 * harness.SLOW) == 0, server.log()
    rig.servers.remove(server)
    assert not pathlib.Path(rig.folder, "none").exists()
    for args, word in ((["--version"], "cam_server"), (["--plugins"], "recorder_mp4"), (["--help"], "--check"),
            (["--help", "rtsp_in"], "url")):
        server = harness.Server(rig, *args)
        assert server.process.wait(10 * harness.SLOW) == 0 and word in server.log(), server.log()
        rig.servers.remove(server)


def printed_configuration_masks_secrets_and_tells_origins(rig):
    text = GOOD.replace("test_in, width: 320, height: 180", 'rtsp_in, url: "rtsp://192.0.2.1/", user: u, password: hush2')
    server = rig.yaml(text, "--print-config", "-s", "sinks.web.quality=42")
    assert server.process.wait(10 * harness.SLOW) == 0, server.log()
    rig.servers.remove(server)
    said = server.log()
    assert "hush" not in said and "--set" in said and "yaml:4:" in said and "default" in said, said


if __name__ == "__main__":
    raise SystemExit(harness.main(
        a_missing_url_names_the_variable,
        an_unknown_key_gets_its_place_and_the_nearest_name,
        a_value_of_the_wrong_type_gets_its_place_and_what_is_right,
        a_missing_plugin_gets_its_place_and_the_nearest_name,
        an_unused_variable_is_an_error,
        a_missing_file_and_a_wrong_option_are_told,
        a_plugin_of_another_abi_is_refused_by_name,
        a_plugin_of_the_wrong_kind_is_refused,
        a_port_that_is_taken_is_named,
        an_unwritable_folder_is_named_where_the_recorder_is_required,
        without_a_folder_to_record_in_the_camera_shows_and_says_why,
        a_full_dev_shm_costs_the_ring_only_and_names_what_it_needs,
        a_second_server_with_the_ring_s_name_names_the_first,
        check_says_fine_and_touches_nothing,
        printed_configuration_masks_secrets_and_tells_origins,
    ))
