"""Counts the function calls of reading, running and differentiating a product of n variables, for n and for 10 n."""

from __future__ import annotations

import json
import sys

from gradcli import parse, record

SMALL = 10_000


def calls(size: int) -> tuple[int, int]:
    """The calls of Python and C functions, and the nodes of the graph."""
    names = [f"x{i}" for i in range(size)]
    text, values = "*".join(names), dict.fromkeys(names, 1.0)
    count = 0

    def hook(frame: object, event: str, argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    sys.setprofile(hook)
    tape = record(parse(text), values)
    sys.setprofile(None)
    assert tape.gradient == values
    return count, len(tape.graph)


def main() -> None:
    """Print the counts."""
    calls(10)  # loads and caches what is loaded and cached once
    small, small_nodes = calls(SMALL)
    large, large_nodes = calls(10 * SMALL)
    rows: list[list[object]] = [
        [f"calls, {SMALL:,} variables", small, None],
        [f"calls, {10 * SMALL:,} variables", large, None],
        ["growth of the calls", round(large / small, 3), 10.01],
        [f"nodes, {SMALL:,} variables", small_nodes, 2 * SMALL - 1],
        [f"nodes, {10 * SMALL:,} variables", large_nodes, 20 * SMALL - 1],
    ]
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
