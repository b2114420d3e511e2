"""What several tests need: a `gradcli` command on the path of a shell, whatever the environment."""

from __future__ import annotations

import gc
import os
import shutil
import stat
import sys
import zlib
from collections.abc import Generator
from pathlib import Path

import pytest
from row_batches import batched

ROOT = Path(__file__).resolve().parent.parent

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process of a test would compile every module again
os.environ["GRADCLI_DEBUG"] = "1"  # here, and in every process of a test, a wrong step of a derivation is an error
QUICK = (
    "language",
    "graph",
    "derivation/test_cases.py",
    "derivation/test_worked_example.py",
    "cli/test_cases.py",
    "test_imports.py",
)
"""What ``-m quick`` runs whole: each takes seconds."""

SLOW = ("page", "packaging", "properties", "test_readme.py", "algebra/test_large.py", "cli/test_large.py", "examples")
"""What ``-m quick`` leaves out: browsers, wheels, searches, large inputs."""

ONE_IN = 12
"""Of everything else ``-m quick`` runs one test in so many, the same ones each time."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark the quick tests, a fast half for the time between two commits; what was chosen then runs many rows at a time."""
    tests = ROOT / "tests"
    for item in items:
        path = item.path.relative_to(tests).as_posix()
        sampled = not path.startswith(SLOW) and zlib.crc32(item.nodeid.encode("utf-8", "replace")) % ONE_IN == 0
        if path.startswith(QUICK) or sampled:
            item.add_marker("quick")
    yield
    items[:] = batched(items)
    gc.freeze()  # what is loaded by now stays: walking through it again and again took a part of the time of all tests
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session")
def shell_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose path has this checkout's `gradcli`, and a `jq` where the machine has none."""
    folder = tmp_path_factory.mktemp("bin")
    _script(folder / "gradcli", f'exec "{sys.executable}" -m gradcli "$@"')
    if shutil.which("jq") is None:
        _script(folder / "jq", f'exec "{sys.executable}" "{ROOT / "tests" / "jq_command.py"}" "$@"')
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    return {
        **environment,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }


def _script(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
