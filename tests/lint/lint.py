#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The rules of the source that a compiler does not keep: lengths, floors, libraries, banned calls, headers alone,
one exported symbol a plugin, where a name is defined, no circles. An exception is a line in tests/lint/allow.txt with its reason."""
import os
import pathlib
import re
import subprocess
import tempfile

from structure import bare, circles, complexity, function, is_static, parts

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("top_builddir") or TOP / "build")

FILE_LINES, FUNCTION_LINES, COMPLEXITY = 500, 60, 15
PARTS = ("include", "lib", "core", "plugins", "tests", "bench", "examples")
# A file includes its own floor and lower ones; lib is below all, and for plugins too.
FLOORS = {
    "lib": 0, "core/base": 1, "core/config": 2, "core/media": 2, "core/bus": 3, "core/plugin": 4, "core/graph": 5, "core/api": 6,
    "core/guard": 6, "core/supervise": 7, "core/app": 8,
}
LIBRARIES = {
    r"libav\w+/|libsw\w+/": ("core/media/", "core/api/login.c", "plugins/rtsp_in/", "plugins/test_in/", "plugins/recorder_mp4/", "plugins/lib/av/"),
    r"libwebsockets|lws": ("plugins/ws_view/",),
    r"yaml\.h": ("core/config/",),
    r"jansson\.h": ("core/bus/", "core/api/"),
    r"crypt\.h": ("core/api/", "core/app/password.c"),
    r"dlfcn\.h": ("core/plugin/",),
    r"turbojpeg\.h|jpeglib\.h": ("core/media/",),
    r"uv\.h": ("core/", "plugins/ws_view/", "plugins/rtsp_in/"),
}
ONE_FILE = (r"yaml\.h", r"dlfcn\.h")
BANNED = (
    r"strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|strtok|alloca|atoi|atol|atoll|atof|system|popen|"
    r"exec[lv]p?e?|tmpnam|tempnam|mktemp|rand|srand|usleep|sleep|asctime|ctime|gmtime|localtime|setjmp|longjmp"
)
SHIPPED = ("include", "lib", "core", "plugins")


def sources(*parts, suffixes=(".c", ".h")):
    for part in parts or PARTS:
        for path in sorted((TOP / part).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(TOP).as_posix(), path.read_text(errors="replace")


class Allowed(set):
    """Exceptions, (rule, what), that remember which of them were asked for."""
    def __init__(self):
        super().__init__()
        self.needed = set()

    def __contains__(self, what):
        found = super().__contains__(what)
        if found:
            self.needed.add(what)
        return found


def allowed():
    """The exceptions: each line is "rule what: reason"."""
    found = Allowed()
    for line in (TOP / "tests/lint/allow.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            what, _, reason = line.partition(": ")
            assert reason.strip(), f"allow.txt: no reason for {what}"
            found.add(tuple(what.split(" ", 1)))
    return found


def is_test(name):
    file = name.split("/")[-1]
    return name.startswith(("tests/", "bench/")) or "/test/" in name or (file.startswith("test_") and file != "test_in.c")


def files_are_short(allow):
    for name, text in sources(suffixes=(".c", ".h", ".py", ".sh", ".js", ".mk")):
        lines = text.count("\n")
        if lines > FILE_LINES and ("file", name) not in allow:
            yield f"{name}: {lines} lines, more than {FILE_LINES}"


def functions_are_short(allow):
    for name, text in sources():
        start, head = None, ""
        for number, line in enumerate(bare(text).splitlines(), 1):
            if line.startswith("{"):
                start = number
            elif start is None and re.match(r"\w.*\(", line):
                head = line
            if line.startswith("}") and start is not None:
                called = (re.findall(r"(\w+)\(", head) or ["?"])[0]
                if number - start > FUNCTION_LINES and ("function", f"{name} {called}") not in allow:
                    yield f"{name}:{start}: {called} has {number - start} lines, more than {FUNCTION_LINES}"
                start = None


def files_begin_with_the_licence(_allow):
    for name, text in sources():
        if not text.startswith("/* SPDX-License-Identifier: MIT */\n"):
            yield f"{name}: does not begin with the licence line"


def includes(text):
    return re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.M)


def floor(path):
    return next((rank for prefix, rank in FLOORS.items() if path.startswith(prefix + "/")), None)


def lower_floors_do_not_know_higher_ones(allow):
    for name, text in sources(*SHIPPED):
        own = floor(name)
        for include in includes(text):
            target = floor(include)
            if not target:  # none of them, or lib
                wrong = own == 0 and target is None and include.startswith(("plugins/", "tests/", "cam/"))
            else:
                sideways = own == target and include.split("/")[:2] != name.split("/")[:2]
                wrong = (own is None or target > own or sideways) and not is_test(name)
            if wrong and ("floor", f"{name} {include}") not in allow:
                yield f"{name} includes {include}"


def plugins_know_only_the_abi_their_folder_and_their_library(allow):
    for name, text in sources("plugins"):
        if is_test(name):
            continue
        own = "/".join(name.split("/")[:2]) + "/"
        for include in includes(text):
            foreign = include.startswith(("core/", "tests/")) or (
                include.startswith("plugins/") and not include.startswith((own, "plugins/lib/"))
            )
            if foreign and ("plugin", f"{name} {include}") not in allow:
                yield f"{name} includes {include}"


def libraries_are_seen_where_they_belong(allow):
    for pattern, places in LIBRARIES.items():
        users = [n for n, text in sources(*SHIPPED) if any(re.match(pattern, i) for i in includes(text)) and not is_test(n)]
        for name in users:
            if not name.startswith(places) and ("library", name) not in allow:
                yield f"{name} includes {pattern}"
        if pattern in ONE_FILE and len(users) > 1:
            yield f"{pattern} is included by {', '.join(users)}, not by one file"


def banned_calls_are_not_made(allow):
    for name, text in sources(*SHIPPED):
        if is_test(name):
            continue
        for number, line in enumerate(bare(text).splitlines(), 1):
            for called in re.findall(rf"(?<![\w.>])({BANNED})\s*\(", line):
                if ("banned", f"{name} {called}") not in allow:
                    yield f"{name}:{number}: {called}()"


def no_mutable_globals(_allow):
    pattern = re.compile(r"^(?:static )?(?!const|extern|typedef|return|struct \w+;|enum|union \w+;)[a-z_][\w \*]*\b(\w+)(?:\[[^\]]*\])*(?: = [^;{]*)?;")
    for name, text in sources("lib", "core", "plugins"):
        if is_test(name):
            continue
        depth = 0
        for number, line in enumerate(bare(text).splitlines(), 1):
            if depth == 0 and pattern.match(line) and "const" not in line and "_Thread_local" not in line and "(" not in line:
                yield f"{name}:{number}: {line.strip()}"
            depth += line.count("{") - line.count("}")


def nothing_names_somebody_s_folder(_allow):
    for name, text in sources(suffixes=(".c", ".h", ".py", ".sh", ".mk", ".md", ".js", ".yaml", ".html")):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"/home/\w+/|/Users/\w+/", line):
                yield f"{name}:{number}: {line.strip()[:80]}"


def installed_headers_compile_alone(_allow):
    c = [*os.environ.get("CC", "cc").split(), "-std=c11", "-D_GNU_SOURCE"]
    cxx = ["c++", "-std=c++17"]
    for header in sorted((TOP / "include/cam").glob("*.h")):
        for compiler, suffix in ((c, "c"), (cxx, "cc")):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, f"alone.{suffix}")
                path.write_text(f"#include <cam/{header.name}>\nint alone(void);\nint alone(void) {{ return 0; }}\n")
                done = subprocess.run(
                    [*compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{TOP}/include", "-c", path, "-o", "/dev/null"],
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60,
                )
            if done.returncode:
                yield f"{header.name} as {suffix}: {done.stdout.decode()[:600]}"


def a_plugin_exports_its_descriptor_and_nothing_else(_allow):
    modules = sorted((BUILD / ".libs").glob("*.so"))
    if not modules:
        yield f"no plugins in {BUILD}/.libs"
    for module in modules:
        out = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, check=True, timeout=60).stdout
        names = [line.split()[-1] for line in out.decode().splitlines()]
        names = [n for n in names if not n.startswith(("__asan", "__odr_asan", "__tsan", "__ubsan", "__sanitizer"))]
        if names != ["cam_plugin_1"]:
            yield f"{module.name} exports {names[:5]}"


def room(name):
    """A .c file and its header are one room."""
    return name.rsplit(".", 1)[0]


def shipped(*folders):
    for name, text in sources(*folders):
        if not is_test(name):
            yield name, text


def functions():
    """{function: {files that define it, unless it is static}}"""
    found = {}
    for name, text in shipped("lib", "core", "plugins"):
        for head, body, _line in parts(text):
            called = function(head)
            if called and body and (not is_static(head) or name.endswith(".h")):
                found.setdefault(called, set()).add(name)
    return found


def a_function_is_defined_beside_the_header_that_declares_it(allow):
    defined = functions()
    for name, text in shipped("lib", "core", "plugins"):
        for head, body, line in parts(text) if name.endswith(".h") else ():
            called = function(head)
            if not called or body or is_static(head) or ("home", f"{name} {called}") in allow:
                continue
            homes = defined.get(called, set())
            if room(name) + ".c" not in homes:
                yield f"{name}:{line}: {called} is defined in {', '.join(sorted(homes)) or 'no file'}"


def a_tag_has_one_meaning(allow):
    found = {}
    for name, text in shipped(*SHIPPED):
        for kind, tag in re.findall(r"\b(struct|enum|union)\s+(\w+)\s*\{", bare(text)):
            found.setdefault(f"{kind} {tag}", set()).add(name)
    for tag, files in sorted(found.items()):
        if len(files) > 1 and ("tag", tag) not in allow:
            yield f"{tag} is defined in {', '.join(sorted(files))}"


def functions_are_simple(allow):
    for name, text in shipped(*SHIPPED):
        for head, body, line in parts(text):
            called = function(head)
            if called and body and complexity(body) > COMPLEXITY and ("complex", f"{name} {called}") not in allow:
                yield f"{name}:{line}: {called} has a complexity of {complexity(body)}, more than {COMPLEXITY}"


def rooms_that_know_each_other():
    """{room: {rooms whose header it includes, or whose function it names}}"""
    homes = {called: {room(n) for n in names} for called, names in functions().items()}
    homes = {called: next(iter(rooms)) for called, rooms in homes.items() if len(rooms) == 1}
    edges = {}
    for name, text in shipped("lib", "core", "plugins"):
        own = edges.setdefault(room(name), set())
        own |= {room(include) for include in includes(text)}
        mine = {function(head) for head, body, _line in parts(text) if body}
        for _head, body, _line in parts(text):
            called = re.findall(r"(?<![\w.])(?<!->)(\w+)\s*\(", body or "")
            own |= {homes[c] for c in called if c in homes and c not in mine}
    return {name: {to for to in own if to in edges and to != name} for name, own in edges.items()}


def files_have_no_circles(allow):
    edges = rooms_that_know_each_other()
    for circle in circles(edges):
        if all(("circle", name) in allow for name in circle):
            continue
        yield f"a circle of {len(circle)}: {', '.join(circle)}"
        for name in circle:
            yield f"    {name} knows {', '.join(sorted(edges[name] & set(circle)))}"


def headers_have_names_of_their_own(_allow):
    found = {}
    for name, _text in shipped("lib", "core"):
        if name.endswith(".h"):
            found.setdefault(name.split("/")[-1], []).append(name)
    for names in found.values():
        if len(names) > 1:
            yield f"{' and '.join(names)} have one name"


def exceptions_are_needed(allow):
    for rule, what in sorted(allow - allow.needed):
        yield f"allow.txt: nothing needs {rule} {what}"


RULES = (
    files_are_short, functions_are_short, files_begin_with_the_licence, lower_floors_do_not_know_higher_ones,
    plugins_know_only_the_abi_their_folder_and_their_library, libraries_are_seen_where_they_belong,
    banned_calls_are_not_made, no_mutable_globals, nothing_names_somebody_s_folder, installed_headers_compile_alone,
    a_plugin_exports_its_descriptor_and_nothing_else, a_function_is_defined_beside_the_header_that_declares_it,
    a_tag_has_one_meaning, functions_are_simple, files_have_no_circles,
    headers_have_names_of_their_own, exceptions_are_needed,
)


def main():
    allow = allowed()
    failed = 0
    print(f"1..{len(RULES)}")
    for number, rule in enumerate(RULES, 1):
        wrong = list(rule(allow))
        for line in wrong:
            print("#", line)
        print(f"{'not ' if wrong else ''}ok {number} - {rule.__name__}")
        failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
