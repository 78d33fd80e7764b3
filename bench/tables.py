# SPDX-License-Identifier: MIT
"""What a benchmark found, as text and as Markdown."""
import dataclasses

import measure

OURS = "cam_server"
CPU = "ms of CPU a second"
RATIO = "ratio: median"  # the column of ours by theirs


@dataclasses.dataclass
class Line:
    """One side: its values, and how ours compare to them."""
    side: str
    values: list
    ratios: list = ()  # ours by theirs, pair by pair
    bar: float = 0  # that the median ratio must not exceed; 0: none
    note: str = ""
    limits: dict = dataclasses.field(default_factory=dict)  # {column: bar} of the values themselves

    def over(self):
        found = [] if not self.bar or measure.median(self.ratios) <= self.bar else ["ratio"]
        return found + [c for c, limit in self.limits.items() if COLUMNS[c](self.values) > limit]


@dataclasses.dataclass
class Table:
    title: str
    unit: str  # and of what, if need be
    lines: list
    columns: tuple = ("min", "median", "max")


COLUMNS = {
    "min": min,
    "median": measure.median,
    "p95": lambda values: measure.quantile(values, 0.95),
    "p99": lambda values: measure.quantile(values, 0.99),
    "max": max,
    "value": lambda values: values[0],
}


def number(value):
    """Three digits that count."""
    if value == int(value):
        return f"{value:.0f}"
    for limit, digits in ((100, 0), (10, 1), (1, 2), (0, 3)):
        if value >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.2f}"


ENOUGH = 0.9  # of the work, to be compared


def keeps_up(work, whole=0):
    """{side: whether}. work: {side: how much it has done in its time} @param whole how much there was; 0: as the one that did most"""
    return {side: done >= ENOUGH * (whole or max(work.values())) for side, done in work.items()}


def compare(title, found, bars, work, notes=(), whole=0):
    """A table of {side: ms of CPU a second}, with ratios of ours to each of the others, of those that had the time for their work."""
    notes, up, lines = dict(notes), keeps_up(work, whole), []
    for side, values in found.items():
        note = notes.get(side, "") + ("" if up[side] else ", had not the time for its work")
        if side == OURS or not (up[side] and up[OURS]):
            lines.append(Line(side, values, note=note))
        else:
            lines.append(Line(side, values, measure.ratios(found[OURS], values), bars.get(side, 0), note))
    return Table(title, CPU, lines)


def bar_of(line):
    return ", ".join([f"{line.bar:.2f}"] * bool(line.bar) + [f"{c} {number(limit)}" for c, limit in line.limits.items()])


def cells(table):
    """The head and the lines, each a list of strings."""
    compared = any(line.ratios for line in table.lines)
    barred = any(bar_of(line) for line in table.lines)
    noted = any(line.note for line in table.lines)
    yield ["side", *table.columns] + ["ratio: min", RATIO, "ratio: max"] * compared + ["bar"] * barred + [""] * noted
    for line in table.lines:
        row = [line.side] + [number(COLUMNS[c](line.values)) for c in table.columns]
        if compared:
            row += [f"{f(line.ratios):.2f}" if line.ratios else "" for f in (min, measure.median, max)]
        yield row + [bar_of(line)] * barred + [line.note] * noted


def text(name, table):
    rows = list(cells(table))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    out = [f"{name}: {table.title}, {table.unit}"]
    for row in rows:
        first, *rest = row
        last = [rest.pop()] if rows[0][-1] == "" else []
        out.append("  " + "  ".join([first.ljust(widths[0])] + [c.rjust(w) for c, w in zip(rest, widths[1:])] + last).rstrip())
    for line in table.lines:
        out += [f"  OVER THE BAR: {line.side}, {what}" for what in line.over()]
    return "\n".join(out)


def markdown(table):
    rows = list(cells(table))
    note = rows[0][-1] == ""
    align = ["---"] + ["--:"] * (len(rows[0]) - 1 - note) + ["---"] * note
    title = table.title[0].upper() + table.title[1:]
    return "\n".join([f"{title}, {table.unit}:", "", *(f"| {' | '.join(row)} |" for row in (rows[0], align, *rows[1:]))])


def read_markdown(text):
    """The cells of the lines of all tables in it."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines if set("".join(line)) - set("-: ")]
