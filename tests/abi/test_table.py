#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The layout of the plugin ABI is what table.txt says, version by version, and each version only adds to the one before.

With UPDATE=1 in the environment the section of today's version is written anew. See README.md here."""
import os
import pathlib
import re
import struct
import subprocess
import sys

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("top_builddir") or TOP / "build").resolve()
TABLE = TOP / "tests/abi/table.txt"
FROZEN = ("1.0", "1.1", "1.2")  # Those with a folder here.


def printed(program):
    return subprocess.run([BUILD / f"abi-table-{program}"], stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()


def sections(text):
    """{"1.0": text of the section}, in order"""
    parts = re.split(r"^(?=version )", text, flags=re.M)
    return {part.split()[1]: part for part in parts if part}


def parsed(section):
    """({struct: (size, align, [(member, offset, size)])}, {constant: value})"""
    structs, constants, members = {}, {}, None
    for line in section.splitlines()[1:]:
        words = line.split()
        if words[0] == "struct":
            members = []
            structs[words[1]] = int(words[2]), int(words[3]), members
        elif line.startswith("  "):
            members.append((words[0], int(words[1]), int(words[2])))
        elif len(words) == 2:
            constants[words[0]] = int(words[1])
    return structs, constants


def gaps(section):
    """No member is forgotten: between two there is alignment only, and no struct but those that stay ends in padding."""
    for name, (size, align, members) in parsed(section)[0].items():
        at = 0
        for member, offset, length in [*members, ("its end", size, 0)]:
            slack = offset - at
            if slack < 0 or slack >= align:
                yield f"{name}: {slack} bytes before {member} are of no member in table.c"
            if slack and member == "its end" and name not in ("cam_plane",):
                yield f"{name} ends in {slack} bytes of padding, in which the next member would lie"
            at = offset + length


def growth(old, new):
    """What the later section has changed or lost."""
    (old_structs, old_constants), (structs, constants) = parsed(old), parsed(new)
    for name, (size, align, members) in old_structs.items():
        if name not in structs:
            yield f"struct {name} is gone"
            continue
        new_size, new_align, new_members = structs[name]
        if new_members[: len(members)] != members:
            yield f"struct {name}: a member has moved, has another size or is gone"
        if any(offset < size for _, offset, _ in new_members[len(members) :]):
            yield f"struct {name}: a new member lies where the older struct had room already"
        if new_size < size or new_align != align:
            yield f"struct {name} is shorter, or aligned otherwise"
        if new_size != size and name in ("cam_plane", "cam_why"):
            yield f"struct {name} has no size and cannot grow"
    for name, value in old_constants.items():
        if constants.get(name) != value:
            yield f"{name} is {constants.get(name)} and was {value}"


def compared(committed, now, version):
    if version not in committed:
        return [f"no section {version} in table.txt; see README.md in tests/abi"]
    a, b = committed[version].splitlines(), now.splitlines()
    return [f"{x!r} in table.txt, {y!r} now" for x, y in zip(a, b) if x != y] + (
        ["table.txt has another number of lines"] if len(a) != len(b) else []
    )


def update(committed, now, version):
    if version in FROZEN:
        return
    committed[version] = now
    TABLE.write_text("".join(committed.values()))


def tests(committed, now, version):
    yield f"today's header is section {version}, the last one", (
        compared(committed, now, version) + ([] if version == list(committed)[-1] else ["it is not the last one"]))
    for old in FROZEN:
        yield f"the frozen header {old} is its section", compared(committed, printed(old), old)
    for name, section in committed.items():
        yield f"{name}: members fill the structs", list(gaps(section))
    for (a, old), (b, new) in zip(list(committed.items()), list(committed.items())[1:]):
        yield f"{b} only adds to {a}", list(growth(old, new))


def main():
    if struct.calcsize("P") != 8:
        print("1..0 # SKIP the table is of 64-bit machines")
        return 0
    now = printed("now")
    version = now.split()[1]
    committed = sections(TABLE.read_text())
    if os.environ.get("UPDATE"):
        update(committed, now, version)
    results = list(tests(committed, now, version))
    print(f"1..{len(results)}")
    for number, (name, wrong) in enumerate(results, 1):
        for line in wrong:
            print("#", line)
        print(f"{'not ' if wrong else ''}ok {number} - {name}")
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
