"""README's commands do what README says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from commandline import command

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _console_sessions() -> list[tuple[str, str]]:
    """The commands of README's console blocks with the output that stands below each."""
    sessions: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            sessions.append((command, output))
    return sessions


@pytest.mark.parametrize(("command", "output"), _console_sessions())
def test_console_session(command: str, output: str, shell_environment: dict[str, str]) -> None:
    run = subprocess.run(
        ["bash", "-c", command],
        env=shell_environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.stdout == output


def test_python_blocks_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "2w + x + 1 like terms collected" in capsys.readouterr().out


def test_both_commands_stand_in_one_line_each() -> None:
    for marker in ("set-up command", "test command"):
        assert re.search(rf"<!-- {marker} -->\n```sh\n[^\n]+\n```", README)


@pytest.mark.parametrize(("picture", "option"), [("worked_example", []), ("worked_example_backward", ["--backward"])])
def test_the_pictures_are_those_that_the_tool_makes(picture: str, option: list[str]) -> None:
    assert f"(examples/{picture}.svg)" in README
    kept = (ROOT / "examples" / f"{picture}.svg").read_text("utf-8")
    code, made, err = command(["graph", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", *option, "--format", "svg"])
    assert (code, err) == (0, "")
    assert re.findall(r"<text[^>]*>([^<]*)<", kept) == re.findall(r"<text[^>]*>([^<]*)<", made)
