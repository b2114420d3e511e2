"""The commands of README and of the pages of the manual do what the pages say."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import command
from table_files import HAS_EXTRAS

from gradcli.output.manual.pages import summaries

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANUAL = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "gradcli" / "manual").glob("*.md"))}
_PAGES_IN_CHINESE = sorted((ROOT / "gradcli" / "manual" / "zh").glob("*.md"))
CHINESE = {f"zh/{path.stem}": path.read_text(encoding="utf-8") for path in _PAGES_IN_CHINESE}
PAGES = {"README": README, **MANUAL, **CHINESE}


def _blocks(kind: str) -> Iterator[tuple[str, str]]:
    """The blocks of a kind, each with its page and its line."""
    for page, text in PAGES.items():
        for found in re.finditer(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            yield f"{page}:{text.count(chr(10), 0, found.start()) + 1}", found[1]


def _console_sessions() -> list[Any]:
    """The commands of console blocks with the output that stands below each; the same command on two pages runs once.

    A block whose commands have files in common is one session.
    """
    sessions: dict[Any, Any] = {}
    kinds = ("console", "console data") if HAS_EXTRAS else ("console",)
    for place, block in [block for kind in kinds for block in _blocks(kind)]:
        language = place.partition("/")[0] if "/" in place else ""
        parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        steps = [(command, output) for command, _, output in (part.partition("\n") for part in parts)]
        for session in [tuple(steps)] if "/tmp/" in block else [(step,) for step in steps]:
            one = pytest.param(session, language, id=f"{place}-{session[0][0][:40]}")
            sessions.setdefault((session, language), one)
    return list(sessions.values())


def _is_one_command(line: str) -> bool:
    """Whether a line is one call of gradcli with no work for a shell, so that no process has to be started for it."""
    unquoted = re.sub(r"""'[^']*'|"[^"$`\\]*\"""", "", line)
    return line.startswith("gradcli ") and "/tmp/" not in line and not re.search(r"[^\w\s./,:=+@%-]", unquoted)


@pytest.mark.parametrize(("session", "language"), _console_sessions())
def test_console_session(
    session: tuple[tuple[str, str], ...],
    language: str,
    shell_environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken = {"LANG": language, "LC_ALL": "", "LC_MESSAGES": ""} if language else {}
    monkeypatch.chdir(ROOT)
    for line, output in session:
        if _is_one_command(line):
            here = {**shell_environment, **spoken, "COLUMNS": None}
            assert command(shlex.split(line)[1:], environment=here, together=True)[1] == output
            continue
        run = subprocess.run(
            ["bash", "-c", line.replace("/tmp/", f"{tmp_path}/")],
            env={**shell_environment, **spoken},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert run.stdout.replace(f"{tmp_path}/", "/tmp/") == output


def test_python_blocks_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = [block for kind in (("python", "python data") if HAS_EXTRAS else ("python",)) for block in _blocks(kind)]
    assert {place.partition(":")[0] for place, _ in blocks} >= {"README", "python"}
    for place, block in blocks:
        exec(compile(block, place, "exec"), {})
    assert "2w + x + 1 like terms collected" in capsys.readouterr().out


def test_both_commands_stand_in_one_line_each() -> None:
    for marker in ("set-up command", "test command"):
        assert re.search(rf"<!-- {marker} -->\n```sh\n[^\n]+\n```", README)


def test_a_page_of_the_manual_has_40_to_120_lines() -> None:
    lengths = {name: text.count("\n") for name, text in MANUAL.items() if name != "contents"}
    assert [name for name, lines in lengths.items() if not 40 <= lines <= 120] == []


def test_readme_is_short_and_links_to_every_page() -> None:
    assert README.count("\n") <= 200
    rows = re.findall(r"^\| \[(\w+)\]\(gradcli/manual/\1\.md\) \| (.+) \|$", README, re.MULTILINE)
    assert dict(rows) == summaries()
    assert {*summaries(), "contents"} == set(MANUAL)


def test_the_chinese_readme_has_the_examples_of_the_english_one() -> None:
    def calls(text: str) -> set[str]:
        return set(re.findall(r"^\$ (.*)$", text.replace(" --lang zh", ""), re.MULTILINE))

    assert calls(README) == calls(CHINESE["zh/README"])
    assert re.findall(r"```python\n.*?```", README, re.DOTALL)[0] in CHINESE["zh/README"]


def test_chinese_pages_are_topics() -> None:
    topics = {page.removeprefix("zh/") for page in CHINESE} - {"README", "contents"}
    assert topics <= summaries().keys()
    assert summaries("zh").keys() == summaries().keys()
    for page in ("README", "contents"):
        linked = re.findall(r"\]\((\.\./)?(\w+)\.md\)", CHINESE[f"zh/{page}"])
        assert all((name in topics | {"contents"}) == (not above) for above, name in linked)
    for topic in summaries():
        code, shown, note = command(["help", topic, "--lang", "zh"])
        assert code == 0
        assert shown == (CHINESE[f"zh/{topic}"] if topic in topics else MANUAL[topic])
        assert bool(note) == (topic not in topics)


@pytest.mark.parametrize(("picture", "option"), [("worked_example", []), ("worked_example_backward", ["--backward"])])
def test_the_pictures_are_those_that_the_tool_makes(picture: str, option: list[str]) -> None:
    assert f"(examples/{picture}.svg)" in README
    kept = (ROOT / "examples" / f"{picture}.svg").read_text("utf-8")
    code, made, err = command(["graph", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", *option, "--format", "svg"])
    assert (code, err) == (0, "")
    assert re.findall(r"<text[^>]*>([^<]*)<", kept) == re.findall(r"<text[^>]*>([^<]*)<", made)
