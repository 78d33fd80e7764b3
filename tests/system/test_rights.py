#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who may ask for what: each role by each route of the document, seen cameras and others, and nobody in particular."""
import contextlib
import re
import signal

import people
import rig as harness

PEOPLE = {f"{role}_{seen}": (role, cameras) for role in people.RIGHTS[1:] for seen, cameras in (("all", "*"), ("front", "front"))}
YAML = """
defaults: {source: {plugin: test_in, width: 320, height: 180, gop: 80ms}}
cameras:
  front: {recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1s}}
  yard: {recorder: {plugin: recorder_mp4, directory: "@RECORDINGS@", segment: 1s}}
sinks: {web: {plugin: ws_view, listen: "127.0.0.1:@PORT@"}}
"""
ADMIN = "admin_all"
SHAKE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}


def started(rig, extra="", who=PEOPLE):
    server = rig.yaml(YAML + extra + people.users(who))
    harness.wait_for(server.answers, 20, "/healthz answers")
    name = ADMIN if who else ""
    for camera in ("front", "yard"):
        harness.wait_for(lambda c=camera: people.get(server, f"/api/v1/cameras/{c}", name)["state"] == "live", 20, camera)
    return server


def recordings(server, name=ADMIN):
    """{camera: a recording that is finished, in its parts}"""
    found = {}
    for camera in ("front", "yard"):
        entries = harness.wait_for(lambda c=camera: people.get(server, f"/api/v1/recordings?camera={c}", name), 20, "a recording")
        found[camera] = dict(zip(("camera", "day", "file"), entries[0]["id"].split("/"), strict=True))
    return found


def may(name, right, camera, anonymous="none"):
    """@return the status of a refusal, None: it may. From the users and the right of the route alone."""
    role, seen = PEOPLE.get(name, (anonymous, "*"))
    if people.RIGHTS.index(role) < people.RIGHTS.index(right):
        return 403 if name else 401
    return 404 if right != "none" and camera and seen not in ("*", camera) else None


def questions(doc, ids):
    """(method, path, its URL, x-right, the camera that it is about) for all that the document holds."""
    for path, item in doc["paths"].items():
        for method, operation in item.items():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for camera in ("front", "yard"):
                url = re.sub(r"{(.*?)}", lambda m, c=camera: ids[c].get(m[1], c), path)
                if "{" in path:
                    yield method, path, url, operation["x-right"], camera
                elif "camera" in names:
                    yield method, path, f"{url}?camera={camera}", operation["x-right"], camera
            if "{" not in path and not any(p.get("required") and p["in"] == "query" for p in operation.get("parameters", [])):
                yield method, path, path, operation["x-right"], None


def body_of(method):
    return {"topic": "trigger"} if method in ("post", "put") else None


def check(server, method, path, url, right, camera, name, anonymous="none"):
    shake = SHAKE if path == "/ws" else None  # who asks otherwise is told how, whoever that is
    got = people.status(server, url, name, method=method.upper(), body=body_of(method), headers=shake)
    wanted = may(name, right, camera, anonymous)
    if wanted is None and path == "/metrics" and PEOPLE.get(name, ("", "*"))[1] != "*":
        wanted = 403  # of all cameras
    if wanted is None:
        assert got < 400, f"{method} {url} as {name or 'nobody'}: {got}, though it may"
    else:
        assert got == wanted, f"{method} {url} as {name or 'nobody'}: {got}, not {wanted}"


def each_role_may_what_the_document_says(rig):
    server = started(rig)
    ids = recordings(server)
    doc = people.get(server, "/api/v1/openapi.json", ADMIN)
    asked = 0
    for question in questions(doc, ids):
        assert question[0] != "delete", "what is deleted is there for one user only: think about the order"
        for name in (*PEOPLE, ""):
            check(server, *question, name)
            asked += 1
    rights = {operation["x-right"] for item in doc["paths"].values() for operation in item.values()}
    assert {"none", "view", "playback", "control"} <= rights and asked > 9 * 20, (rights, asked)
    log = server.log()
    assert f"{people.HASH[:20]}" not in log and "Basic " not in log


def other_methods_need_no_less(rig):
    """A path without that method: who may nothing learns nothing, others learn which there are."""
    server = started(rig)
    doc = people.get(server, "/api/v1/openapi.json", ADMIN)
    for path in ("/api/v1/cameras", "/api/v1/cameras/{camera}", "/api/v1/events"):
        url = path.replace("{camera}", "front")
        for method in {"get", "post", "put", "delete"} - set(doc["paths"][path]):
            assert people.status(server, url, "", method=method.upper(), body=body_of(method)) == 401, (method, path)
            connection, response = people.ask(server, url, "admin_all", method=method.upper(), body=body_of(method))
            with contextlib.closing(connection):
                assert response.status == 405 and "GET" in response.getheader("Allow"), (method, path, response.status)


