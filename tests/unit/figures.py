#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Figures: README quotes what doc/performance.md has, that is what bench/run prints, and bench/run counts what it says."""
import os
import pathlib
import re
import subprocess
import sys
import traceback

TOP = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / folder) for folder in ("bench", "tests/system", "tests/tools")]
import document  # noqa: E402
import measure  # noqa: E402
import tables  # noqa: E402

NUMBER = r"\d+(?:[.,]\d+)*"
COST = "## What it costs\n"
README = (TOP / "README.md").read_text()
PAGE = (TOP / "doc/performance.md").read_text()


def numbers(text):
    return set(re.findall(NUMBER, text))


def readme_s_tables_are_what_bench_run_makes_of_the_page():
    assert README == document.with_quotes(README, PAGE), "run bench/run --readme"
    quoted = tables.read_markdown(document.quotes(PAGE))
    assert len(quoted) > 8, f"README quotes nothing: {quoted}"
    for what, *_, figure in quoted:
        row = re.search(r"performance\.md#(\w+)", what)
        assert not row or numbers(figure) <= numbers(document.benched(PAGE)[row[1]]), f"{what}: {figure}"


def readme_s_other_figures_of_cost_stand_in_the_page():
    section = README.split(COST, 1)[1].split("\n## ", 1)[0]
    prose = "\n".join(line for line in section.splitlines() if not line.startswith("|"))
    assert numbers(prose) <= numbers(PAGE), f"not in the page: {numbers(prose) - numbers(PAGE)}"
    found = re.findall(rf"{NUMBER} ?(?:ns|µs|ms|MiB|KiB|Mbit/s|% of a core)(?!\w)", README.replace(section, ""))
    assert not found, f"figures of cost outside their section: {found}"


def bench_run_knows_each_row():
    done = subprocess.run([sys.executable, TOP / "bench/run", "--list"], stdout=subprocess.PIPE, check=True, timeout=60)
    listed = [line.split()[0] for line in done.stdout.decode().splitlines()]
    assert list(document.benched(PAGE)) == listed, f"the page has {list(document.benched(PAGE))}, bench/run {listed}"


def cpu_time_of_children_that_have_ended_counts():
    """A shell starts a child that works and ends, waits for it, and then stays."""
    work = "import time\nwhile time.process_time() < 0.3: pass"
    shell = subprocess.Popen(["/bin/sh", "-c", '"$1" -c "$2"; echo done; read line', "sh", sys.executable, work],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert shell.stdout.readline() == b"done\n"
    assert measure.tree(shell.pid) == [shell.pid]
    counted = measure.cpu_seconds(shell.pid)
    shell.communicate()
    assert counted >= 0.28, f"{counted:.3f} s of 0.3 s"


def cpu_time_of_children_that_work_counts():
    work = "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True)\ninput()"
    shell = subprocess.Popen(["/bin/sh", "-c", '"$1" -c "$2"; true', "sh", sys.executable, work],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert shell.stdout.readline() == b"done\n"
    assert len(measure.tree(shell.pid)) == 2
    counted = measure.cpu_seconds(shell.pid)
    shell.communicate(b"\n")
    assert counted >= 0.3, f"{counted:.3f} s of 0.3 s"


def of_several_values_the_right_ones_are_told():
    values = [float(i) for i in range(1, 101)]
    assert measure.quantile(values, 0.95) == 95 and measure.quantile(values, 0.99) == 99 and measure.quantile([7], 0.99) == 7
    assert measure.median([3, 1, 2]) == 2 and measure.median([4, 1, 2, 3]) == 2.5
    assert [tables.number(v) for v in (1234, 45.67, 3.456, 0.12345, 0)] == ["1234", "45.7", "3.46", "0.123", "0"]


def a_bar_that_is_not_kept_is_told():
    found, work = {tables.OURS: [3.0, 2.0, 1.0], "other": [2.0, 2.0, 2.0]}, {tables.OURS: 10, "other": 10}
    table = tables.compare("a table", found, {"other": 0.9}, work)
    assert "OVER THE BAR: other, ratio" in tables.text("row", table)
    assert "| other | 2 | 2 | 2 | 0.50 | 1.00 | 1.50 | 0.90 |" in tables.markdown(table)
    assert not any(line.over() for line in tables.compare("a table", found, {"other": 1.0}, work).lines)


def who_had_not_the_time_for_its_work_is_not_compared():
    found = {tables.OURS: [1.0], "slow": [1.0], "other": [1.0]}
    lines = tables.compare("a table", found, {}, {tables.OURS: 10, "slow": 8, "other": 9.5}).lines
    assert [bool(line.ratios) for line in lines] == [False, False, True] and "had not the time" in lines[1].note
    lines = tables.compare("a table", found, {}, {tables.OURS: 8, "slow": 10, "other": 9.5}).lines
    assert not any(line.ratios for line in lines) and "had not the time" in lines[0].note


TESTS = (
    readme_s_tables_are_what_bench_run_makes_of_the_page, readme_s_other_figures_of_cost_stand_in_the_page, bench_run_knows_each_row,
    cpu_time_of_children_that_have_ended_counts, cpu_time_of_children_that_work_counts,
    of_several_values_the_right_ones_are_told, a_bar_that_is_not_kept_is_told,
    who_had_not_the_time_for_its_work_is_not_compared,
)


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}")
        except Exception:  # whatever it was, the next test runs
            print("\n".join(f"# {line}" for line in traceback.format_exc().splitlines()))
            print(f"not ok {number} - {test.__name__}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
