"""What is said in another language: the catalogue against the code, when it is spoken, and what stays English."""

from __future__ import annotations

import errno
import itertools
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from commandline import command, process
from messages import key_of, messages
from test_imports import PACKAGE, WORKED, loaded_by
from textcases import read_cases

from gradcli.cli.framework.streams import LANGUAGES
from gradcli.derivation.notation.prose import words_said
from gradcli.errors import columns, spoken
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.output.formats import EXPLANATIONS
from gradcli.output.page.files import PUT_IN, SAID
from gradcli.output.translation.catalogue import entries
from gradcli.output.translation.translator import WORD, holes_used, literals_of, translator
from gradcli.output.wrapping import wrapped
from gradcli.teaching.mistakes import MISTAKES

OTHERS = [language for language in LANGUAGES if language != "en"]
SYSTEM = {os.strerror(code) for code in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR)}
"""What operating systems say."""
CHINESE = re.compile("[\u4e00-\u9fff]")
ZH = {"LANG": "zh_CN.UTF-8"}
MACHINES = ("json", "graphml", "list")
EXPLAINED = [name for name in EXPLANATIONS if name != "json"]

# ---- the catalogue ----


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """Every message of the code, with the modules that say it."""
    return messages()


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_has_a_translation(language: str, said: dict[str, list[str]]) -> None:
    known = {(entry.context, entry.message) for entry in entries(language) if entry.translation}
    missing = {text: modules for text, modules in said.items() if key_of(text) not in known}
    assert not missing, f"python tests/messages.py --write puts these into the catalogue, to be translated: {missing}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_has_a_message(language: str, said: dict[str, list[str]]) -> None:
    assert not [entry.message for entry in entries(language) if not entry.context and entry.message not in said]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_what_is_put_in(language: str) -> None:
    for entry in entries(language):
        assert entry.context in ("", WORD)
        assert set(holes_used(entry.translation)) == set(range(len(literals_of(entry.message)) - 1)), entry


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_stands_twice(language: str) -> None:
    known = [(entry.context, entry.message) for entry in entries(language)]
    assert len(known) == len(set(known))


@pytest.mark.parametrize("language", OTHERS)
def test_words_without_a_message_of_their_own_stand_in_the_code(language: str) -> None:
    code = "\n".join(path.read_text("utf-8") for kind in ("py", "js", "html") for path in PACKAGE.rglob(f"*.{kind}"))
    code = re.sub(r'"\s*f?"', "", code)  # texts in several pieces
    for entry in entries(language):
        literals = [literal for text in literals_of(entry.message) for literal in re.split(r"[^A-Za-z' ]+", text)]
        words = {word.strip("' ") for literal in literals for word in literal.split()}
        assert not entry.context or entry.message in SYSTEM or all(word in code for word in words), entry


# ---- finding messages ----


def test_messages_are_found_in_finished_texts() -> None:
    chinese = translator("zh")
    assert chinese.said("no value for x, y") == "x、y 没有值"
    assert chinese.said("there is no option --jsn") == "没有选项 --jsn"
    assert chinese.said("did you mean --json?") == "是不是想写 --json？"
    assert chinese.said("what no catalogue has heard of") == "what no catalogue has heard of"


def test_mistakes_are_said_with_their_places_and_several_of_them() -> None:
    chinese = translator("zh")
    for mistake in MISTAKES.values():
        for text in (
            mistake.says,
            mistake.rule,
            f"{mistake.says} (y = 2*(a + b), a = x^2)",
            f"{mistake.says} (y = a*b); or {mistake.says}",
            f"{mistake.says} (y = a*b), and {mistake.says} (a = x^2); or {mistake.says} (b = sin(x))",
            f"{mistake.says} (y = a*b), and {mistake.says} (a = x^2)",
        ):
            assert not re.search("[A-Za-z]{3,} [a-z]{2,}", chinese.said(text)), text


def test_what_users_wrote_stays() -> None:
    chinese = translator("zh")
    for name in ("value", "variable", "path", "right", "x"):
        assert name in chinese.said(f"there is no node {name}") or name in chinese.said(f"the nodes are {name}")
        assert chinese.said(f"{name} = 3") == f"{name} = 3"
    assert chinese.said("--tol is a number from 0 to less than 1, not x is no number").endswith("x is no number")
    assert chinese.said("'if x is' is left out; 'else y' is left out").count("略去") == 2
    assert not re.search(
        "after|slope", chinese.said("unexpected '.' after '+': a value is missing before it; not right: the slope by x")
    )
    assert "'the parts are a'" in chinese.said("--format takes a or b, not 'the parts are a'")


