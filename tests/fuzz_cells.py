"""Every feature in every command: a random program has one answer by every way in and in both modes, or is refused with a reason.

A short run is part of the tests of the language. A long one by hand: ``python tests/fuzz_cells.py SEED COUNT``.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

from commandline import command
from fuzz_programs import VARIABLES, Programs

REFUSALS = {2, 3, 4}
"""Exit codes of a refusal that says why."""


def used(text: str) -> list[str]:
    """The values of the variables that a program has."""
    return [word for name, value in VARIABLES.items() if name in text for word in (f"--{name}", str(value))]


def numbers(text: str) -> list[float]:
    """The numbers that ``-q`` prints, one a line; lines of texts are what the program prints."""
    return [float(line) for line in text.splitlines() if line and "=" not in line and " " not in line]


def answers(text: str, folder: Path) -> Iterator[tuple[str, int, list[float]]]:
    """Value and gradient of a program by each way: what the way is, the exit code, and the numbers."""
    file = folder / "program.grad"
    file.write_text(text, "utf-8")
    values = used(text)
    ways: dict[str, tuple[list[str], bytes]] = {"argument": (["eval", text, *values, "-q"], b"")}
    ways["file"] = (["eval", "-f", str(file), *values, "-q"], b"")
    ways["stdin"] = (["eval", "-", *values, "-q"], text.encode())
    ways["run -e"] = (["run", "-e", text, *values, "-q"], b"")
    ways["run -f"] = (["run", "-f", str(file), *values, "-q"], b"")
    for level in "012":
        ways[f"static {level}"] = (["eval", text, *values, "-q", "--mode", "static", "--optimize", level], b"")
    ways["run static"] = (["run", str(file), *values, "-q", "--mode", "static"], b"")
    for way, (arguments, stdin) in ways.items():
        code, out, _ = command(arguments, stdin)
        yield way, code, numbers(out) if code == 0 else []
    code, out, _ = command(["eval", text, *values, "--json"])
    document = json.loads(out) if code == 0 else {}
    yield "json", code, [float(value or 0) for value in (document["value"], *document["grad"].values())] if code == 0 else []
    rows = folder / "rows.jsonl"
    rows.write_text(json.dumps({name: value for name, value in VARIABLES.items() if name in text}), "utf-8")
    for mode in ("dynamic", "static") if values else ():
        code, out, _ = command(["run", "-e", text, "--feed", str(rows), "--mode", mode])
        row = json.loads(out.splitlines()[-1]) if code == 0 else {}
        yield (
            f"feed {mode}",
            code,
            [float(v or 0) for part in (row["values"], row["grad"]) for v in part.values()] if code == 0 else [],
        )


def views(text: str) -> Iterator[tuple[str, int]]:
    """The exit codes of the commands that show a program otherwise."""
    values = used(text)
    for name, *rest in (["graph"], ["graph", "--json"], ["explain"], ["trace", "-e"], ["compare-modes", "-e"], ["eval"]):
        first = rest if rest == ["-e"] else []
        code, _, _ = command([name, *first, text, *values, *(rest if not first else [])])
        yield " ".join((name, *rest)), code
    yield "diff", command(["diff", text])[0]
    yield "simplify", command(["simplify", text])[0]


def close(one: float, other: float) -> bool:
    """Whether two answers are one; nan is an answer too."""
    return (math.isnan(one) and math.isnan(other)) or one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)


def check(text: str, folder: Path, *, everything: bool) -> None:
    """Check a program in all cells.

    Raises:
        AssertionError: A cell ends otherwise than the first one, or with an internal error.
    """
    first: tuple[str, int, list[float]] | None = None
    for way, code, found in answers(text, folder):
        assert code == 0 or code in REFUSALS, f"{way} ends with {code}:\n{text}"
        if first is None:
            first = way, code, found
        assert code == first[1], f"{way} ends with {code}, and {first[0]} with {first[1]}:\n{text}"
        agree = len(found) == len(first[2]) and all(itertools.starmap(close, zip(found, first[2], strict=True)))
        assert agree, f"{way} gives {found}, and {first[0]} {first[2]}:\n{text}"
    for way, code in views(text) if everything else ():
        assert code == 0 or code in REFUSALS, f"{way} ends with {code}:\n{text}"


def main(seed: int, count: int) -> None:
    """A long run by hand."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for at in range(seed, seed + count):
            try:
                check(Programs(at).program(), Path(folder), everything=True)
            except AssertionError as error:
                print(f"--- seed {at}\n{error}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
