"""What is written where: files whole or not at all, devices and pipes as they are, and a message where nothing can be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import ENVIRONMENT, command, process

from gradcli.errors import GradcliError
from gradcli.output.files import write_file

GRAPH = ["graph", "x*w", "--x", "2", "--w", "3", "--format", "dot"]
GRADCLI = f"{sys.executable} -m gradcli"


def shell(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell."""
    line = ["bash", "-c", text]
    return subprocess.run(line, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False)


def test_a_draft_has_a_name_of_its_own_and_is_gone_in_the_end(tmp_path: Path) -> None:
    target = tmp_path / "graph.svg"
    drafts: list[str] = []

    def content() -> Iterator[str]:
        drafts.extend(os.listdir(tmp_path))
        yield "new"

    for _ in range(2):
        write_file(str(target), content())
        assert (os.listdir(tmp_path), target.read_text()) == (["graph.svg"], "new")
        target.unlink()
    assert len(set(drafts)) == 2
    assert not any("graph" in name or str(os.getpid()) in name for name in drafts)


def test_a_file_stays_as_it_was_where_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "graph.svg"
    target.write_text("old")

    def content() -> Iterator[str]:
        yield "new"
        raise GradcliError("no")

    with pytest.raises(GradcliError, match="no"):
        write_file(str(target), content())
    assert (os.listdir(tmp_path), target.read_text()) == (["graph.svg"], "old")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    target = tmp_path / "graph.dot"
    target.write_text("old")
    target.chmod(mode)
    assert command([*GRAPH, "-o", str(target)])[0] == 0
    assert (target.stat().st_mode & 0o777, target.read_text()[:7]) == (mode, "digraph")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here.dot").symlink_to("there/real.dot")
    assert command([*GRAPH, "-o", str(tmp_path / "here.dot")])[0] == 0
    assert (tmp_path / "here.dot").is_symlink()
    assert (tmp_path / "there" / "real.dot").read_text().startswith("digraph")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_no_draft_is_left_by_a_signal(name: str, tmp_path: Path) -> None:
    program = (
        "import time; from gradcli.output.files import write_file\n"
        "def content():\n    yield 'a'; print('on', flush=True); time.sleep(100)\n"
        "write_file('graph.svg', content())"
    )
    (tmp_path / "graph.svg").write_text("old")
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"on\n"
        assert len(os.listdir(tmp_path)) == 2
        running.send_signal(getattr(signal, name))
        assert running.wait(20) == -getattr(signal, name)
    assert (os.listdir(tmp_path), (tmp_path / "graph.svg").read_text()) == (["graph.svg"], "old")


def test_what_is_open_already_is_written_to_as_it_is(tmp_path: Path) -> None:
    call = f"{GRADCLI} {' '.join(map(repr, GRAPH))} -o"
    plain = command(GRAPH)[1]
    assert shell(f"{call} /dev/stdout", tmp_path).stdout == plain
    assert shell(f"{call} /dev/fd/3 3>&1", tmp_path).stdout == plain
    assert shell(f"{call} >(cat); wait $!", tmp_path).stdout == plain
    assert shell(f"mkfifo pipe; cat pipe & {call} pipe; wait", tmp_path).stdout == plain
    assert shell(f"{{ echo before; {call} /dev/stdout; echo after; }} > all", tmp_path).returncode == 0
    assert (tmp_path / "all").read_text() == f"before\n{plain}after\n"
    assert shell(f"{call} /dev/null", tmp_path).returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["all", "pipe"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{GRADCLI} graph x --x 1 -o g.svg", 2),
        (f"{GRADCLI} eval x --x 1 -q", 0),
        (f"{GRADCLI} run lesson.grad", 2),
    ],
)
def test_a_deleted_working_folder_gets_a_message(line: str, code: int, tmp_path: Path) -> None:
    done = shell(f"mkdir gone; cd gone; rmdir ../gone; {line}", tmp_path)
    assert (done.returncode, done.stdout) == (code, "1\n1\n" if not code else "")
    assert (code == 0) == (done.stderr == "")
    assert "Traceback" not in done.stderr
    assert "internal" not in done.stderr


STREAMS = ["", ">&-", "2>&-", "<&-", ">&- 2>&-", ">&- 2>&- <&-"]


@pytest.mark.parametrize("closed", STREAMS)
def test_closed_streams_get_no_traceback(closed: str, tmp_path: Path) -> None:
    for call, code in (("eval x --x 1", 0), ("--help", 0), ("trace -e x --x 1 --follow --delay 0", 0), ("eval 'x^'", 2)):
        done = shell(f"{GRADCLI} {call} {closed}", tmp_path)
        assert done.returncode == code, (call, done.stderr)
        assert "internal" not in done.stderr
        assert "Traceback" not in done.stderr


