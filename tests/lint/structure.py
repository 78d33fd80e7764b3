# SPDX-License-Identifier: MIT
"""What C files declare, define and use, found without a compiler: enough for rules about where things stand."""
import re

NO_FUNCTION = r"_Static_assert|static_assert|_Alignas"
BRANCH = re.compile(r"\b(?:if|for|while|case)\b|&&|\|\||\?")


def bare(text):
    """Without comments and strings, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)


def code(text):
    """Bare, and without what the preprocessor reads, lines kept."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m[0].count("\n"), bare(text), flags=re.M)


def parts(text):
    """(head, body, line) of each statement outside functions: body is None for a declaration."""
    text = code(text)
    depth, start, opened = 0, 0, None
    for match in re.finditer(r"[{};]", text):
        mark, at = match[0], match.start()
        if mark == "{":
            if depth == 0 and re.fullmatch(r'\s*extern\s*', text[start:at]):
                start = at + 1
                continue
            if depth == 0:
                opened = at
            depth += 1
        elif mark == "}":
            depth = max(depth - 1, 0)
            if depth == 0 and opened is not None and function(text[start:opened]):
                head = text[start:opened]
                yield head, text[opened:at + 1], text.count("\n", 0, start + len(head) - len(head.lstrip())) + 1
                start, opened = at + 1, None
        elif depth == 0:
            head = text[start:at]
            yield head, None, text.count("\n", 0, start + len(head) - len(head.lstrip())) + 1
            start, opened = at + 1, None


def function(head):
    """The name of the function that head declares, if it does."""
    if re.search(r"[={]", head) or re.match(r"\s*typedef\b", head):
        return None
    match = re.search(r"(\w+)\s*\((?!\s*\*)", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head, flags=re.S))
    return match[1] if match and not re.fullmatch(NO_FUNCTION, match[1]) else None


def is_static(head):
    return re.search(r"\bstatic\b", head) is not None


def complexity(body):
    return 1 + len(BRANCH.findall(body))


def circles(edges):
    """The sets of nodes that reach each other; edges: {node: nodes}."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for to in sorted(edges.get(node, ())):
            if to not in index:
                visit(to)
                low[node] = min(low[node], low[to])
            elif to in stack:
                low[node] = min(low[node], index[to])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found
