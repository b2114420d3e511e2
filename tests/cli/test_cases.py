"""Command lines as text cases: what is typed, and all that it prints.

``$`` is the command line as a shell reads it, ``<`` a line of its standard input, ``@`` a file that stands in its folder: a
name and the content. It prints its standard output, with a backslash before a line that begins with #, then its standard error
with ``!`` before each line, then its exit code in brackets where that is not 0. The command runs inside this process;
``test_process.py`` has what needs one of its own.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from commandline import command
from textcases import Case, read_cases

from gradcli.errors import visible

FOLDER = Path(__file__).parent / "cases"
MARKS = "$@<"


def printed(case: Case) -> list[str]:
    """What a case prints."""
    words = shlex.split(case.lines("$")[0])
    environment: dict[str, str] = {}
    while words[0] != "gradcli":
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    stdin = "".join(f"{line}\n" for line in case.lines("<")).encode("utf-8", "surrogatepass")
    with _folder(case.lines("@")):
        code, out, err = command(words[1:], stdin, environment)
    lines = [visible(f"\\{line}" if line.startswith("#") else line) for line in out.splitlines()]
    lines += [f"! {visible(line)}".rstrip() for line in err.splitlines()]
    return lines + [f"[{int(code)}]"] * (code != 0)


@contextlib.contextmanager
def _folder(files: Sequence[str]) -> Iterator[None]:
    """An empty folder with some files, as the current one."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            name, _, content = file.partition(" ")
            (Path(folder) / name).write_text(content, "utf-8")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


@pytest.mark.parametrize("case", read_cases(FOLDER, MARKS), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert printed(case) == list(case.printed)