def test_a_full_device_gets_a_message() -> None:
    for call in ("eval x --x 1", "--help", "eval --help", "--version", "graph x --x 1 --format svg"):
        done = shell(f"{GRADCLI} {call} > /dev/full", Path("/"))
        assert (done.returncode, done.stderr) == (2, "error: cannot write to standard output: No space left on device\n")


def test_an_interrupt_while_the_program_is_loaded_ends_it_like_any_other() -> None:
    program = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *more):\n"
        "        if name == 'gradcli.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from gradcli.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


# ---- answers from outside ----

ANSWERS = ["--help", "-h", "-", "--", "--json", "-q", "--version", "2w + x", "", " ", "\x00"]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_from_outside_is_never_right_but_where_it_is(answer: str) -> None:
    code, out, _ = command(["equal", "-q", "--", answer, "2w + x + 1"], stdin=b"2w + x + 1")
    assert (code in (1, 2), out) == (True, "")


def test_the_help_page_recommends_what_is_safe() -> None:
    _, page, _ = command(["equal", "--help"], environment={"COLUMNS": "200"})
    assert 'gradcli equal -q -- "$answer" "2w + x + 1" && echo right' in page
    assert command(["equal", "-q", "--", "x + 1 + 2w", "2w + x + 1"])[0] == 0


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("name", ["equal", "eval", "torch"])
def test_help_among_other_arguments_is_refused(name: str, flag: str) -> None:
    code, out, err = command([name, flag, "x"])
    assert (code, out) == (2, "")
    assert f"error: {flag} stands beside other arguments" in err


# ---- ASCII ----

CALLS = [
    ["eval", "sin(θ)*w^2", "--θ", "1", "--w", "2"],
    ["eval", "sin(θ)*w^2", "--θ", "1", "--w", "2", "--json"],
    ["eval", "sin(θ)*w^2", "--θ", "1", "--w", "2", "--tangent", "θ=1", "--hessian", "--jacobian"],
    ["eval", "sin(θ)*", "--θ", "1"],
    ["eval", "sum(A @ A)", "--A", "[[1,2],[3,4]]", "--elements", "--format=rich"],
    ["run", "-e", 'print "θ·"; y = θ^2', "--θ", "1"],
    ["run", "-e", 'print "θ·"; y = θ^2', "--θ", "1", "--json"],
    *[["graph", "sin(θ)*w^2", "--θ", "1", "--w", "2", "--format", name] for name in ("table", "tree", "list", "draw", "json")],
    ["graph", "if θ > 0 { y = θ } else { y = -θ }; y*w", "--mode", "static"],
    ["trace", "-e", "y = θ^2; backward y", "--θ", "1"],
    ["trace", "-e", "y = θ^2", "--θ", "1", "--json"],
    ["compare-modes", "-e", "if θ > 0 { y = θ } else { y = -θ }; y*w", "--θ", "1", "--θ", "-1", "--w", "3"],
    *[["explain", "sin(θ)*w^2", "--by", by] for by in ("nodes", "paths", "rules")],
    *[["explain", "sin(θ)*w^2", "--format", name] for name in ("html", "markdown", "latex", "json")],
    ["equal", "sin(θ)", "θ"],
    ["ops"],
    ["ops", "--json"],
    ["torch", "-"],
    ["torch", "-", "--explain", "θ", "--graph", "tree"],
    ["torch", "-", "--json"],
]
SCRIPT = "import torch\nθ = torch.tensor(2.0, requires_grad=True)\nprint('θ·', θ)\ny = θ*θ\ny.backward()\n"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call))
def test_ascii_is_ascii(call: list[str]) -> None:
    code, out, err = command([*call, "--ascii"], stdin=SCRIPT.encode())
    assert code in (0, 1, 2)
    assert "no option" not in err
    assert (out + err).isascii()
    assert (out or err) != ""


def test_what_goes_into_a_file_is_ascii_too(tmp_path: Path) -> None:
    for call, suffix in ((["graph", "θ^2"], "txt"), (["explain", "θ^2"], "txt"), (["explain", "θ^2"], "html")):
        path = tmp_path / f"file.{suffix}"
        assert command([*call, "--ascii", "-o", str(path)])[0] == 0
        assert path.read_bytes().isascii()


def test_a_closed_pipe_ends_a_call_quietly() -> None:
    done = process(["eval", "x", "--x", "1"])
    assert (done.returncode, done.stderr) == (0, b"")
