#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""coverage.py FOLDER: the line coverage of a build with gcc's --coverage whose tests have run, folder by folder of lib, core
and plugins, then the least covered files. Fails when a folder has less than is demanded."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ("lib/", "core/", "plugins/")
DEMANDED = 90
LEAST = 20  # files that are listed


def is_test(name):
    file = pathlib.PurePath(name).name
    return (file.startswith("test_") and file != "test_in.c") or "/test/" in name


def gcov(notes):
    """What gcov tells of objects, a document each. An object that was never loaded has no counts: all its lines are 0."""
    out = subprocess.run(["gcov", "--json-format", "--stdout", *notes], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]


def counted(build):
    """{file: {line: how often}}; a file that stands in several programs has the sum of them."""
    notes = sorted(str(path) for path in build.rglob("*.gcno"))
    batches = [notes[i : i + 16] for i in range(0, len(notes), 16)]
    files = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for documents in pool.map(gcov, batches):
            for document in documents:
                add(files, document)
    return files


def is_stale(sources, notes):
    """Whether an object is a left-over: its source has moved, or another object is made of what it is now."""
    made = os.path.getmtime(notes)
    return any(not os.path.exists(source) or os.path.getmtime(source) > made for source in sources)


def add(files, document):
    where = document["current_working_directory"]
    if is_stale([os.path.join(where, entry["file"]) for entry in document["files"]], document["data_file"]):
        return
    for entry in document["files"]:
        name = os.path.relpath(os.path.join(where, entry["file"]), TOP)
        if not name.startswith(SHIPPED) or is_test(name):
            continue
        lines = files.setdefault(name, {})
        for line in entry["lines"]:
            lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]


def share(lines):
    return 100 * sum(map(bool, lines)) / len(lines) if lines else 100


def ranges(numbers):
    """[1, 2, 3, 7] as "1-3 7"."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def main():
    files = {name: lines for name, lines in counted(pathlib.Path(sys.argv[1]).resolve()).items() if lines}
    folders, failed = {}, []
    for name, lines in files.items():
        folders.setdefault(os.path.dirname(name), []).extend(lines.values())
    folders["all"] = [count for lines in files.values() for count in lines.values()]
    print("--- figures")
    print(f"{'folder':<30} {'lines':>6} {'covered':>8} {'per cent':>9}")
    for name, lines in sorted(folders.items(), key=lambda folder: (folder[0] == "all", folder[0])):
        print(f"{name:<30} {len(lines):>6} {sum(map(bool, lines)):>8} {share(lines):>9.1f}")
        if share(lines) < DEMANDED:
            failed.append(f"{name}: {share(lines):.1f} % of the lines are run by tests, less than {DEMANDED} %")
    print("the least covered files, and their lines that no test runs:")
    for name, lines in sorted(files.items(), key=lambda file: share(file[1].values()))[:LEAST]:
        print(f"{name} {share(lines.values()):.1f}: {ranges(sorted(n for n, count in lines.items() if not count))}")
    print(*failed, sep="\n")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
