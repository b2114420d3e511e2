"""The command line, run inside this process or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from unittest import mock

from gradcli.cli import main

ENVIRONMENT = {"PATH": os.defpath, "PYTHONIOENCODING": "utf-8", "COLUMNS": "40", "TERM": "xterm"}
if found := os.environ.get("PYTHONPATH"):  # where the package is not installed
    ENVIRONMENT["PYTHONPATH"] = found


def command(
    arguments: Sequence[str], stdin: bytes = b"", environment: Mapping[str, str | None] | None = None, together: bool = False
) -> tuple[int, str, str]:
    """Run a command line inside this process; gives the exit code, standard output and standard error.

    None as a value in `environment` takes the variable away; `together` both streams are one, as on a terminal.
    """
    everything = {name: value for name, value in {**ENVIRONMENT, **(environment or {})}.items() if value is not None}
    encoding = everything["PYTHONIOENCODING"]
    out = io.BytesIO()
    err = out if together else io.BytesIO()
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"),
        "stdout": io.TextIOWrapper(out, encoding, write_through=True),
        "stderr": io.TextIOWrapper(err, encoding, "backslashreplace", write_through=True),
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, everything, clear=True))
        for name, stream in streams.items():
            stack.enter_context(mock.patch(f"sys.{name}", stream))
        code = main.run(list(arguments))
    return code, out.getvalue().decode(encoding), err.getvalue().decode(encoding)


def process(
    arguments: Sequence[str], stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line as a process of its own."""
    everything = {**ENVIRONMENT, **(environment or {})}
    return subprocess.run(
        [sys.executable, "-m", "gradcli", *arguments], input=stdin, env=everything, capture_output=True, timeout=300, check=False
    )
