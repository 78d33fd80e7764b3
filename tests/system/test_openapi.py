#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""/api/v1/openapi.json: it is OpenAPI, each path of it answers as it says, and each path that answers is in it."""
import contextlib
import http.client
import itertools
import json
import re
import signal
import subprocess

import rig as harness

try:
    import jsonschema

    Validator = jsonschema.Draft202012Validator
except (ImportError, AttributeError):
    print("1..0 # SKIP python3-jsonschema 4 is not installed")
    raise SystemExit(0)

DOCUMENT = "/api/v1/openapi.json"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PLUGINS = ("test_in", "mem_ring", "recorder_mp4", "ws_view")
YAML = """
defaults:
  source:   {plugin: test_in, width: 320, height: 180}
  buffer:   {plugin: mem_ring}
cameras:
  front:
    recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1s}
  yard: {}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}
"""
# What users were promised, by a pattern each.
CONTRACT = """/ /ws /video_feed /api/v1/cameras /api/v1/cameras/* /api/v1/cameras/*/snapshot.jpg /api/v1/recordings
/api/v1/recordings/*/*/* /healthz /readyz /metrics /api/v1/openapi.json""".split()
ENDLESS = ("/api/v1/events/stream",)
# What a parameter that is no camera's name answers to "nobody".
NOBODY = {"topic": 200, "since": 400}
# Routes beyond an older descriptor's size, without operations, with a method more, and a table that is out of step.
C = r"""
#include <cam/plugin.h>
#include <stdlib.h>
static int create(struct cam_node *n, const struct cam_host *h, const void *c, void **ret)
{ (void)n; (void)h; (void)c; return (*ret = malloc(1)) ? 0 : -12; }
static void stop(void *self) { (void)self; }
static int consume(void *s, struct cam_sub *u, const struct cam_buf *b) { (void)s; (void)u; (void)b; return 0; }
static int handle(void *s, const struct cam_request *q, struct cam_reply *r)
{ (void)s; (void)q; r->data = "hello"; r->len = 5; return 0; }
static const struct cam_route routes[] = {{"GET", "/NAME/any/*", "Says \"hello\".", handle, CAM_VIEW, 0},
	{"GET", "/NAME/of/{camera}/*", "Of a camera.", handle, CAM_VIEW, 0}, {"POST", "/NAME", "Takes.", handle, CAM_CONTROL, 100}, {"GET", "/NAME", "Gives.", handle, CAM_VIEW, 0}, {"GET", "/both", "Of NAME.", handle, CAM_VIEW, 0}, {0}};
static const struct cam_operation operations[] = {{"/elsewhere", CAM_JSON("it": "lies")}, {"/of", CAM_JSON("it": "lies")}, {"/NAME", CAM_JSON(
	"responses": {"204": {"description": "Taken (\"so\")."}})}, {0}};
const struct cam_plugin cam_plugin_1 = {.abi = CAM_ABI, .size = SIZE, .kind = CAM_SINK, .place = CAM_ON_LOOP,
	.name = "NAME", .version = "1", .summary = "A test.", .routes = routes, .create = create, .stop = stop,
	.destroy = free, .consume = consume, .operations = operations};
"""


def once(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), f"a key stands twice: {[key for key, _ in pairs]}"
    return dict(pairs)


def document(server):
    return json.loads(server.get(DOCUMENT), object_pairs_hook=once)


