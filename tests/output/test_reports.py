"""The report on a run: its parts, cut to a screen, and tables that are no wider than it."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from functools import cache

import pytest
from commandline import command
from numpy import array

from gradcli import Derivation, Tape, derive, parse, record
from gradcli.autodiff.passes.contributions import contributions
from gradcli.output.reports.blocks import ANSWER, EDGES, NODES, PARTS, WHY, Block, Equations, Lines, Style, Table
from gradcli.output.reports.fitting import FEWEST_LINES, fitted
from gradcli.output.reports.rich import rich_text
from gradcli.output.reports.runs.evaluation import eval_report
from gradcli.output.wrapping import rows_of, wrapped_arrays

PROGRAMS: dict[str, tuple[str, dict[str, object], list[str] | None]] = {
    "worked": ("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, ["w"]),
    "two neurons": (
        "h = tanh(w1*x + b1); y = tanh(w2*h + b2)",
        {"x": 1.0, "w1": 0.5, "b1": 0.1, "w2": -0.3, "b2": 0.2},
        None,
    ),
    "long names": (
        "hidden_layer = sigmoid(first_weight*input_value + first_bias);"
        "prediction = sigmoid(second_weight*hidden_layer + second_bias)",
        {"first_weight": 0.5, "input_value": 1.0, "first_bias": 0.1, "second_weight": -0.3, "second_bias": 0.2},
        ["first_weight"],
    ),
    "deep": ("s = x; for i in 0..8 { s = sin(s)*w }; s", {"x": 1.0, "w": 1.5}, ["w"]),
    "arrays": ("sum(relu(W @ x)^2)", {"W": array([[1.5, 2.25, 3.0], [4.0, 5.0, 6.125]]), "x": array([1.0, 2.0, 3.0])}, None),
    "softmax": (
        "y = softmax(W @ x); sum(y*y)",
        {"W": array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]]), "x": array([1.0, 0.5, -1.0])},
        None,
    ),
}
NUMBER = r"-?[\d.]+(?:e[-+]?\d+)?"
SCREENS = [(columns, lines) for columns in (80, 120) for lines in (24, 40, 70)]


@cache
def run(name: str) -> tuple[Tape, Derivation]:
    program, values, wrt = PROGRAMS[name]
    tape = record(parse(program), values, wrt=wrt)
    return tape, derive(tape)


def report(name: str, parts: Collection[str] = PARTS) -> list[Block]:
    return list(eval_report(*run(name), style=Style(), parts=parts))


def height(block: Block) -> int:
    return rich_text([block], io.StringIO()).count("\n")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def rows(block: Block) -> list[object]:
    return list(block.lines if isinstance(block, Lines) else block.rows)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answer_comes_first_and_each_part_can_be_had_alone(name: str) -> None:
    blocks = report(name)
    order = [PARTS.index(block.part) for block in blocks]
    assert order == sorted(order)
    assert set(order) == set(range(len(PARTS)))
    for part in PARTS:
        assert report(name, [part]) == [block for block in blocks if block.part == part]


@pytest.mark.parametrize(("columns", "lines"), SCREENS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_report_fits_the_screen_and_says_what_it_leaves_out(
    name: str, columns: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    whole = report(name)
    shown = fitted(whole, height, lines)
    screen = max(lines, FEWEST_LINES) - 2
    assert rich_text(shown, io.StringIO()).count("\n") <= screen
    if rich_text(whole, io.StringIO()).count("\n") <= screen:
        assert shown == whole
        return

    def of(blocks: list[Block], part: str) -> list[Block]:
        return [block for block in blocks if block.part == part]

    assert of(shown, ANSWER) == of(whole, ANSWER)
    for part in (NODES, EDGES):
        ((found,), (table,)) = of(shown, part), of(whole, part)
        assert isinstance(table, Table)
        if isinstance(found, Lines):
            assert re.fullmatch(rf"\.\.\. {len(table.rows) + table.rest[0]} {part}; --only {part} shows .*", found.lines[1])
            continue
        assert isinstance(found, Table)
        assert 0 < len(found.rows) <= len(table.rows)
        assert rows(table)[: len(found.rows)] == rows(found)
        assert len(found.rows) + found.rest[0] == len(table.rows) + table.rest[0]
    derivations, kept = ([block for block in of(blocks, WHY) if isinstance(block, Equations)] for blocks in (whole, shown))
    left = len(derivations) - len(kept)
    said = [line for block in of(shown, WHY) if isinstance(block, Lines) for line in block.lines]
    cut = [block for block in kept if block not in derivations]
    assert sum(f" {left:,} more derivation" in line for line in said) == (left > 0)
    assert len(said) == (left > 0) + len(cut)
    # Nothing is shown on the way to what was asked for that is not shown itself.
    assert cut or left == 0 or all(block.results for block in kept)


def test_the_worked_example_is_whole_and_two_neurons_fit_a_screen_with_a_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert fitted(report("worked"), height, 24) == report("worked")
    whole, shown = report("two neurons"), fitted(report("two neurons"), height, 40)
    first = next(block for block in whole if isinstance(block, Equations) and block.results)
    assert first in shown
    assert rich_text(shown, io.StringIO()).count("\n") < 40


def test_derivations_come_before_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    whole, shown = report("softmax"), fitted(report("softmax"), height, 24)
    assert [block for block in whole if block.part == WHY] == [block for block in shown if block.part == WHY]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", PROGRAMS)
def test_tables_are_no_wider_than_the_screen_and_cut_no_number(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for table in report(name, (NODES, EDGES)):
        assert isinstance(table, Table)
        text = plain(rich_text([table], io.StringIO()))
        assert max(map(len, text.splitlines())) <= columns
        for at, column in enumerate(table.columns):
            if column in table.numeric:
                numbers = {number for row in table.rows for number in re.findall(NUMBER, row[at])}
                assert numbers <= set(re.findall(NUMBER, text))


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_formula_that_the_screen_has_room_for_is_in_one_line(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for block in [block for block in report(name) if isinstance(block, Equations)]:
        lines = plain(rich_text([block], io.StringIO())).splitlines()
        assert max(map(len, lines)) <= columns
        left = max(len(left) for left, *_ in block.rows)
        for _, sign, right, _ in block.rows:
            assert len(right) + left + 3 > columns or any(f"{sign} {right}" in line for line in lines), right


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_edge_along_which_a_gradient_flows_says_what_flows(name: str) -> None:
    tape = run(name)[0]
    (table,) = report(name, (EDGES,))
    assert isinstance(table, Table)
    flowing = [f"{tape.names[found.source]} → {tape.names[found.target]}" for found in contributions(tape)]
    assert sorted(row[0] for row in table.rows if row[1] and row[2]) == sorted(flowing)


MATRIX = "[[0.02238572269982863, -0.5, 1], [1, 2.25, -0.0031754386]]"


@pytest.mark.parametrize("width", range(24, 140, 7))
@pytest.mark.parametrize(
    "text",
    [
        f"y = sum(softmax(W @ x)·t) = 0.022910619170609322   at W = {MATRIX}, x = [1, 2, 3]",
        f"∂y/∂W = {MATRIX}",
        f"{MATRIX}ᵀ @ [1, 2]·exp(1 + x)",
        f"W = [{', '.join(['0.02238572269982863'] * 9)}]",
    ],
)
def test_lines_with_arrays_end_between_values(text: str, width: int) -> None:
    lines = wrapped_arrays(text, width, "  ")
    assert max(map(len, lines)) <= max(width, 32)  # no number is broken, however narrow it is
    assert " ".join(" ".join(lines).split()).replace("[ ", "[") == " ".join(text.split())


def test_a_matrix_stands_row_by_row() -> None:
    assert rows_of("[[1, -20], [3.5, 4]]") == ["[[  1, -20],", " [3.5,   4]]"]
    assert rows_of("[1, 2]") == ["[1, 2]"]
    assert rows_of("[[[1], [2]]]") == ["[[[1], [2]]]"]


def test_only_chooses_parts_in_a_pipe_and_on_a_terminal() -> None:
    call = ["eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w"]
    heads = {"answer": "∂y/∂w = 5\n", "why": "Why ∂y/∂w = 5", "nodes": "Nodes, in", "edges": "Edges, with"}
    for format in ("text", "rich"):
        for chosen in (["nodes"], ["why", "answer"], list(PARTS)):
            code, out, err = command([*call, "--format", format, "--only", ",".join(chosen)])
            assert (code, err) == (0, "")
            assert [part for part, head in heads.items() if f"\n{head}" in f"\n{plain(out)}"] == [p for p in PARTS if p in chosen]


@pytest.mark.parametrize(
    ("more", "message", "hint"),
    [
        (["--only", "nods"], "the report has no part nods", "did you mean nodes?"),
        (["--only", "xyz"], "the report has no part xyz", "the parts are answer, why, nodes, edges"),
        (["--only", "why", "-q"], "--only chooses parts of the report, and numbers has none", "--select chooses keys of JSON"),
    ],
)
def test_only_takes_parts_of_the_report(more: list[str], message: str, hint: str) -> None:
    assert command(["eval", "x", "--x", "1", *more]) == (2, "", f"error: {message}\nhint: {hint}\n")


def test_modes_say_what_came_of_it_first_in_a_table_that_fits() -> None:
    given = [part for at in (1, 2, 4, 5) for part in ("--x", str(at))]
    _, shown, _ = command(["compare-modes", "x^2*w", *given, "--w", "3", "--format", "rich"], environment={"COLUMNS": "80"})
    lines = plain(shown).splitlines()
    assert lines[0].startswith("dynamic: recorded anew in 4 runs")
    assert max(map(len, lines)) <= 80
