"""Cases as text: a file of inputs, each with what it must print below it, as in jq's tests.

    # a heading, or any remark
    > a = x + w        the input begins with the first mark of the file
    . a^2              further lines of it, with other marks
    ? x=2 w=1
    a = x + w          what it prints, until the next input; blank lines at its end do not count
    a^2
    = 9

``{U+200B}`` stands for a character that an editor would not show. What a case prints is pinned whole. After a change that is
meant, ``python tests/textcases.py`` writes what the cases print now into the files; the difference is then read in review.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_CHARACTER = re.compile(r"\{U\+([0-9A-F]{4,6})\}")


class Case(NamedTuple):
    """An input and what it prints.

    Attributes:
        name: The file and the line.
        inputs: The lines of the input, each with its mark.
        printed: The lines that it must print.
    """

    name: str
    inputs: tuple[tuple[str, str], ...]
    printed: tuple[str, ...]

    def lines(self, marks: str) -> list[str]:
        """The lines of the input that have one of some marks."""
        return [text for mark, text in self.inputs if mark in marks]


def read_cases(folder: Path, marks: str) -> list[Case]:
    """All cases of the files of a folder.

    Args:
        folder: Where the files stand; those named ``*.txt`` are read.
        marks: The characters that begin a line of input; the first one begins a case.
    """
    cases: list[Case] = []
    for path in sorted(folder.glob("*.txt")):
        for number, inputs, printed in _blocks(path.read_text("utf-8").splitlines(), marks):
            cases.append(Case(f"{path.stem}:{number}", tuple(inputs), tuple(printed)))
    assert cases, f"no cases in {folder}"
    return cases


def _blocks(lines: Sequence[str], marks: str) -> list[tuple[int, list[tuple[str, str]], list[str]]]:
    blocks: list[tuple[int, list[tuple[str, str]], list[str]]] = []
    for number, line in enumerate(lines, 1):
        mark = line[0] if line and line[0] in marks and (len(line) == 1 or line[1] == " ") else ""
        if mark:
            if mark == marks[0]:
                blocks.append((number, [], []))
            blocks[-1][1].append((mark, _CHARACTER.sub(lambda found: chr(int(found[1], 16)), line[2:])))
        elif not line.startswith("#") and blocks and (line or blocks[-1][2]):
            blocks[-1][2].append(line)
    for _, _, printed in blocks:
        while printed and not printed[-1]:
            printed.pop()
    return blocks


def rewrite(folder: Path, marks: str, run: Callable[[Case], Iterable[str]]) -> None:
    """Write what the cases print now into their files; inputs and remarks stay as they are."""
    results = {case.name: list(run(case)) for case in read_cases(folder, marks)}
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text("utf-8").splitlines()
        starts = {number: len(inputs) for number, inputs, _ in _blocks(lines, marks)}
        written: list[str] = []
        at, in_case = 0, False
        while at < len(lines):
            if at + 1 in starts:
                length = starts[at + 1]
                written += [*([""] if written and written[-1] and written[-1][0] != "#" else []), *lines[at : at + length]]
                written += results[f"{path.stem}:{at + 1}"]
                at, in_case = at + length, True
            else:
                if lines[at].startswith("#") or not in_case:
                    written += [*([""] if in_case else []), lines[at]]
                    in_case = False
                at += 1
        path.write_text("\n".join(written).rstrip("\n") + "\n", "utf-8")


def _main() -> None:
    import runpy

    tests = Path(__file__).parent
    for module in sorted(tests.glob("*/test_cases.py")):
        found = runpy.run_path(str(module))
        rewrite(found["FOLDER"], found["MARKS"], found["printed"])


if __name__ == "__main__":
    _main()