def nobody_in_particular_may_what_the_configuration_says(rig):
    server = started(rig)
    ids = recordings(server)
    path = rig.folder / "config-0.yaml"
    for anonymous in people.RIGHTS:
        path.write_text(re.sub(r"server: .*\n", "", path.read_text()) + f"server: {{anonymous: {anonymous}}}\n")
        server.process.send_signal(signal.SIGHUP)
        probe = {"none": 401, "view": 403, "playback": 200, "control": 200, "admin": 200}
        refused = lambda code: 401 if code == 403 else code  # noqa: E731 - there are users: who is nobody may log in
        harness.wait_for(lambda a=anonymous: people.status(server, "/api/v1/events") == refused(probe[a])
                         and (a in ("none", "view") or people.status(
                             server, "/api/v1/cameras/front/events", method="POST", body={"topic": "x"}
                         ) == (201 if a in ("control", "admin") else 401)), 20, anonymous)
        for question in questions(people.get(server, "/api/v1/openapi.json", ADMIN), ids):
            check(server, *question, "", anonymous)


def without_users_who_is_near_may_control(rig):
    server = started(rig, who={})
    ids = recordings(server, "")
    for question in questions(server.json("/api/v1/openapi.json"), ids):
        check(server, *question, "", "control")
    far = {"X-Forwarded-For": "192.0.2.7"}
    assert people.status(server, "/api/v1/events", headers=far) == 200
    assert people.status(server, "/api/v1/cameras/front/events", method="POST", body={"topic": "x"}, headers=far) == 403


def what_is_not_seen_does_not_exist(rig):
    server = started(rig)
    recordings(server)
    for camera in ("front", "yard"):
        people.post(server, camera, ADMIN, topic="trigger", label=camera)
    name = "playback_front"
    listed = people.get(server, "/api/v1/cameras", name)
    assert [c["name"] for c in listed["cameras"]] == ["front"] and not listed["nodes"], listed
    seen = people.get(server, "/api/v1/events", name)["events"]
    assert {e["camera"] for e in seen} == {"front"}, seen
    assert {e["camera"] for e in people.get(server, "/api/v1/events", "playback_all")["events"]} == {"front", "yard"}
    for url in ("/api/v1/cameras/{}", "/api/v1/events?camera={}", "/api/v1/recordings?camera={}", "/api/v1/cameras/{}/snapshot.jpg",
                "/video_feed?camera={}", "/api/v1/events/stream?camera={}"):
        answers = []
        for camera in ("yard", "none"):
            connection, response = people.ask(server, url.format(camera), name)
            with contextlib.closing(connection):
                answers.append((response.status, response.read()))
        assert answers[0] == answers[1] and answers[0][0] == 404, f"{url}: {answers}"


def who_leaves_the_configuration_is_out_at_once(rig):
    server = started(rig)
    stream = people.Stream(rig, server, "?topic=trigger", "control_front")
    people.post(server, "yard", ADMIN, topic="trigger", label="hidden")
    people.post(server, "front", ADMIN, topic="trigger", label="seen")
    assert [e["label"] for e in stream.wait(1, "trigger")] == ["seen"]
    path = rig.folder / "config-0.yaml"
    text = path.read_text()
    path.write_text(re.sub(r"  control_front: .*\n", "", text))
    server.process.send_signal(signal.SIGHUP)
    assert stream.has_ended.wait(20 * harness.SLOW), "the stream goes on"
    assert people.status(server, "/api/v1/cameras/front", "control_front") == 401
    assert people.status(server, "/api/v1/cameras/front", "control_all") == 200
    people.post(server, "front", ADMIN, topic="trigger", label="later")
    assert [e["label"] for e in stream.told("trigger")] == ["seen"]


def passwords_are_not_logged(rig):
    server = started(rig)
    path = rig.folder / "config-0.yaml"
    path.write_text("server: {log_level: debug}\n" + path.read_text())
    server.process.send_signal(signal.SIGHUP)
    wrong = "hunter2-and-more"
    for name in ("view_all", "nobody", "x:y"):
        connection, response = people.ask(server, "/api/v1/cameras", headers=people.login(name, wrong))
        with contextlib.closing(connection):
            assert response.status == 401 and "Basic" in response.getheader("WWW-Authenticate")
            assert wrong.encode() not in response.read()
    assert people.status(server, "/api/v1/cameras", "view_all") == 200
    log = server.log()
    assert 'refused a login as "' in log
    for secret in (wrong, people.HASH, *(people.login(n, p)["Authorization"].split()[1] for n in ("view_all", "nobody") for p in (wrong, "x"))):
        assert secret not in log, secret


if __name__ == "__main__":
    raise SystemExit(harness.main(
        each_role_may_what_the_document_says,
        other_methods_need_no_less,
        nobody_in_particular_may_what_the_configuration_says,
        without_users_who_is_near_may_control,
        what_is_not_seen_does_not_exist,
        who_leaves_the_configuration_is_out_at_once,
        passwords_are_not_logged,
    ))