def test_a_text_of_any_length_takes_little_work() -> None:
    chinese = translator("zh")
    assert chinese.said("x + " * 100_000) == "x + " * 100_000
    assert CHINESE.search(chinese.said(f"there is no function {'f' * 1_000}"))
    assert chinese.said("a; b: c, d. " * 200)


# ---- nothing is left in English ----

PROSE = re.compile(
    r"(?<![\w.\\-])([A-Za-z]{3,}[,;:]? [a-z]{2,}\b(?![(=.])|(with|and|or|of|by|the|where|which|is|are|to)(?![\w(=-]))"
)
"""Two words of English, or one that is no name."""
CODE = re.compile(
    r"<(style|script|pre|code).*?</\1>|<[^>]*>|digraph \w+|classDef [^\n]*|\A.*\\begin\{tikzpicture\}\[.*?\n\]"
    r"|\A.*?\\begin\{document\}|\\(begin|end)\{\w+\**\}(\[.\])?|\\[a-z]+(\[[^\]\n]*\])?",
    re.DOTALL,
)
"""What a document has that nobody reads."""
BOTH = ["graph", *WORKED[1:], "--both"]
ARRAYS = ["sum(W @ x)", "--W", "[[1,2],[3,4]]", "--x", "[1,1]"]
BROKEN = ["sum(W @ x)", "--W", "[[1,2],[3,4]]", "--x", "[1,1,1]"]
EXERCISES = ["exercise", "-n", "2", "--seed", "7", "--key", "-"]
READ: list[Sequence[str]] = [
    *(["explain", *WORKED[1:], "--by", by, "--format", kind] for by in ("nodes", "paths", "rules") for kind in EXPLAINED),
    *(["explain", *ARRAYS, "--format", kind] for kind in EXPLAINED),
    *(["explain", "x^2*z + y^2 = 25", "--implicit", "y", "--format", kind] for kind in EXPLAINED),
    *([*BOTH, "--format", kind] for kind in ("table", "tree", "draw", "svg", "html", "tikz", "dot", "mermaid")),
    *(["graph", *BROKEN, "--format", kind] for kind in ("tree", "draw", "svg", "html")),
    *(["graph", "x if x > 0 else -x", "--x", "2", "--mode", "static", "--format", kind] for kind in ("draw", "svg", "html")),
    *([*EXERCISES, "--to", kind] for kind in ("text", "markdown", "latex", "moodle", "gift", "anki")),
    *([*EXERCISES, "--ask", ask] for ask in ("number", "tangent")),
    [*EXERCISES, "--names", "x,w", "--ask", "gradient"],
    ["grade", "sin(x^2)", "--format", "html", "--", "cos(x^2)", "2x*cos(x^2)", "x+"],
    *(["plot", "abs(x) + 1/x", "--x", "-3:3", "--tangent-at", "x=1", "--format", kind] for kind in ("draw", "svg", "html")),
    *(["plot", "x^2 + w^2", "--x", "-3:3", "--w", "-2:2", "--format", kind] for kind in ("draw", "svg")),
    *(["descend", "x^2 + 3*w^2", "--x", "3", "--w", "1", "--format", kind] for kind in ("draw", "svg")),
    ["check", "x^3 + abs(x)", "--x", "2", "--format", "svg"],
    *(["ops", name] for name in ("log", "pow", "max_pool2d")),
    ["help", "start", "--html"],
]


@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_nothing_that_people_read_is_left_in_english(arguments: Sequence[str]) -> None:
    _, out, err = command(arguments, environment=ZH)
    assert CHINESE.search(out)
    assert 'lang="en"' not in out
    left = [line for line in CODE.sub(" ", out + err).split("\n") if PROSE.search(line)]
    assert not left


