#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--schema, judged by a validator: it is a schema, what is shipped fits it, and what the server refuses does not."""
import json
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(os.environ.get("top_srcdir", "."))
BUILD = pathlib.Path(os.environ.get("top_builddir", "build")).resolve()
try:
    import jsonschema
    import yaml

    Validator = jsonschema.Draft202012Validator
except (ImportError, AttributeError):
    print("1..0 # SKIP python3-jsonschema 4 and python3-yaml are not installed")
    raise SystemExit(0)

# Those that a schema can tell: the others break YAML itself, or rules across values, or have variables.
BAD = """camera-text cameras-list cameras-text names no-cameras numbers plugin-kind plugin-unknown
ranges required-empty server server-list stage-list stage-text swap-unknown types typo unknown-keys value-list
value-mapping value-missing listener-kind listeners-list users users-list""".split()


class Loader(yaml.SafeLoader):
    """As editors read it, which is YAML 1.2: `off` is a text, and so is 010."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"(?:true|false)$", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789")),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def schema_of(*command):
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60).stdout)


def faults(schema, text):
    """What the validator finds; variables that hold no value have no place in it."""
    errors = Validator(schema).iter_errors(yaml.load(text, Loader))
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in errors]


def fits(schema, path):
    return faults(schema, path.read_text())


def refused(schema, text):
    return [] if faults(schema, text) else ["it is let through"]


def tests(real, fake):
    """(name, what is wrong)"""
    yield "it is a schema of draft 2020-12", Validator.check_schema(real) or Validator.check_schema(fake) or []
    for path in [*sorted((TOP / "config").glob("*.yaml")), TOP / "docker/cameras.yaml", TOP / "debian/cam_server.yaml"]:
        if path.exists():
            yield f"{path.name} fits", fits(real, path)
    blocks = re.findall(r"^```yaml\n(.*?)^```", (TOP / "README.md").read_text(), re.M | re.S)
    yield "README has YAML", [] if blocks else ["none"]
    for block in blocks:
        whole = block if re.search(r"^cameras:", block, re.M) else block + "cameras: {a: 'rtsp://h/'}\n"
        yield "README's YAML fits", faults(real, whole)
    cases = TOP / "tests/config"
    for path in sorted(cases.glob("good-*.yaml")):
        yield f"{path.name} fits", fits(fake, path)
    for name in BAD:
        yield f"bad-{name}.yaml does not fit", refused(fake, (cases / f"bad-{name}.yaml").read_text())
    listener = "cameras: {a: {source: {plugin: test_in}, b: {plugin: %s}}}\nlisteners: {c: {plugin: %s, url: x}}"
    yield "a listener is no stage", refused(fake, listener % ("web_hook", "web_hook"))
    yield "a detector is", faults(fake, listener % ("motion", "web_hook"))
    yield "a detector is no listener", refused(fake, listener % ("motion", "motion"))
    camera = "cameras: {a: {source: {plugin: rtsp_in, url: x, %s}}}"
    for text in ("transport: TCP", "open_timeout: 10 parsecs", "open_timeout: 301", "audio: yes", "urll: x", "from: b"):
        yield f"{text} does not fit", refused(real, camera % text)
    for text in ("password: 1234", "open_timeout: 1.5m", "transport: '${T:-tcp}'", "url_file: /run/u", "bitrate: 2000"):
        yield f"{text} fits", faults(real, camera % text)
    groups = {"server": real["properties"]["server"], **{k: v for k, v in real["$defs"].items() if k.startswith("plugin_")}}
    yield "each default fits its own option", [
        f"{group}.{key}: {e.message}"
        for group, schema in groups.items()
        for key, value in schema["properties"].items()
        if isinstance(value, dict) and "default" in value
        for e in Validator({**value, "$defs": real["$defs"]}).iter_errors(value["default"])
    ]
    secret = real["$defs"]["plugin_rtsp_in"]["properties"]["password"]
    yield "a secret is writeOnly", [] if secret.get("writeOnly") is True else [str(secret)]
    swapped = "defaults: {buffer: {plugin: shm_ring}}\ncameras: {a: {buffer: {%s}}}"
    yield "a stage that inherits its plugin is judged too", (
        faults(real, swapped % "width: 640") + refused(real, swapped % "widht: 640") + refused(real, swapped % "width: x")
    )


def main():
    os.environ.setdefault("CAM_SERVER_PLUGIN_PATH", str(BUILD / ".libs"))
    real = schema_of(BUILD / "cam_server", "--schema")
    if not all(f"plugin_{n}" in real["$defs"] for n in ("rtsp_in", "test_in", "shm_ring", "recorder_mp4", "ws_view")):
        print("1..0 # SKIP not all plugins are built")
        return 0
    failed = number = 0
    for name, wrong in tests(real, schema_of(BUILD / "config-schema-fakes")):
        number += 1
        for line in wrong:
            print("#", line)
        print(f"{'not ' if wrong else ''}ok {number} - {name}")
        failed += bool(wrong)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
