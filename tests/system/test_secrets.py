#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A password of its own in each place where one can stand, and none of them in anything that the server lets out."""
import base64
import contextlib
import json
import os
import pathlib
import resource
import secrets
import signal
import socket
import struct
import subprocess
import sys
import threading

import rig as harness

SECONDS = 20


class Canaries:
    """Passwords that occur nowhere else."""

    def __init__(self):
        self.of = {}

    def __getitem__(self, name):
        return self.of.setdefault(name, f"Canary{secrets.token_hex(6)}{name}")

    def forms(self):
        """Each as it stands and as Basic logins carry it."""
        for name, word in self.of.items():
            yield name, word.encode()
            yield f"{name} in base64", base64.b64encode(f"admin:{word}".encode()).rstrip(b"=")

    def none_in(self, what, data):
        data = data if isinstance(data, bytes) else data.encode(errors="replace")
        for name, form in self.forms():
            at = data.find(form)
            around = data[max(0, at - 80):at + 80]
            assert at < 0, f"the password {name} is in {what}: {around}"


def camera_that(rig, answer):
    """A camera that gives answer(request) to each request. @return its port"""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(10)
                    while request := requests(connection):
                        number = request.lower().partition("cseq:")[2].splitlines()[0].strip()
                        status, header = answer(request)
                        connection.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n{header}\r\n\r\n".encode())

    def requests(connection):
        got = b""
        while not got.endswith(b"\r\n\r\n"):
            more = connection.recv(65536)
            if not more:
                return None
            got += more
        return got.decode()

    thread = threading.Thread(target=serve)
    thread.start()

    def close():
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()

    rig.closers.append(close)
    return listener.getsockname()[1]


def parrot(told):
    """@return the answers of a camera that repeats the login, as an error's reason and as its own name"""
    def answer(request):
        login = request.partition("Authorization: ")[2].partition("\r")[0]
        if not login:
            return "401 Unauthorized", 'WWW-Authenticate: Basic realm="parrot"'
        told.set()
        return f"500 {login}", f"Server: {login}"

    return answer


LIVE = ("in_url", "in_yaml", "by_variable", "by_name", "by_name_file", "by_option_file", "by_credential", "by_set", "url_by_set", "basic")
SICK = ("wrong_digest", "wrong_basic", "missing", "refused", "redirected", "nowhere", "in_query", "echoed")


class World:
    """Cameras with logins, a file that names them, and the environment and command line that hold the rest."""

    def __init__(self, rig, canary):
        self.rig, self.canary = rig, canary
        right = [option for name in LIVE for option in ("--user", "admin" + name, "--password", canary[name])]
        basic = ("--user", "admin", "--password", canary["basic"], "--basic")
        self.digest = harness.Camera(rig, options=right).port
        self.basic = harness.Camera(rig, options=basic).port
        location = f"Location: rtsp://admin:{canary['location']}@127.0.0.1:9/"
        self.told = threading.Event()
        self.redirecting = camera_that(rig, lambda _: ("302 Found", location))
        self.echoing = camera_that(rig, parrot(self.told))
        self.credentials = rig.folder / "credentials"
        self.credentials.mkdir()
        for path, name in ((self.credentials / "the_credential", "by_credential"), (rig.folder / "name", "by_name_file"),
            (rig.folder / "option", "by_option_file")):
            path.write_text(canary[name] + "\n")
        self.notify = rig.folder / "notify"

    def url(self, name, port=None, path="h264", login=True):
        user = f"admin{name}:{self.canary[name]}@" if login else ""
        return f"rtsp://{user}127.0.0.1:{port or self.digest}/{path}"

    def sources(self):
        canary, bare = self.canary, self.url("", login=False)
        return {
            "in_url": {"url": self.url("in_url")},
            "in_yaml": {"url": bare, "user": "adminin_yaml", "password": canary["in_yaml"]},
            "by_variable": {"url": bare, "user": "adminby_variable"},
            "by_name": {"url": bare, "user": "adminby_name", "password": "${THE_NAME}"},
            "by_name_file": {"url": bare, "user": "adminby_name_file", "password": "${THE_FILE}"},
            "by_option_file": {"url": bare, "user": "adminby_option_file", "password_file": str(self.rig.folder / "option")},
            "by_credential": {"url": bare, "user": "adminby_credential", "password": "${the_credential}"},
            "by_set": {"url": bare, "user": "adminby_set"},
            "url_by_set": {"url": "rtsp://127.0.0.1/"},
            "basic": {"url": f"rtsp://admin:{canary['basic']}@127.0.0.1:{self.basic}/h264"},
            "wrong_digest": {"url": self.url("wrong_digest")},
            "wrong_basic": {"url": f"rtsp://admin:{canary['wrong_basic']}@127.0.0.1:{self.basic}/h264"},
            "missing": {"url": f"rtsp://admin:{canary['basic']}@127.0.0.1:{self.basic}/none"},
            "refused": {"url": self.url("refused", harness.free_port())},
            "redirected": {"url": self.url("redirected", self.redirecting)},
            "nowhere": {"url": f"rtsp://admin:{canary['nowhere']}@no-such-host.invalid/"},
            "echoed": {"url": f"rtsp://admin:{canary['echoed']}@127.0.0.1:{self.echoing}/"},
            "in_query": {"url": f"rtsp://127.0.0.1:{self.digest}/none?user=admin&password={canary['in_query']}"},
        }

    def text(self, server="log_level: debug", **sources):
        cameras = {**self.sources(), **sources}
        lines = [f"  {name}: {{source: {json.dumps({'plugin': 'rtsp_in', **source})}}}" for name, source in cameras.items()]
        return "\n".join([
            f"server: {{{server}}}",
            "defaults:",
            "  buffer: {plugin: mem_ring, seconds: 1}",
            '  recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 2s}',
            "cameras:", *lines,
            'sinks:\n  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}\n',
        ]).replace('"in_url": {', "").replace(
            "  in_url: {source", f'  in_url: {{buffer: {{plugin: shm_ring, name: "{self.rig.shm}", fill: always, seconds: 1, fps: 5}}, source')

    def environment(self):
        return {
            "CAM_SERVER__CAMERAS__BY_VARIABLE__SOURCE__PASSWORD": self.canary["by_variable"],
            "THE_NAME": self.canary["by_name"], "THE_FILE_FILE": str(self.rig.folder / "name"),
            "CREDENTIALS_DIRECTORY": str(self.credentials), "NOTIFY_SOCKET": str(self.notify),
            "CAM_SERVER__SERVER__CORE_DUMPS": "false",
        }

    def sets(self):
        return ("--set", f"cameras.by_set.source.password={self.canary['by_set']}",
            f"--set=cameras.url_by_set.source.url={self.url('url_by_set')}")


