"""Lines of work: right ones are right in any form, the first broken one is found, and what follows from it follows."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from commandline import command

from gradcli.errors import GradcliError
from gradcli.output.schemas import SCHEMAS
from gradcli.teaching.marking.verdicts import Status
from gradcli.teaching.marking.words import feedback
from gradcli.teaching.steps import Work

RIGHT, BROKEN, FOLLOWS, CHANCE, UNREADABLE = Status

WORKS = [
    (
        "(x+w)*(w+1)",
        "w",
        """
        # the worked example
        a = x + w
        ∂y/∂a = b
        ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w
              = b·1 + a·1
              = (w + 1) + (x + w) = 2w + x + 1
        """,
        [RIGHT] * 5,
    ),
    (
        "(x+w)*(w+1)",
        "w",
        r"""
        \frac{\partial y}{\partial a} = b \\
        \partial y/\partial b = a
        \frac{\partial y}{\partial w} &= b\cdot 1 + a\cdot 1 \\
        &= 2w + x + 1
        """,
        [RIGHT] * 4,
    ),
    (
        "(x+w)*(w+1)",
        "w",
        """
        dy/da = a
        dy/db = a
        dy/dw = dy/da*da/dw + dy/db*db/dw = a + a
              = 2x + 2w
        dy/dw = 2w + x + 1
        """,
        [BROKEN, RIGHT, FOLLOWS, FOLLOWS, CHANCE],
    ),
    ("sin(x^3)", "x", "u = x^3\ndu/dx = 3x^2\ndy/du = cos(u)\ndy/dx = dy/du*du/dx\n= 3x^2*cos(u)", [RIGHT] * 5),
    ("sin(x^3)", "x", "u = x^3\ndu/dx = 3x^3\ndy/dx = cos(u)*du/dx\n= 3x^3*cos(u)\n= 4", [RIGHT, BROKEN, RIGHT, FOLLOWS, BROKEN]),
    ("x^2*w", "x", "y' = 2x*w\nblub(\ndq/dx = 3\n= 2x*w", [RIGHT, UNREADABLE, UNREADABLE, RIGHT]),
    ("x^2*w", "x", "dy/dx = x^2\n= w", [BROKEN, BROKEN]),
    # a name of one's own that the graph gives another node; what follows by the chain rule without being said
    *[
        ("sin(x^2+1)", "x", f"{name} = x^2+1\ndy/d{name} = -cos({name})\ndy/dx = -2x*cos(x^2+1)", [RIGHT, BROKEN, FOLLOWS])
        for name in "auq"
    ],
    ("sin(x^2+1)", "x", "u = x^2+1\ndu/dx = x\ndy/du = -cos(u)\ndy/dx = -x*cos(u)", [RIGHT, BROKEN, BROKEN, FOLLOWS]),
    ("sin(x^2+1)", "x", "u = x^2+1\ndu/dx = x\ndy/dx = 3*cos(u)", [RIGHT, BROKEN, BROKEN]),
    ("sin(x^2+1)", "x", "a = x^3", [BROKEN]),
    # a line that does not say what it is: the derivative asked for, or what goes on with the line before
    ("sin(x^2)", "x", "u = x^2\nu' = 2x\ncos(u)*u'\n2x*cos(x^2)", [RIGHT] * 4),
    ("sin(x^2)", "x", "u = x^2\nu' = 2x\n2x sin u\n= 2x sin(x^2)", [RIGHT, RIGHT, BROKEN, FOLLOWS]),
    ("(2x+1)^5", "x", "5(2x+1)^4*2 = 10(2x+1)^4", [RIGHT]),
    ("(2x+1)^5", "x", "5(2x+1)^4*2 = 11(2x+1)^4", [BROKEN]),
    ("(2x+1)^5", "x", "5(2x+1)^4 = 5(2x+1)^4", [BROKEN]),
    ("x^3", "x", "3x^2 = y'", [RIGHT]),
    # equations between other values
    ("x^x", "x", "ln y = x ln x\ny'/y = ln x + 1\ny' = x^x (ln x + 1)", [RIGHT] * 3),
    ("x^x", "x", "ln y = 2 ln x\ny'/y = ln x\ny' = x^x (ln x + 1)", [BROKEN, BROKEN, RIGHT]),
    # words before a name, and several statements in a line
    ("sin(x^2)", "x", "Let u = x^2\nso du/dx = 2x\nthen dy/du = cos(u)\ndy/dx = dy/du*du/dx", [RIGHT] * 4),
    ("x^2*sin(x)", "x", "u = x^2, v = sin x\nu' = 2x; v' = -cos x\ny' = u'v + uv'", [RIGHT] * 3 + [BROKEN, RIGHT]),
    ("x^2*sin(x)", "x", "令u=x²，v=sin(x)\n则u'＝2x；v'=cos(x)\n所以 y' = u'v＋uv'。\n = 2x sin（x）＋x²cos(x)", [RIGHT] * 6),
    ("(2.5x)^2", "x", "u = 2,5x\ny' = 2u*2,5", [RIGHT, RIGHT]),
]


@pytest.mark.parametrize(("question", "wrt", "text", "expected"), WORKS)
def test_lines_are_judged(question: str, wrt: str, text: str, expected: list[Status]) -> None:
    assert [line.status for line in Work(question, wrt).judge(text)] == expected


@pytest.mark.parametrize(
    ("question", "text", "kind", "node"),
    [
        ("sin(x^3)", "∂a/∂x = 3x^3\n∂y/∂a = -cos(a)", "power.no_lower", "a"),
        ("sin(x^3)", "∂a/∂x = 3x^2\n∂y/∂a = -cos(a)", "table.sign", "y"),
        ("x^2*sin(x)", "y' = ∂a/∂x*b + a*∂b/∂x\n= 2x*cos(x)", "product.product_of_derivatives", "y"),
        ("x^2*sin(x)", "y' = ∂a/∂x*∂b/∂x", "product.product_of_derivatives", "y"),
    ],
)
def test_the_first_broken_line_is_explained_and_only_that(question: str, text: str, kind: str, node: str) -> None:
    work = Work(question, "x")
    lines = work.judge(text)
    marked = [line.marked for line in lines if line.marked is not None]
    assert len(marked) == 1
    assert marked[0].reasons[0].kind == kind
    assert f"({node} = " in feedback(work.question, marked[0], 2)[0]


def test_numbers_are_meant_at_the_point() -> None:
    work = Work("(x+w)*(w+1)", "w", at={"x": 2.0, "w": 1.0})
    assert [line.status for line in work.judge("∂y/∂a = b = 2\n∂y/∂b = a = 3\n∂y/∂w = 2 + 3 = 5\n= 6")] == [
        RIGHT,
        RIGHT,
        RIGHT,
        BROKEN,
    ]
    assert [line.status for line in Work("x", "x").judge("dy/dx = 1")] == [RIGHT]


@pytest.mark.parametrize(
    ("text", "answered"),
    [("", False), ("u = x^2", False), ("2x*cos(x^2)", True), ("y' = 3x", True), ("dy/da = cos(a)", False), ("= 3x", True)],
)
def test_work_is_right_only_where_it_says_what_is_asked_for(text: str, answered: bool, tmp_path: Path) -> None:
    work = Work("sin(x^2)", "x")
    lines = work.judge(text)
    assert work.answered is answered
    path = tmp_path / "work.txt"
    path.write_text(text, encoding="utf-8")
    code, _, err = command(["grade", "sin(x^2)", "--steps", str(path)])
    assert (code == 0) is (answered and all(line.status is RIGHT for line in lines))
    assert (err == "") is answered


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(GradcliError, match="501 lines"):
        Work("x", "x").judge("= 1\n" * 501)


def test_lines_of_work_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "work.txt"
    path.write_text("dy/da = a\ndy/dw = dy/da + a\n", encoding="utf-8")
    call = ["grade", "(x+w)*(w+1)", "--wrt", "w", "--steps", str(path)]
    code, out, err = command([*call, "--json"])
    assert (code, err) == (1, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMAS["steps"])
    assert [line["status"] for line in document["lines"]] == ["broken here", "right"]
    assert document["lines"][0]["kinds"] == ["product.swapped"]
    _, out, _ = command([*call, "--level", "2"])
    assert "2*w" not in out
    assert command([*call, "--", "2"])[0] == 2
    assert command([*call, "--format", "csv"])[0] == 2


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        (["f(x) = x^2*sin(x)", "f'(x) = 2x sin x + x^2 cos x", "y′ = 2x sin x"], ["right", "right", "broken here"]),
        (["u = x^2", "v = sin(x)", "u' = 2x", "v'(x) = cos(x)", "f'(x) = u'v + uv'"], ["right"] * 5),
        (["a' = 3x", r"f^{\prime}(x) = a' b + a b' = 3x sin x + x^2 cos x"], ["broken here", "follows"]),
        (
            ["(x^2)' = 2x", "(sin x)' = cos x", "d/dx(x^3) = 3x^2", "y' = (x^2)' sin x + x^2 [sin(x)]' = 2x sin x + x^2 cos x"],
            ["right"] * 4,
        ),
        (["(x^2)' = 3x", "(x^2)' = 2x", "(q)' = 1"], ["broken here", "right by chance", "unreadable"]),
        (["a' = 3x", "(a + x)' = 3x + 1", "(a + x)' = 2x + 1"], ["broken here", "follows", "right by chance"]),
        (["y' = a' b'", "y'' = 2", "f(w) = 3"], ["broken here", "unreadable", "unreadable"]),
    ],
)
def test_primes_are_derivatives_by_the_variable(lines: list[str], statuses: list[str]) -> None:
    assert [line.status.value for line in Work("x^2*sin(x)", "x").judge("\n".join(lines))] == statuses


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        (["(x^2+1)^5", "5(x^2+1)^4*2x", "10x(x^2+1)^4"], ["right"] * 3),
        (["(1+x²)^5", "= 5(x^2+1)^4 * 2x"], ["right"] * 2),
        (["y = (x^2+1)^5", "u = x^2+1", "y = u^5", "dy/dx = 5u^4 * 2x"], ["right"] * 4),
        (["let u = x^2+1", "u^5", "5u^4 u'", "10x u^4"], ["right"] * 4),
        (["y = u^5, u = x^2+1", "y' = 5u^4 * 2x"], ["right"] * 3),
        (["f(x) = u^5", "where u = x^2+1", "f'(x) = 10x u^4"], ["right"] * 3),
        (["d/dx (x^2+1)^5 = 5(x^2+1)^4*2x"], ["right"]),
        (["y = u^5, u = x^2", "y' = 10x (x^2+1)^4"], ["broken here", "right", "right"]),
        (["(x^2+1)^6", "10x(x^2+1)^4"], ["broken here", "right by chance"]),
        (["10x(x^2+1)^4", "(x^2+1)^5"], ["right", "broken here"]),
        (["(x^2+1)^5", "= 5(x^2+1)^4"], ["right", "broken here"]),
        (["y = v^5", "y' = 10x(x^2+1)^4"], ["unreadable", "right"]),
    ],
)
def test_lines_may_say_the_question_again_and_name_its_parts(lines: list[str], statuses: list[str]) -> None:
    assert [line.status.value for line in Work("(x^2+1)^5", "x").judge("\n".join(lines))] == statuses


@pytest.mark.parametrize(
    ("question", "text", "status"), [("exp(x)", "e^x", "right"), ("x*x", "x^2", "right"), ("5*x", "5", "right")]
)
def test_what_says_the_question_again_is_no_answer_unless_it_is_one(question: str, text: str, status: str) -> None:
    work = Work(question, "x")
    assert [line.status.value for line in work.judge(text)] == [status]
    assert work.answered is (question != "x*x")