def test_errors_are_said_whole() -> None:
    """Those of the text cases; of what Python, PyTorch and TensorFlow say in their words what is not known of them."""
    chinese = translator("zh")
    said: dict[str, str] = {}
    for case in read_cases(Path(__file__).parent / "cases", "$@<"):
        if not case.name.startswith(("chinese", "trace")):
            told = [re.fullmatch(r"! (?:error|hint|warning): (.*)", line) for line in case.printed]
            texts = [one[1] for one in told if one is not None]
            emulated = case.name.startswith(("tf1", "torch"))
            said |= {text: chinese.said(text) for text in texts if not emulated or "known here" in text}
    # what users wrote, and what Python says of JSON
    others = re.compile(r"'.*'|gradcli .*|的命令：.*|：Expecting .*|：sin cos|schema evla|[A-Z]{3} \(\w+\)")
    left = {text: shown for text, shown in said.items() if PROSE.search(others.sub("", shown))}
    assert len(said) > 400
    assert not left


def test_scripts_of_pages_mark_every_text() -> None:
    """What stands in a script as a text of several words is marked, and so in the catalogue."""
    unread = re.compile(r"^ *(//|/?\*).*$|/\*.*?\*/| // .*$|\.closest\(.*\)|\"use strict\"|`\w+ colour[^`]*`", flags=re.MULTILINE)
    for path in PACKAGE.rglob("*.js"):
        script = PUT_IN.sub("{}", SAID.sub("", unread.sub("", path.read_text("utf-8"))))
        assert not [
            literal for literal in re.findall(r"\"[^\"\n]*\"|`[^`\n]*`", script) if " " in literal and PROSE.search(literal)
        ], path


def test_operations_are_explained() -> None:
    chinese = translator("zh")
    for operation in (*OPERATIONS.values(), *STRUCTURAL.values()):
        for text in (operation.doc, getattr(operation, "domain", "")):
            said = chinese.said(text)
            assert not PROSE.search(said), operation.name
            assert CHINESE.search(said) or not re.search("[a-z]{2,} [a-z]|[A-Z][a-z]", text), operation.name


# ---- when it is spoken ----

SPOKEN: list[tuple[Sequence[str], dict[str, str]]] = [
    (["--lang", "zh"], {}),
    (["--lang=zh"], {}),
    (["--lang", "zh"], {"LANG": "en_US.UTF-8"}),
    ([], {"LANG": "zh_CN.UTF-8"}),
    ([], {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}),
    ([], {"LANG": "C", "LC_MESSAGES": "C", "LC_ALL": "zh"}),
]

SILENT: list[tuple[Sequence[str], dict[str, str]]] = [
    ([], {}),
    ([], {"LANG": "C"}),
    ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}),
    ([], {"LANG": "zha"[:1]}),
    (["--lang", "en"], ZH),
    (["--ascii", "--lang", "zh"], {}),
    (["--lang", "zh"], {"PYTHONIOENCODING": "ascii"}),
    (["--lang", "zh"], {"PYTHONIOENCODING": "latin-1"}),
]


@pytest.mark.parametrize(("options", "environment"), SPOKEN)
def test_chinese_is_spoken(options: Sequence[str], environment: dict[str, str]) -> None:
    code, out, err = command([*WORKED, *options], environment=environment)
    assert (code, err) == (0, "")
    assert "局部导数" in out
    assert CHINESE.search(command(["eval", "x", *options], environment=environment)[2])


@pytest.mark.parametrize(("options", "environment"), SILENT)
def test_english_is_spoken(options: Sequence[str], environment: dict[str, str]) -> None:
    code, out, _ = command([*WORKED, *options], environment=environment)
    assert code == 0
    assert "local derivative" in out
    assert not CHINESE.search(out)


@pytest.mark.parametrize("arguments", [["--lang", "fr"], ["--lang"], ["--lang="]])
def test_a_language_that_is_none_is_an_error(arguments: Sequence[str]) -> None:
    code, out, err = command([*WORKED, *arguments])
    assert (code, out) == (2, "")
    assert err.startswith("error: --lang takes en or zh")


def test_every_command_takes_it() -> None:
    for name in ("eval", "grade", "help", "nothing"):
        assert "没有" in command(["--lang", "zh", name, "--no-such"])[2] or "没有" in command([name, "--lang", "zh"])[2]
    assert command(["eval", "lang^2", "--set", "lang=3", "-q"])[1] == "9\n6\n"
    assert command(["equal", "--", "--lang", "zh"])[0] != 0  # behind -- it is text


def test_one_call_does_not_speak_for_the_next() -> None:
    command(["eval", "x", "--lang", "zh"])
    assert spoken().language == "en"
    assert command(["eval", "x"])[2].startswith("error: no value for x")


# ---- what stays English ----


