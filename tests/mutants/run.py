#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""run.py FOLDER: applies the mutants of list.txt one at a time, in a copy of the tree in FOLDER, and has the tests that
each names run. A mutant dies when one of them fails, crashes or does not end in time. At least 95 % have to; those that
live are shown with what a user would have seen. Every tenth is tried; CAM_MUTANTS=all: all; CAM_MUTANTS=WORD,WORD...: those
whose file or line has one of these words."""
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
DEMANDED = 95
EACH = 10
OPTIONS = ["-q", "--enable-asserts", "CFLAGS=-O0"]
LEFT_OUT = {".git", ".cache", "build", "recordings", "autom4te.cache", "__pycache__", "node_modules"}


@dataclasses.dataclass
class Mutant:
    line: int  # in the list
    file: str
    old: str = ""
    new: str = ""
    seen: str = ""  # what a user would see
    tests: tuple = ()

    def __str__(self):
        return f"list.txt:{self.line}: {self.file}: {self.old.strip()}  =>  {self.new.strip() or '(nothing)'}"


def read_list(text):
    """Each mutant is a file and four lines: "- what stands there", "+ what then does", "? what a user would see" and
    "! the tests that notice". A file holds for all that follow it."""
    mutants, file = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        mark, _, rest = line.partition(" ")
        if mark == "-":
            mutants.append(Mutant(number, file, old=rest))
        elif mark == "+":
            mutants[-1].new = rest
        elif mark == "?":
            mutants[-1].seen = rest
        elif mark == "!":
            mutants[-1].tests = tuple(rest.split())
        else:
            file = line.strip()
    return mutants


def mistakes(mutants):
    """What is wrong with the list, so that it follows the code."""
    for m in mutants:
        path = TOP / m.file
        times = path.read_text().count(m.old) if path.is_file() else -1
        if times < 0:
            yield f"{m}: there is no such file"
        elif times != 1 or not m.old:
            yield f"{m}: stands there {times} times, not once"
        elif m.old == m.new:
            yield f"{m}: changes nothing"
        elif not m.tests or not m.seen:
            yield f"{m}: names no test, or not what a user would see"


def copy_tree(to):
    """Only what differs is written, so that make has little to do. @return the names of what was"""
    written = set()
    for folder, folders, files in os.walk(TOP):
        here = to / os.path.relpath(folder, TOP)
        folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith("build-")]
        if folder == str(TOP):
            folders.append("build-aux")
        here.mkdir(parents=True, exist_ok=True)
        for name in files:
            source, target = pathlib.Path(folder, name), here / name
            if source.is_symlink() or (target.exists() and target.read_bytes() == source.read_bytes()):
                continue
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
            written.add(name)
    return written


def make(build, targets, **more):
    jobs = f"-j{os.cpu_count()}"
    return subprocess.run(["make", "-s", "-C", str(build), jobs, *targets], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **more)


def prepare(folder):
    tree, build = folder / "tree", folder / "build"
    written = copy_tree(tree)
    # The order of copying says nothing of ages: these are made of the others.
    if any(name.endswith((".mk", ".am", ".ac", ".in", ".m4")) or name == "configure" for name in written):
        for name in ("aclocal.m4", "configure", "Makefile.in"):
            os.utime(tree / name)
    build.mkdir(exist_ok=True)
    if not (build / "Makefile").exists():
        subprocess.run([str(tree / "configure"), *OPTIONS], cwd=build, check=True)
    return tree, build


class Runner:
    def __init__(self, tree, build):
        self.tree, self.build, self.took = tree, build, {}
        self.env = dict(os.environ, top_srcdir=str(tree), top_builddir=str(build))

    def build_tests(self, tests):
        return make(self.build, [name for name in tests if "/" not in name])

    def run(self, name, seconds):
        """@return why it has failed, None: it passes. Nothing more is heard of it after the first failure."""
        command = ["/usr/bin/python3", str(self.tree / name)] if name.endswith(".py") else [str(self.tree / name) if "/" in name else f"./{name}"]
        test = subprocess.Popen(command, cwd=self.build, env=self.env, stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, errors="replace", start_new_session=True)
        late = threading.Event()

        def end():
            late.set()
            os.killpg(test.pid, signal.SIGKILL)

        alarm = threading.Timer(seconds, end)
        alarm.start()
        planned, ran, why = None, 0, None
        for line in test.stdout:
            if line.startswith("1.."):
                planned = int(line[3:].split()[0])
            ran += line.startswith(("ok ", "not ok "))
            if line.startswith(("not ok ", "Bail out!")):
                why = line.strip()
                break
        if why:
            os.killpg(test.pid, signal.SIGKILL)
        code = test.wait()
        alarm.cancel()
        test.stdout.close()
        if why or late.is_set():
            return why or "does not end"
        return None if code == 0 and planned == ran else f"ends with {code} after {ran} of {planned} tests"

    def baseline(self, tests):
        """How long the tests take with nothing changed. @return what fails already"""
        for name in sorted(tests):
            for _ in range(3):  # a machine with much else to do may be late once
                began = time.monotonic()
                why = self.run(name, 300)
                self.took[name] = time.monotonic() - began
                if not why:
                    break
            if why:
                yield f"{name} fails with nothing changed: {why}"

    def try_mutant(self, m):
        """@return (whether it died, a word about it)"""
        path = self.tree / m.file
        text = path.read_text()
        path.write_text(text.replace(m.old, m.new))
        try:
            built = self.build_tests(m.tests)
            if built.returncode:
                return None, built.stdout
            for name in m.tests:
                why = self.run(name, 5 + 4 * self.took[name])
                if why:
                    return True, f"{name}: {why}"
            return False, ""
        finally:
            path.write_text(text)


def chosen(mutants):
    which = os.environ.get("CAM_MUTANTS", "")
    if which == "all":
        return mutants
    if which:
        return [m for m in mutants if any(word in m.file or word in m.old for word in which.split(","))]
    return mutants[::EACH]


def main():
    mutants = read_list((HERE / "list.txt").read_text())
    wrong = list(mistakes(mutants))
    if wrong:
        print(*wrong, sep="\n")
        return 1
    folder = pathlib.Path(sys.argv[1]).resolve()
    tree, build = prepare(folder)
    todo = chosen(mutants)
    tests = {name for m in todo for name in m.tests}
    runner = Runner(tree, build)
    built = make(build, ["all", *(name for name in tests if "/" not in name)])
    failing = ["\n".join(built.stdout.splitlines()[-60:])] if built.returncode else list(runner.baseline(tests))
    if failing:
        print(*failing, sep="\n")
        return 1
    lived, broken = [], []
    for m in sorted(todo, key=lambda m: m.file):
        began = time.monotonic()
        died, word = runner.try_mutant(m)
        what = "dies" if died else "LIVES" if died is False else "IS NO C"
        print(f"{what} {time.monotonic() - began:.1f} s {m}  {word.strip()}", flush=True)
        if died is None:
            broken.append(m)
        elif not died:
            lived.append(m)
    killed = len(todo) - len(lived) - len(broken)
    print("--- figures")
    for m in lived:
        print(f"lives: {m}\n       a user would see: {m.seen}")
    for m in broken:
        print(f"does not build: {m}")
    print(f"{killed} of {len(todo)} mutants die ({100 * killed / len(todo):.1f} %), of {len(mutants)} there are")
    return 0 if killed * 100 >= DEMANDED * len(todo) and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