def resolve(doc, node):
    while "$ref" in node:
        target = doc
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def walk(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def operations(doc):
    for path, item in doc["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def check(doc):
    """What the specification of OpenAPI 3.1.0 asks for, as far as this document uses it."""
    assert re.fullmatch(r"3\.1\.\d+", doc["openapi"]) and doc["info"]["title"] and doc["info"]["version"]
    assert set(doc) <= {"openapi", "info", "paths", "components", "x-topics"}, doc.keys()
    assert {topic["topic"] for topic in doc["x-topics"]} >= {"camera"} and all(t["by"] and t["summary"] for t in doc["x-topics"])
    for node in walk(doc):
        if isinstance(node, dict) and "$ref" in node:
            assert resolve(doc, node), node
    shapes = [re.sub(r"{.*?}", "{}", path) for path in doc["paths"]]
    assert len(set(shapes)) == len(shapes), "two paths are one"
    for path, method, operation in operations(doc):
        where = f"{method} {path}"
        assert path.startswith("/") and "*" not in path and method in METHODS, where
        assert set(operation) <= {"summary", "tags", "x-right", "parameters", "requestBody", "responses"} and operation["summary"], where
        assert operation["x-right"] in ("none", "view", "playback", "control", "admin"), where
        if "requestBody" in operation:
            Validator.check_schema(operation["requestBody"]["content"]["application/json"]["schema"])
        parameters = operation.get("parameters", [])
        assert len({(p["in"], p["name"]) for p in parameters}) == len(parameters), f"{where}: a parameter twice"
        names = [p["name"] for p in parameters if p["in"] == "path"]
        assert sorted(names) == sorted(re.findall(r"{(.*?)}", path)), f"{where}: {names}"
        for p in parameters:
            assert set(p) <= {"name", "in", "required", "description", "schema"}, p
            assert p["in"] in ("path", "query", "header") and (p["in"] != "path" or p["required"] is True), p
            Validator.check_schema(p["schema"])
        assert operation["responses"], where
        for code, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d|default", code), f"{where}: {code}"
            response = resolve(doc, response)
            assert set(response) <= {"description", "content"} and response["description"], f"{where}: {response}"
            for media in response.get("content", {}).values():
                assert set(media) <= {"schema"}, media
                Validator.check_schema(media.get("schema", {}))
    for schema in doc["components"]["schemas"].values():
        Validator.check_schema(schema)
    with contextlib.suppress(ImportError):  # Debian 12 has none
        import openapi_spec_validator

        openapi_spec_validator.validate(doc)


def ask(server, method, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15 * harness.SLOW)
    connection.request(method, path, headers=headers or {})
    return connection, connection.getresponse()


def undescribed(schema, value, doc):
    """Keys that an answer has and its schema has not."""
    schema = resolve(doc, schema)
    if isinstance(value, list):
        return [key for item in value for key in undescribed(schema.get("items", {}), item, doc)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    return [key for key in value if key not in known] + [
        key for name, item in value.items() if name in known for key in undescribed(known[name], item, doc)
    ]


def expect(server, doc, path, url, code, headers=None, method="GET"):
    """The answer is of this status, and what the document says of it."""
    connection, response = ask(server, method, url, headers)
    with contextlib.closing(connection):
        assert response.status == code, f"{method} {url}: {response.status}, not {code}"
        responses = doc["paths"][path]["get"]["responses"]
        assert str(code) in responses, f"{url}: {code} is not described"
        content = resolve(doc, responses[str(code)]).get("content", {})
        kind = (response.getheader("Content-Type") or "").split(";")[0]
        if code < 200 or code == 304:
            return None
        assert kind in content, f"{url}: {kind} is not among {list(content)}"
        if method == "HEAD":
            return None
        if kind.startswith("multipart/"):
            return harness.next_part(response)
        body = response.read()
    schema = content[kind].get("schema", {})
    if kind == "application/json":
        value = json.loads(body)
        Validator({**schema, "components": doc["components"]}).validate(value)
        assert not undescribed(schema, value, doc), f"{url}: {undescribed(schema, value, doc)} is not described"
        return value
    assert kind != "image/jpeg" or body[:2] == b"\xff\xd8", url
    assert kind != "video/mp4" or body[4:8] == b"ftyp" or code != 200, url
    return body


def filled(path, values):
    return re.sub(r"{(.*?)}", lambda name: values[name[1]], path)


def query(url, **values):
    return url + "".join(f"{'&' if i or '?' in url else '?'}{k}={v}" for i, (k, v) in enumerate(values.items()))


def started(rig, text=YAML, **popen):
    return rig.yaml(text, **popen).wait_live("front", "yard")


def recorded(server):
    """The id of a recording, in its parts."""
    entries = harness.wait_for(lambda: server.json("/api/v1/recordings?camera=front"), 20, "a recording is listed")
    return dict(zip(("camera", "day", "file"), entries[0]["id"].split("/"), strict=True))


def it_is_an_openapi_document(rig):
    server = started(rig)
    connection, response = ask(server, "GET", DOCUMENT)
    with contextlib.closing(connection):
        assert (response.status, response.getheader("Content-Type")) == (200, "application/json")
    check(document(server))


def every_path_answers_as_described(rig):
    server = started(rig)
    doc, recording = document(server), recorded(server)
    asked = 0
    for path, item in doc["paths"].items():
        if "get" not in item or path in ENDLESS:
            continue
        parameters = item["get"].get("parameters", [])
        url = filled(path, {"name": "front", **recording})
        url = query(url, **{p["name"]: "front" for p in parameters if p["in"] == "query" and p.get("required")})
        good = 426 if path == "/ws" else 200
        for method in ("GET", "HEAD"):
            expect(server, doc, path, url, good, method=method)
        for p in parameters:
            if p["in"] == "query" and "minimum" in p["schema"]:
                least, most = p["schema"]["minimum"], p["schema"]["maximum"]
                for value, code in ((least, 200), (most, 200), (least - 1, 400), (most + 1, 400), ("x", 400)):
                    expect(server, doc, path, query(url, **{p["name"]: value}), code)
            elif p["in"] == "query":
                expect(server, doc, path, query(url.split("?")[0], **{p["name"]: "nobody"}), NOBODY.get(p["name"], 404))
                if p.get("required"):
                    expect(server, doc, path, url.split("?")[0], 400)
            elif p["in"] == "path":
                expect(server, doc, path, filled(path, {"name": "front", **recording, p["name"]: "none"}), 404)
            elif p["name"] == "Range":
                assert len(expect(server, doc, path, url, 206, {"Range": "bytes=0-9"})) == 10
                expect(server, doc, path, url, 416, {"Range": "bytes=99999999999-"})
        asked += 1
    assert asked >= len(CONTRACT), asked
    shake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    expect(server, doc, "/ws", "/ws", 101, {**shake, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
    expect(server, doc, "/ws", "/ws", 400, {**shake, "Sec-WebSocket-Key": "short"})
    tag = ask(server, "GET", "/")[1].getheader("ETag")
    expect(server, doc, "/", "/", 304, {"If-None-Match": tag})


def every_route_is_in_it(rig):
    server = started(rig)
    paths = document(server)["paths"]
    patterns = {re.sub(r"{.*?}", "*", path) for path in paths}
    assert set(CONTRACT) <= patterns, set(CONTRACT) - patterns
    for plugin in PLUGINS:
        text = subprocess.run([harness.binary(), "--help", plugin], env=harness.environment(rig), stdout=subprocess.PIPE,
                              check=True, timeout=60, text=True).stdout
        routes = re.findall(r"^  ([A-Z]+) (/\S*)  ", text, re.M)
        assert bool(routes) == (plugin in ("recorder_mp4", "ws_view")), plugin
        for method, pattern in routes:
            hits = [path for path in paths if re.sub(r"{.*?}", "*", path) == pattern
                    or pattern.endswith("/*") and path.startswith(pattern[:-1] + "{")]
            assert any(method.lower() in paths[path] for path in hits), f"{plugin}: {pattern}"
            assert all(plugin in paths[path][method.lower()]["tags"] for path in hits), pattern
    files = [file for file in (harness.TOP / "plugins/ws_view/page").iterdir() if file.suffix not in (".c", ".h")]
    page = {f"/{file.name}" for file in files} - {"/index.html"}
    assert page <= set(paths), page - set(paths)
    readme = (harness.TOP / "README.md").read_text().partition("## What it answers\n")[2].partition("\n## ")[0]
    told = re.findall(r"`(/[^`?]*)[^`]*`", readme)
    assert told, "README tells no path"
    for path in told:
        assert re.sub(r"NAME|ID", "*", path) in patterns | {"/api/v1/recordings/*"}, f"README: {path}"


def plugin(rig, name, size):
    """A plugin of somebody else."""
    folder = rig.folder / "plugins"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    source = rig.write(f"{name}.c", C.replace("NAME", name).replace("SIZE", size))
    flags = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", f"-I{harness.TOP}/include")
    subprocess.run(["cc", *flags, "-o", folder / f"{name}.so", source], check=True, timeout=60)
    (folder / f"{name}.so").chmod(0o755)
    return f"{folder}:{harness.BUILD}/.libs"


def plugins_that_say_less_are_listed_by_their_help(rig):
    plugin(rig, "old", "offsetof(struct cam_plugin, operations)")
    path = plugin(rig, "new", "sizeof(cam_plugin_1)")
    plugin(rig, "near", "sizeof(cam_plugin_1)")
    text = YAML + "".join(f"  {n}{i}: {{plugin: {n}}}\n" for n, i in itertools.product(("old", "new"), "12"))
    text += "  near: {plugin: near, from: yard}\n"
    server = started(rig, text, env={"CAM_SERVER_PLUGIN_PATH": path})
    doc = document(server)
    check(doc)
    untold = {"default": {"description": "See the summary."}}
    for name in ("old", "new"):
        tail = doc["paths"][f"/{name}/any/{{tail}}"]["get"]
        assert tail["summary"] == 'Says "hello".' and tail["responses"] == untold and tail["tags"] == [name], tail
        of = doc["paths"][f"/{name}/of/{{camera}}/{{tail}}"]["get"]
        assert [p["name"] for p in of["parameters"]] == ["camera", "tail"] and of["responses"] == untold, of
        methods = doc["paths"][f"/{name}"]
        assert methods["get"]["summary"] == "Gives." and methods["get"]["responses"] == untold, methods
    assert doc["paths"]["/old"]["post"]["responses"] == untold
    assert doc["paths"]["/new"]["post"]["responses"] == {"204": {"description": 'Taken ("so").'}}
    assert doc["paths"]["/both"]["get"]["summary"] == "Of old." and "/elsewhere" not in doc["paths"]
    assert server.get("/new/any/thing") == b"hello"
    assert server.get("/new/of/yard/thing") == b"hello"
    server.get("/new/of/nobody/thing", 404)
    server.get("/new/of/yard", 404)
    assert server.get("/both?camera=yard") == b"hello"
    server.get("/both?camera=nobody", 404)
    assert server.get("/near") == server.get("/near?camera=yard") == server.get("/near/of/yard/thing") == b"hello"
    for elsewhere in ("/near?camera=front", "/near/of/front/thing", "/near/any/thing?camera=front"):
        server.get(elsewhere, 404)


def readiness_is_told_and_the_document_follows_a_reload(rig):
    server = started(rig)
    doc = document(server)
    assert expect(server, doc, "/readyz", "/readyz", 200) == b"ready\n"
    path = rig.folder / "config-0.yaml"
    text = path.read_text()
    server.expect(r"front\.recorder: .*free")
    path.write_text(text.replace("segment: 1s", "min_free: 100%"))
    server.process.send_signal(signal.SIGHUP)
    # It is 503 while it starts, then 200 until the recorder has noticed.
    harness.wait_for(lambda: "front.recorder is not running" in server.unready(), 20, "the recorder cannot run")
    assert b"front.recorder is not running" in expect(server, doc, "/readyz", "/readyz", 503)
    path.write_text(re.sub(r"    recorder: .*\n", "    buffer: {seconds: 5s}\n", text))
    server.process.send_signal(signal.SIGHUP)
    harness.wait_for(lambda: "/api/v1/recordings" not in document(server)["paths"], 20, "the recorder's routes are gone")
    harness.wait_for(lambda: ask(server, "GET", "/readyz")[1].status == 200, 20, "it is ready again")


if __name__ == "__main__":
    raise SystemExit(harness.main(
        it_is_an_openapi_document,
        every_path_answers_as_described,
        every_route_is_in_it,
        plugins_that_say_less_are_listed_by_their_help,
        readiness_is_told_and_the_document_follows_a_reload,
    ))