def test_json_is_the_same_in_every_language() -> None:
    graph = ["graph", *WORKED[1:]]
    same = [[*WORKED, "--json"], ["explain", *WORKED[1:], "--json"], *([*graph, "--format", kind] for kind in MACHINES)]
    same += [["exercise", "-n", "2", "--json"], ["exercise", "-n", "2", "--to", "jsonl"], ["ops", "log", "--json"]]
    same += [["plot", "abs(x)", "--x", "-1:1", "--format", kind] for kind in ("json", "csv")]
    for arguments in same:
        assert command(arguments, environment=ZH)[1] == command(arguments)[1]
    error = json.loads(command(["eval", "x", "--json"], environment=ZH)[2])
    assert error["error"] == "no value for x"
    assert command([*WORKED, "-q"], environment=ZH)[1] == command([*WORKED, "-q"])[1]


def test_what_a_program_prints_stays() -> None:
    for options in ([], ["-q"]):
        _, out, err = command(["eval", 'print "there is no file x"; print "x is", x; x', "--x", "2", *options], environment=ZH)
        assert "there is no file x\nx is 2\n" in out + err


def test_english_loads_nothing_of_it() -> None:
    for format in ("-q", "--json", "--format=text"):
        assert not any("translation" in name for name in loaded_by(*WORKED, format))
    assert any("translation" in name for name in loaded_by(*WORKED, "--lang", "zh", "--format=text"))


# ---- how it looks ----


def test_columns_of_tables_stand_below_each_other() -> None:
    """By the columns of a terminal, where a Chinese sign takes two."""
    tables = command([*WORKED, "--lang", "zh"])[1].split("\n\n")[2:]
    for table in tables:
        rows = table.rstrip("\n").split("\n")[1:]
        cells = "grad_fn" if "grad_fn" in rows[0] else "是"
        start = columns(rows[0][: rows[0].index(cells)])
        for row in rows[1:]:
            behind = next(at for at in range(len(row)) if columns(row[:at]) == start)
            assert row[behind - 1] == " "
            assert row[behind] != " "


def test_drawings_stand_below_each_other() -> None:
    drawing, _ = command(["graph", *WORKED[1:], "--format", "draw"], environment=ZH)[1].split("\n\n")
    lines = drawing.split("\n")
    for line, following in itertools.pairwise(lines):
        for sign in (found.start() for found in re.finditer("[╮╗]", line)):
            at = columns(line[:sign])
            below = next(number for number in range(len(following) + 1) if columns(following[:number]) >= at)
            assert following[below] in "│║┃", line


def test_lines_are_folded_by_columns() -> None:
    text = "图中有数组，所以输入是固定的：网页逐步演示（一步一步）记录下来的运行 gradcli graph。"
    for width in range(8, 60):
        lines = wrapped(text, width, "  ")
        assert all(columns(line) <= width + 2 * columns("，") for line in lines)
        assert "".join(line.strip() for line in lines).replace(" ", "") == text.replace(" ", "")
        assert not any(line.strip()[0] in "，。：）" or line[-1] == "（" for line in lines)


def test_formulas_may_stand_in_another_order() -> None:
    words = ("a ", 1, " of b ", 2)
    assert words_said(words, lambda text: text[::-1]) == [2, " b fo ", 1, " a"]
    assert words_said(("\ue000 x ", 1), str.upper) == ["\ue000 x ", 1]  # a text with signs of its own stays


def test_an_error_on_a_terminal_is_red_and_its_caret_bold() -> None:
    coloured = command(["eval", "x + * 2"], environment={"FORCE_COLOR": "1"})[2]
    assert coloured.startswith("\x1b[1;31merror:\x1b[0m ")
    assert "\x1b[1m    ^\x1b[0m\n" in coloured
    plain = re.sub("\x1b\\[[0-9;]*m", "", coloured)
    for environment in ({}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}):
        assert command(["eval", "x + * 2"], environment=environment)[2] == plain


def test_a_process_says_it_too() -> None:
    done = process(["eval", "x"], environment=ZH)
    assert (done.returncode, done.stderr.decode()) == (
        2,
        "错误：x 没有值\n  位于表达式，第 1 列：\n    x\n    ^\n提示：加上 --x VALUE\n",
    )


def test_the_catalogue_is_in_the_package() -> None:
    assert (Path(PACKAGE) / "manual" / "zh" / "messages.po").is_file()
