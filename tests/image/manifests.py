#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Are the Kubernetes manifests objects of the API? Each file is read into the types of Debian's python3-kubernetes; a key
that a type does not have, a value of another kind, and references that lead nowhere are errors. In TAP.

    manifests.py [CAM_SERVER]     also checks the configuration of a ConfigMap with this binary
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml
from kubernetes import client

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docker/kubernetes"
PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object, "datetime": str}
KINDS = {"Secret": "V1Secret", "Service": "V1Service", "ConfigMap": "V1ConfigMap", "StatefulSet": "V1StatefulSet"}


def wrong(value, kind, path):
    """What does not fit the type, as sentences."""
    inner = re.fullmatch(r"(list\[|dict\(str, )(.*)[\])]", kind)
    if inner and inner[1] == "list[":
        if not isinstance(value, list):
            return [f"{path}: is no list"]
        return [w for i, v in enumerate(value) for w in wrong(v, inner[2], f"{path}[{i}]")]
    if inner:
        if not isinstance(value, dict):
            return [f"{path}: is no mapping"]
        return [w for k, v in value.items() for w in wrong(v, inner[2], f"{path}.{k}")]
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind]) and not (kind == "int" and isinstance(value, bool))
        return [] if good else [f"{path}: {value!r} is no {kind}"]
    return wrong_object(value, getattr(client, kind), path)


def wrong_object(value, model, path):
    if not isinstance(value, dict):
        return [f"{path}: is no mapping"]
    names = {outside: name for name, outside in model.attribute_map.items()}
    found = [f"{path}.{key}: {model.__name__} has no such key" for key in value if key not in names]
    for key, v in value.items():
        if key in names:
            found += wrong(v, model.openapi_types[names[key]], f"{path}.{key}")
    if found:
        return found
    try:  # what the type itself refuses: required keys that are missing, values that are not among its own
        model(**{names[k]: v for k, v in value.items()})
    except ValueError as problem:
        found.append(f"{path}: {problem}")
    return found


def dangling(objects):
    """References within one file that lead nowhere."""
    there = {(o["kind"], o["metadata"]["name"]) for o in objects}
    for o in objects:
        if o["kind"] != "StatefulSet":
            continue
        pod = o["spec"]["template"]["spec"]
        volumes = {v["name"] for v in pod["volumes"]} | {v["metadata"]["name"] for v in o["spec"]["volumeClaimTemplates"]}
        wanted = [("Service", o["spec"]["serviceName"])]
        wanted += [("Secret", v["secret"]["secretName"]) for v in pod["volumes"] if "secret" in v]
        wanted += [("ConfigMap", v["configMap"]["name"]) for v in pod["volumes"] if "configMap" in v]
        wanted += [("Secret", e["secretRef"]["name"]) for c in pod["containers"] for e in c.get("envFrom", [])]
        yield from (f"there is no {kind} {name}" for kind, name in wanted if (kind, name) not in there)
        for c in pod["containers"]:
            yield from (f"there is no volume {m['name']}" for m in c["volumeMounts"] if m["name"] not in volumes)
            ports = {p["name"] for p in c["ports"]}
            probes = (c["startupProbe"], c["livenessProbe"], c["readinessProbe"])
            yield from (f"there is no port {p['httpGet']['port']}" for p in probes if p["httpGet"]["port"] not in ports)
        labels = o["spec"]["template"]["metadata"]["labels"]
        selectors = [o["spec"]["selector"]["matchLabels"]]
        selectors += [s["spec"]["selector"] for s in objects if s["kind"] == "Service"]
        yield from (f"{s} selects no pod" for s in selectors if not s.items() <= labels.items())


def careless(objects):
    """Pods without what this project promises of them."""
    for o in objects:
        if o["kind"] != "StatefulSet":
            continue
        pod = o["spec"]["template"]["spec"]
        if not pod["securityContext"].get("runAsNonRoot"):
            yield "the pod may run as root"
        if not any(v.get("emptyDir", {}).get("medium") == "Memory" for v in pod["volumes"]):
            yield "/dev/shm is not in memory"
        if o["spec"]["template"]["metadata"]["annotations"].get("prometheus.io/scrape") != "true":
            yield "Prometheus does not find it"
        for c in pod["containers"]:
            s = c["securityContext"]
            if s["allowPrivilegeEscalation"] or not s["readOnlyRootFilesystem"] or s["capabilities"]["drop"] != ["ALL"]:
                yield f"{c['name']} is not locked down"
            if not {"requests", "limits"} <= c["resources"].keys():
                yield f"{c['name']} has no bounds"


def refused(objects, binary):
    """What cam_server says against the files of ConfigMaps, with the Secrets as environment."""
    secrets = {k: v for o in objects if o["kind"] == "Secret" for k, v in o["stringData"].items()}
    for o in objects:
        for text in o["data"].values() if o["kind"] == "ConfigMap" else ():
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(text)
                file.flush()
                os.chmod(file.name, 0o644)  # for another user in a container
                done = subprocess.run([binary, "--check", "-c", file.name], env={**os.environ, **secrets}, text=True,
                    stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, timeout=30, check=False)
            if done.returncode:
                yield done.stderr


def check(path, binary):
    with open(path, encoding="utf-8") as file:
        objects = list(yaml.safe_load_all(file))
    found = []
    for o in objects:
        found += wrong_object(o, getattr(client, KINDS[o["kind"]]), o["kind"])
    if not found:
        found += [*dangling(objects), *careless(objects), *(refused(objects, binary) if binary else ())]
    return found


def main():
    paths = sorted(FOLDER.glob("*.yaml"))
    failed = 0
    print(f"1..{len(paths)}")
    for i, path in enumerate(paths, 1):
        found = check(path, sys.argv[1] if sys.argv[1:] else None)
        for line in found:
            print("#", line)
        failed += bool(found)
        print(f"{'not ' if found else ''}ok {i} - {path.name} is of the API's types")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    raise SystemExit(main())
