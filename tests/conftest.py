"""What several tests need: a `gradcli` command on the path of a shell, whatever the environment."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

os.environ["GRADCLI_CHECK_STEPS"] = "1"  # here, and in every process of a test, a wrong step of a derivation is an error


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