def websocket_says(port, camera):
    """The first messages at /ws, with a picture of the camera among them."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS * harness.SLOW) as ws, ws.makefile("rb") as stream:
        ws.sendall(f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while stream.readline().strip():
            pass
        wish = json.dumps({"type": "view", "tiles": [{"id": 1, "camera": camera}, {"id": 2, "camera": "no_such"}]}).encode()
        ws.sendall(b"\x81" + struct.pack("!BH", 0x80 | 126, len(wish)) + bytes(4) + wish)  # masked by zeros
        said, kinds = [], set()
        while not {1, 2} <= kinds or b'"error"' not in b"".join(said):
            kind, size = stream.read(2)
            size = struct.unpack("!H", stream.read(2))[0] if size == 126 else size
            size = struct.unpack("!Q", stream.read(8))[0] if size == 127 else size
            said.append(stream.read(size))
            kinds.add(kind & 15)
        return b"".join(said)


def answers(server, names):
    """{what: bytes} of everything that a browser can ask."""
    paths = ["/", "/healthz", "/readyz", "/metrics", "/api/v1/cameras", "/api/v1/recordings", "/api/v1/openapi.json", "/none", "/api/v1/cameras/none",
        "/api/v1/recordings?camera=in_url", f"/api/v1/cameras/{names[0]}/snapshot.jpg"]
    for path in paths + [f"/api/v1/cameras/{name}" for name in names]:
        connection, response = server.request(path)
        with contextlib.closing(connection):
            yield path, str(response.getheaders()).encode() + response.read()


def run_once(rig, *args, env=None):
    """@return exit code and all that was said"""
    done = subprocess.run([harness.binary(), *map(str, args)], env=harness.environment(rig, env), cwd=rig.folder / "cwd",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60 * harness.SLOW, check=False)
    return done.returncode, done.stdout


def no_password_is_let_out_by_a_server_that_runs(rig):
    canary = Canaries()
    world = World(rig, canary)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(world.notify))
        text = world.text()
        server = rig.yaml(text, *world.sets(), env=world.environment()).expect(".")
        server.wait_live(*LIVE, seconds=SECONDS)
        for name in SICK:
            harness.wait_for(lambda name=name: server.camera(name)["error"], SECONDS, f"what is wrong with {name}")
        assert world.told.is_set(), "the camera that repeats passwords was not told one"
        for what, data in answers(server, LIVE + SICK):
            canary.none_in(what, data)
        canary.none_in("WebSocket", websocket_says(server.port, "in_url"))
        process = pathlib.Path(f"/proc/{server.process.pid}")
        for name in ("cmdline", "comm", "status"):
            canary.none_in(f"/proc/PID/{name}", (process / name).read_bytes())
        assert b"cameras.by_set.source.password=***" in (process / "cmdline").read_bytes()
        ring = pathlib.Path(f"/dev/shm/{rig.shm}")
        harness.wait_for(lambda: server.metric("cam_shm_ring_pictures_total", node="in_url.buffer") > 0, SECONDS, "a picture")
        canary.none_in("shared memory", ring.read_bytes())
        reload_with_other_passwords(world, server)
        harness.wait_for(lambda: all(rig.files(name) for name in LIVE), SECONDS, "recordings")
        server.stop()
        supervisor.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                canary.none_in("sd_notify", supervisor.recv(65536))
    canary.none_in("the log", server.log_path.read_bytes())
    assert " debug " in server.log(), "the log is not at its most talkative"
    for path in rig.recordings.rglob("*"):
        canary.none_in(str(path), path.name.encode() + (path.read_bytes() if path.is_file() else b""))


def reload_with_other_passwords(world, server):
    """Other logins, then a file that is wrong, both while the cameras run."""
    path = world.rig.folder / "config-0.yaml"
    before = path.read_text()
    path.write_text(before.replace(world.canary["in_yaml"], world.canary["after_reload"]))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: server.camera("in_yaml")["error"], SECONDS, "what is wrong with the other password")
    path.write_text(before.replace('"password":', '"pasword":'))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: "stays in force" in server.log(), SECONDS, "a refusal")
    path.write_text(before)
    server.process.send_signal(signal.SIGHUP)
    server.wait_live("in_yaml")
    world.canary.none_in("/api/v1/cameras after a reload", server.get("/api/v1/cameras"))


def no_password_is_let_out_by_a_command_that_prints(rig):
    canary = Canaries()
    world = World(rig, canary)
    text = world.text().replace("@RECORDINGS@", str(rig.recordings)).replace("@PORT@", "5000")
    file, env = rig.write("good.yaml", text), world.environment()
    for command in ("--check", "--print-config"):
        code, said = run_once(rig, "-c", file, command, *world.sets(), env=env)
        assert code == 0, said
        canary.none_in(command, said)
    assert b"********" in said
    for command in ("--schema", "--example", "--plugins", "--help", "--help rtsp_in", "--version", "--man 5", "--completion"):
        code, said = run_once(rig, *command.split(), *world.sets(), env=env)
        assert code == 0 and said, command
        canary.none_in(command, said)
    single = {"CAMERA_RTSP_URL": world.url("single")}
    for command in ("--check", "--print-config"):
        code, said = run_once(rig, command, env=single)
        assert code == 0, said
        canary.none_in(f"{command} in single-camera mode", said)


SOURCE = 'cameras: {{front: {{source: {{plugin: rtsp_in, {}}}}}}}\n'
URL = 'url: "rtsp://127.0.0.1/"'


def wrong_files(word):
    """What is wrong about each file stands beside a password, or is one."""
    login = f'user: admin, password: "{word}"'
    return {
        "unknown key": SOURCE.format(f"{URL}, user: admin, pasword: \"{word}\""),
        "no user": SOURCE.format(f'{URL}, password: "{word}"'),
        "twice": SOURCE.format(f'url: "rtsp://a:{word}@127.0.0.1/", {login}'),
        "duplicate": SOURCE.format(f'{URL}, {login}, password: "{word}"'),
        "no blank": SOURCE.format(f"{URL}, user: admin, password:{word}"),
        "equals": SOURCE.format(f"{URL}, user: admin, password={word}"),
        "a list": SOURCE.format(f"{URL}, user: admin, password: [{word}]"),
        "a mapping": SOURCE.format(f"{URL}, user: admin, password: {{{word}: 1}}"),
        "an anchor": SOURCE.format(f"{URL}, user: admin, password: &{word}"),
        "an alias": SOURCE.format(f"{URL}, user: admin, password: *{word}"),
        "a tag": SOURCE.format(f"{URL}, user: admin, password: !{word}"),
        "behind a comma": SOURCE.format(f"{URL}, user: admin, password: a,{word}: b"),
        "between commas": SOURCE.format(f"{URL}, user: admin, password: a,{word}: b, c: d"),
        "a user's": SOURCE.format(f"{URL}") + f"users: {{anna: {{role: view, password: a,{word}: b}}}}\n",
        "a quote": SOURCE.format(f"{URL}, user: admin, password: \"{word}"),
        "a comment": SOURCE.format(f"{URL}, user: admin, password: #{word}"),
        "a control character": SOURCE.format(f"{URL}, user: admin, password: \"{word}\\x01\""),
        "too long": SOURCE.format(f'{URL}, user: admin, password: "{word * 40}"'),
        "scheme": SOURCE.format(f'url: "http://admin:{word}@127.0.0.1/"'),
        "TLS": SOURCE.format(f'url: "rtsps://admin:{word}@127.0.0.1/"'),
        "no scheme": SOURCE.format(f'url: "admin:{word}@127.0.0.1/"'),
        "a blank": SOURCE.format(f'url: "rtsp://admin:{word} @127.0.0.1/"'),
        "a port": SOURCE.format(f'url: "rtsp://admin:{word}@127.0.0.1:99999/"'),
        "a slash": SOURCE.format(f'url: "rtsp://admin:a/{word}@127.0.0.1/"'),
        "no host": SOURCE.format(f'url: "rtsp://admin:{word}@/"'),
        "key without blank": f"cameras:\n  front:\n    source:\n      plugin: rtsp_in\n      url:rtsp://admin:{word}@127.0.0.1/\n",
        "the source is a text": f'cameras: {{front: {{source: "rtsp:/admin:{word}@127.0.0.1/"}}}}\n',
        "the camera is a text": f'cameras: {{front: "rtsp:/admin:{word}@127.0.0.1/"}}\n',
        "the camera is a URL": f'cameras: {{"rtsp://admin:{word}@127.0.0.1/": {{source: {{plugin: rtsp_in}}}}}}\n',
        "the plugin is a URL": f'cameras: {{front: {{source: {{plugin: "rtsp://admin:{word}@127.0.0.1/"}}}}}}\n',
        "from is a URL": f'cameras: {{front: {{source: {{plugin: test_in}}, buffer: {{plugin: mem_ring, from: "rtsp://admin:{word}@127.0.0.1/"}}}}}}\n',
        "another plugin's option": SOURCE.format(f"{URL}, transport: \"rtsp://admin:{word}@127.0.0.1/\""),
        "a time": SOURCE.format(f"{URL}, stall_timeout: \"rtsp://admin:{word}@127.0.0.1/\""),
        "a bool": SOURCE.format(f"{URL}, audio: \"${{SECRET}}\""),
        "a zone": "server: {timezone: \"${SECRET}\"}\n" + SOURCE.format(URL),
        "a level": "server: {log_level: \"${SECRET}\"}\n" + SOURCE.format(URL),
        "a plugin": 'cameras: {front: {source: {plugin: "${SECRET}"}}}\n',
        "from": 'cameras: {front: {source: {plugin: test_in}, buffer: {plugin: mem_ring, from: "${SECRET}"}}}\n',
        "a key": SOURCE.format(f'{URL}, "${{SECRET}}": 1'),
        "a camera": 'cameras: {"${SECRET}": {source: {plugin: test_in}}}\n',
        "a listen": 'cameras: {front: {source: {plugin: test_in}}}\nsinks: {web: {plugin: ws_view, listen: "${SECRET}"}}\n',
    }


def wrong_words(word):
    """Command lines."""
    url = f"rtsp://admin:{word}@127.0.0.1/"
    return (
        [url], [word], ["--check", url], ["--demo", word], [f"--url={url}"], [f"--password={word}"], ["--set", word], ["--set", url],
        ["--set", f"={word}"], ["--set", f"password={word}"], ["--set", f"cameras.front.source.pasword={word}"],
        ["--set", f"cameras.front.source.password:{word}"], ["--set", f"cameras.front.source={url}"], ["--set", f"server.log_level={url}"],
        ["--set", "cameras.front.source.password", word], ["-s", f"cameras.front.source.password={word}\x01"],
        ["--set", f"cameras.camera_001.source.password={word}"], ["--help", url], ["--health", url],
    )


def no_password_is_let_out_by_an_error(rig):
    canary = Canaries()
    (rig.folder / "secret").write_text(canary["file"])
    env = {"SECRET_FILE": str(rig.folder / "secret")}
    for name, text in wrong_files(canary["wrong"]).items():
        code, said = run_once(rig, "-c", rig.write("wrong.yaml", text), "--check", env=env)
        assert code == 2 and said, f"{name}: exit {code}: {said}"
        canary.none_in(f"{name}: {text}", said)
    for words in wrong_words(canary["command"]):
        code, said = run_once(rig, *words, env={"CAMERA_RTSP_URL": "rtsp://127.0.0.1/", "CAM_SERVER__SERVER__LOG_LEVEL": "debug"})
        assert code in (1, 2) and said, f"{words}: exit {code}: {said}"
        canary.none_in(words, said)
    for name, value in (("CAMERA_RTSP_URL", f"http://admin:{canary['variable']}@127.0.0.1/"),
        ("CAM_SERVER__CAMERAS__CAMERA_001__SOURCE__PASSWORT", canary["variable"]),
        ("CAM_SERVER__CAMERAS__CAMERA_001__SOURCE__PASSWORD", canary["variable"]),
        ("CAM_SERVER__CAMERAS__CAMERA_001__SOURCE__AUDIO", f"rtsp://admin:{canary['variable']}@127.0.0.1/"),
        ("CAM_SERVER__CAMERAS__CAMERA_001__SOURCE__PASSWORD", canary["variable"] + "\x01")):
        code, said = run_once(rig, "--check", env={"CAMERA_RTSP_URL": "rtsp://127.0.0.1/", name: value})
        assert code == 2 and said, f"{name}: exit {code}: {said}"
        canary.none_in(name, said)


def crashed(rig, canary, number, options):
    """Crash a server that knows a password. @return whether the kernel made a core file, the files that were not there before"""
    def no_limit():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    url = f"rtsp://admin:{canary['core']}@127.0.0.1:{harness.free_port()}/"
    before = set((rig.folder / "cwd").iterdir())
    server = rig.yaml(
        f'server: {{{options}}}\ncameras: {{front: {{source: {{plugin: rtsp_in, url: "{url}"}}}}}}\n'
        'sinks: {web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}}\n', preexec_fn=no_limit, start_new_session=True,
        env={"CAM_SERVER__SERVER__CORE_DUMPS": str("core_dumps: true" in options).lower()}).expect(".")
    harness.wait_for(server.answers, SECONDS, "/healthz")
    server.process.send_signal(number)
    end = os.waitid(os.P_PID, server.process.pid, os.WEXITED | os.WNOWAIT)
    server.process.wait()
    canary.none_in("the log of a crash", server.log_path.read_bytes())
    assert end.si_code in (os.CLD_KILLED, os.CLD_DUMPED) and end.si_status == number, end
    return end.si_code == os.CLD_DUMPED, set((rig.folder / "cwd").iterdir()) - before


def a_crash_leaves_no_core_file(rig):
    canary = Canaries()
    signals = (signal.SIGABRT,) if harness.SANITIZED else (signal.SIGABRT, signal.SIGSEGV)
    for number in signals:
        for options in ("protect: true", "protect: false"):
            dumped, files = crashed(rig, canary, number, options)
            assert not dumped and not files, f"{number.name}, {options}: a core file, {files}"
    if harness.SANITIZED:
        return  # it forbids core files itself
    # That there could have been one, and that it would show the password.
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    dumped, files = crashed(rig, canary, signal.SIGABRT, "protect: false, core_dumps: true")
    if "/" in pattern or pattern.startswith("|"):
        print(f"# core files go to {pattern}: not looked into")
        return
    assert dumped and len(files) == 1, f"core_dumps: true leaves {files}"
    core = files.pop()
    held = canary["core"].encode() in core.read_bytes()
    core.unlink()
    assert held, "the password is not where this test looks for it"


NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def other_programs_of_the_same_user_cannot_read_its_memory(rig):
    env = {"CAMERA_RTSP_URL": "rtsp://admin:word@127.0.0.1:9/", "CAM_SERVER__CAMERAS__CAMERA_001__RECORDER": "off",
        "CAM_SERVER__SERVER__CORE_DUMPS": "false"}
    try:
        server = rig.single(env["CAMERA_RTSP_URL"], env, **NOBODY).expect(".")
    except PermissionError:
        print("# nobody may not start the server in this folder: not tried")
        return
    harness.wait_for(server.answers, SECONDS, "/healthz")
    for name in ("environ", "mem", "maps"):
        done = subprocess.run([sys.executable, "-c", f"open('/proc/{server.process.pid}/{name}', 'rb').read(1)"],
            stderr=subprocess.PIPE, timeout=60, check=False, cwd="/", **NOBODY)
        assert b"PermissionError" in done.stderr, f"{name} can be read: {done.stderr}"


if __name__ == "__main__":
    raise SystemExit(harness.main(
        no_password_is_let_out_by_a_server_that_runs,
        no_password_is_let_out_by_a_command_that_prints,
        no_password_is_let_out_by_an_error,
        a_crash_leaves_no_core_file,
        other_programs_of_the_same_user_cannot_read_its_memory,
    ))
