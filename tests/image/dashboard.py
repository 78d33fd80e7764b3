#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Does the server have every metric and label that the Grafana dashboard asks for?

    curl -s http://127.0.0.1:5000/metrics | tests/image/dashboard.py
"""
import json
import pathlib
import re
import sys

DASHBOARD = pathlib.Path(__file__).resolve().parents[2] / "docker/grafana-dashboard.json"


def main():
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = [t["expr"] for panel in board["panels"] for t in panel["targets"]]
    labels = {}
    for name, inner in re.findall(r"^(cam_\w+)(?:\{(.*)\})? \S+$", sys.stdin.read(), re.M):
        labels[name] = {"instance", *re.findall(r'(\w+)="', inner)}
    wrong = []
    for expr in asked:
        for name, inner in re.findall(r"\b(cam_\w+)\{([^}]*)\}", expr):
            missing = set(re.findall(r"(\w+)=", inner)) - labels.get(name, set())
            if name not in labels or missing:
                wrong.append(f"{name} has no {', '.join(sorted(missing)) or 'samples'}")
    for line in wrong:
        print(line)
    spots = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(spots)) == len(spots) and len({p["id"] for p in board["panels"]}) == len(spots)
    print(f"{len(asked)} expressions")
    return 1 if wrong or not asked else 0


if __name__ == "__main__":
    raise SystemExit(main())
