"""Arrays as answers: right ones are made by hand and held against differences of NumPy's values, wrong ones have one mistake."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy
import pytest
from commandline import command
from teaching_rows import ROWS

from gradcli.errors import GradcliError
from gradcli.graph.graph import Shape
from gradcli.output.schemas import SCHEMAS
from gradcli.teaching.arrays.marking import ArrayMarker
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.marking.words import feedback
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.tasks import task


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + numpy.exp(-x))


LAYER: dict[str, Shape] = {"W": (2, 3), "x": (3,)}
BATCH: dict[str, Shape] = {"X": (4, 3), "W": (3, 2), "b": (2,)}
SQUARE: dict[str, Shape] = {"A": (4, 4), "x": (4,), "t": (4,)}
Question = tuple[str, str, dict[str, Shape], Any]
QUESTIONS: dict[str, Question] = {
    "layer": ("sum((W@x)^2)", "W", LAYER, lambda p: ((p["W"] @ p["x"]) ** 2).sum()),
    "bias": ("sum((X@W + b)^2)", "b", BATCH, lambda p: ((p["X"] @ p["W"] + p["b"]) ** 2).sum()),
    "weights": ("sum((X@W + b)^2)", "W", BATCH, lambda p: ((p["X"] @ p["W"] + p["b"]) ** 2).sum()),
    "activation": ("sum(sigmoid(W@x)*v)", "W", {**LAYER, "v": (2,)}, lambda p: (_sigmoid(p["W"] @ p["x"]) * p["v"]).sum()),
    "loss": ("mean((A@x - t)^2)", "x", SQUARE, lambda p: ((p["A"] @ p["x"] - p["t"]) ** 2).mean()),
    "paths": ("a = x*x; sum(a*exp(a))", "x", {"x": (3,)}, lambda p: (p["x"] * p["x"] * numpy.exp(p["x"] * p["x"])).sum()),
    "signs": ("sum(cos(x) - x*v)", "x", {"x": (3,), "v": (3,)}, lambda p: (numpy.cos(p["x"]) - p["x"] * p["v"]).sum()),
    "form": ("x@A@x", "x", {"A": (4, 4), "x": (4,)}, lambda p: p["x"] @ p["A"] @ p["x"]),
    "inner": ("dot(v, x)", "x", {"x": (3,), "v": (3,)}, lambda p: p["x"] @ p["v"]),
    "length": ("norm(x)", "x", {"x": (3,)}, lambda p: numpy.sqrt((p["x"] ** 2).sum())),
    "jacobian": ("W@sin(x)", "x", LAYER, lambda p: p["W"] @ numpy.sin(p["x"])),
    "product": ("sum(sin(v)*exp(v))", "v", {"v": (3,)}, lambda p: (numpy.sin(p["v"]) * numpy.exp(p["v"])).sum()),
    "inside": ("sum(sin(2*v))", "v", {"v": (3,)}, lambda p: numpy.sin(2 * p["v"]).sum()),
    "outside": ("cos(sum(v^2))", "v", {"v": (3,)}, lambda p: numpy.cos((p["v"] ** 2).sum())),
    "quotient": ("mean(x/(1 + x^2))", "x", {"x": (4,)}, lambda p: (p["x"] / (1 + p["x"] ** 2)).mean()),
    "factors": ("sum(u*v)", "u", {"u": (3,), "v": (3,)}, lambda p: (p["u"] * p["v"]).sum()),
    "fit": ("mean((w*x + b - t)^2)", "w", {"x": (4,), "t": (4,)}, lambda p: ((p["w"] * p["x"] + p["b"] - p["t"]) ** 2).mean()),
}
"""For each question the expression, the variable, the shapes, and the function in NumPy."""

RIGHT = {
    "layer": ["2*outer(W@x, x)", "2 (W x) x^T", "2*W*x*xᵀ", "np.outer(2*W@x, x)", "dW = 2*outer(W@x, x)", r"2 W x x^\top"],
    "bias": ["2*sum(X@W + b, axis=0)", "2*ones(4) @ (X@W + b)", "2 (X@W + b)^T @ ones(4)"],
    "weights": ["2*X.T@(X@W + b)", "2 X^T (X W + b)", "X'@(2*(X@W + b))"],
    "activation": ["outer(v*sigmoid(W@x)*(1 - sigmoid(W@x)), x)"],
    "loss": ["A.T@(A@x - t)/2", "1/2 A^T (A x - t)", "(A@x - t)@A/2"],
    "paths": ["2*x*exp(a) + 2*x*a*exp(a)", "2x*e^(x^2)*(1 + x^2)"],
    "signs": ["-sin(x) - v", "-(v + sin(x))", "[-sin(x[0]) - v[0], -sin(x[1]) - v[1], -sin(x[2]) - v[2]]"],
    "form": ["(A + A^T) x", "A x + A^T x", "A@x + x@A"],
    "inner": ["v"],
    "length": ["x/norm(x)", "x/||x||", "x/‖x‖", "x/sqrt(sum(x^2))"],
    "jacobian": ["W*cos(x)", "W @ diag(cos(x))"],
    "product": ["cos(v)*exp(v) + sin(v)*exp(v)"],
    "inside": ["2*cos(2v)"],
    "outside": ["-2*sin(sum(v^2))*v"],
    "quotient": ["(1 - x^2)/(4*(1 + x^2)^2)"],
    "factors": ["v"],
    "fit": ["mean(2*(w*x + b - t)*x)"],
}

WRONG = [
    ("layer", "2*outer(x, W@x)", "array.transposed"),
    ("layer", "outer(W@x, x)", "power.no_factor"),
    ("layer", "-2*outer(W@x, x)", "answer.negated"),
    ("layer", "outer(ones(2), x)", "graph.upstream_lost"),
    ("layer", "2*outer(a^2, x)", None),
    ("layer", "2*x", None),
    ("bias", "2*sum(X@W + b, axis=1)", "array.axis"),
    ("bias", "2*(X@W + b)", "array.not_summed"),
    ("bias", "2*mean(X@W + b, axis=0)", "array.count"),
    ("weights", "2*(X@W + b).T@X", "array.transposed"),
    ("weights", "2*X@(X@W + b)", None),
    ("activation", "outer(v, x)", "chain.inner_only"),
    ("activation", "outer(v*sigmoid(W@x), x)", "chain.outer_not_differentiated"),
    ("activation", "outer(sigmoid(W@x)*(1 - sigmoid(W@x)), x)", "const.factor_lost"),
    ("loss", "A@(A@x - t)/2", "array.operand_transposed"),
    ("loss", "2*A.T@(A@x - t)", "array.count"),
    ("paths", "2x*exp(a)", "graph.path_lost"),
    ("paths", "2x*a*exp(a)", "graph.overwritten"),
    ("paths", "x*(exp(a) + a*exp(a))", "graph.path_lost"),
    ("signs", "sin(x) - v", "table.sign"),
    ("signs", "-sin(x) + v", "sum.sign"),
    ("weights", "2*(X@W + b)", "array.operand_missing"),
    ("form", "2*A@x", "array.assumed_symmetric"),
    ("form", "A@x", "graph.path_lost"),
    ("inner", "x", "product.swapped"),
    ("length", "2x", "chain.inner_only"),
    ("length", "x", "table.root"),
    ("jacobian", "(W*cos(x)).T", "array.transposed"),
    ("jacobian", "W", "chain.inner_only"),
    ("jacobian", "-W*cos(x)", "answer.negated"),
    ("jacobian", "W*sin(x)", "chain.outer_not_differentiated"),
    ("product", "cos(v)*exp(v)", "product.only_first"),
    ("product", "sin(v)*exp(v)", "product.only_second"),
    ("product", "cos(v)*exp(v) - sin(v)*exp(v)", "product.minus"),
    ("product", "cos(v) + exp(v)", "product.sum_of_derivatives"),
    ("inside", "cos(2v)", "chain.no_inner"),
    ("inside", "2*cos(v)", "chain.outer_at_x"),
    ("inside", "cos(v)", "chain.inner_ignored"),
    ("inside", "2*sin(2v)", "chain.outer_not_differentiated"),
    ("outside", "-2*sin(sum(v))*v", None),
    ("outside", "-sin(2v)", "chain.outer_at_inner_derivative"),
    ("outside", "2*sin(sum(v^2))*v", "table.sign"),
    ("outside", "-2v*sin(v)", "chain.outer_at_x"),
    ("quotient", "1/(8x)", "quotient.quotient_of_derivatives"),
    ("quotient", "(1 - x^2)/(4*(1 + x^2))", "quotient.no_square"),
    ("quotient", "(1 - x^2)/(1 + x^2)^2", "array.count"),
    ("quotient", "(1 + 3x^2)/(4*(1 + x^2)^2)", "quotient.plus"),
    ("factors", "u", "partial.wrong_variable"),
    ("factors", "u*v", "value.not_differentiated"),
    ("factors", "u + v", "partial.other_not_constant"),
    ("fit", "mean(2*(w*x + b - t))", "chain.no_inner"),
    ("fit", "sum(2*(w*x + b - t)*x)", "array.count"),
    ("fit", "mean((w*x + b - t)*x)", "power.no_factor"),
    ("fit", "mean(2*(w*x + b - t)*w)", "product.swapped"),
]


@cache
def asked(name: str) -> ArrayMarker:
    expression, wrt, shapes, _ = QUESTIONS[name]
    found = task(expression, "jacobian" if name == "jacobian" else "gradient", [wrt], shapes=shapes)
    assert isinstance(found, ArrayMarker)
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_right_answers_are_right_in_any_form(name: str) -> None:
    marker = asked(name)
    for answer in RIGHT[name]:
        assert marker.mark(answer).verdict is Verdict.RIGHT, answer
    if text := marker.right_text():
        assert marker.mark(text).verdict is Verdict.RIGHT, text
        assert marker.mark(f"({text}) + 1").verdict is Verdict.WRONG


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_right_answer_has_the_numbers_of_differences(name: str) -> None:
    _, wrt, _, function = QUESTIONS[name]
    question = asked(name).arrays
    for point, right in zip(question.points, question.right, strict=True):
        found = numpy.zeros((*numpy.shape(function(point)), *numpy.shape(point[wrt])))
        for place in numpy.ndindex(numpy.shape(point[wrt])):
            step = numpy.zeros(numpy.shape(point[wrt]))
            step[place] = 1e-6
            ends = [function({**point, wrt: point[wrt] + sign * step}) for sign in (1, -1)]
            found[(..., *place)] = (ends[0] - ends[1]) / 2e-6
        numpy.testing.assert_allclose(right, found, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("name", "answer", "kind"), WRONG)
def test_the_mistake_is_found(name: str, answer: str, kind: str | None) -> None:
    marker = asked(name)
    marked = marker.mark(answer)
    if kind is None:
        assert marked.verdict in (Verdict.WRONG, Verdict.UNREADABLE)
        assert not marked.reasons
        assert marked.note
    else:
        assert marked.verdict is Verdict.WRONG
        assert kind in [reason.kind for reason in marked.reasons]


def test_a_function_of_each_element_has_the_reasons_of_one_of_a_number() -> None:
    """Under a sum nothing is explained by another kind than where x is a number, but for the factor of the sum itself."""
    found = 0
    for question, wrt, answer, _ in ROWS:
        if wrt != "x" or ";" in question or "w" in question or "000" in question:
            continue
        kinds = {kind for reason in Marker(question, wrt).mark(answer).reasons for kind in reason.kind.split("+")}
        marked = task(f"sum({question})", "gradient", [wrt], shapes={wrt: (3,)}).mark(answer)
        found += bool(marked.reasons)
        if marked.reasons and not {reason.kind for reason in marked.reasons} & {*kinds, "graph.upstream_lost"}:
            assert (question, answer) in STRANGE
    assert found > 70


STRANGE = [("2x^3 + 5x^2", "6x^2 + 10"), ("x^4 + sin(x)", "4x^3 - sin(x)")]
"""What is taken for another mistake, where a term that is differentiated twice is not known: 5x^2 to 10."""


def test_the_number_of_elements_is_missing_from_a_mean_alone() -> None:
    """A sum of two elements gets a factor 1/2 where it is taken for a mean, and never a factor 2."""
    for answer, is_count in (("outer(W@x, x)", True), ("4*outer(W@x, x)", False), ("0*outer(W@x, x)", False)):
        kinds = [reason.kind for reason in asked("layer").mark(answer).reasons]
        assert ("array.count" in kinds) is is_count
        assert kinds or answer.startswith("0")


def test_every_kind_of_array_has_a_row() -> None:
    kinds = {kind for kind in MISTAKES if kind.startswith("array.") and kind != "array.order"} | {"graph.upstream_lost"}
    assert kinds <= {kind for _, _, kind in WRONG}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_message_below_the_right_line_has_the_answer(name: str) -> None:
    marker = asked(name)
    for other, answer, _ in WRONG:
        for line in feedback(marker.question, marker.mark(answer), 3) if other == name else ():
            for part in line.replace(",", " = ").split(" = "):
                assert marker.mark(part.strip(" ();")).verdict is not Verdict.RIGHT or part.strip() == answer


def test_answers_of_other_questions_get_hardly_a_reason() -> None:
    named = 0
    for name in QUESTIONS:
        for other, answers in RIGHT.items():
            for answer in answers if QUESTIONS[other][0] != QUESTIONS[name][0] else ():
                marked = asked(name).mark(answer)
                named += bool(marked.reasons)
    assert named <= 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ask": "gradient", "shapes": {"W": (2, 3), "x": (3,)}, "wrt": ["W"]}, "a gradient is that of a number"),
        ({"ask": "jacobian", "shapes": {"W": (2, 3), "x": (3,)}, "wrt": []}, "by which variable"),
        ({"ask": "hessian", "shapes": {"W": (2, 3), "x": (3,)}, "wrt": ["x"]}, "a gradient or a Jacobian is asked for"),
        ({"ask": "jacobian", "shapes": {"W": (2, 3), "x": (4,)}, "wrt": ["x"]}, "3"),
        ({"ask": "jacobian", "shapes": {"W": (2, 3), "x": (3,), "q": (2,)}, "wrt": ["x"]}, "no variable q"),
        ({"ask": "jacobian", "shapes": {"W": (200, 3), "x": (3,)}, "wrt": ["x"]}, "are the most"),
    ],
)
def test_what_cannot_be_asked_for_is_said(given: dict[str, Any], message: str) -> None:
    with pytest.raises(GradcliError, match=message):
        task("W@x", given["ask"], given["wrt"], shapes=given["shapes"])


def test_arrays_by_the_command(tmp_path: Path) -> None:
    call = ["grade", "sum((W@x)^2)", "--wrt", "W", "--shape", "W=2,3", "--shape", "x=3", "--ask", "gradient"]
    code, out, err = command([*call, "--json", "--", "2*outer(W@x, x)", "2*outer(x, W@x)"])
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert document["right"] == "2*outer(W @ x, x)"
    assert [answer["verdict"] for answer in document["answers"]] == ["right", "wrong"]
    quiz, answers = tmp_path / "quiz.jsonl", tmp_path / "answers.csv"
    quiz.write_text('{"id": "q", "expression": "sum(W@x)", "wrt": "W", "ask": "gradient", "shape": {"W": [2, 3], "x": 3}}\n')
    answers.write_text('student,q\nAda,"outer(ones(2), x)"\n')
    code, out, err = command(["grade", "-f", str(quiz), "--answers", str(answers), "--format", "csv"])
    assert (code, err, ",right,1," in out) == (0, "", True)


def test_numbers_at_a_point_of_arrays() -> None:
    """Expected by hand: the gradient of x·x is 2x, that of ‖x‖ is x/‖x‖, that of the sum of A·x the sums of the columns of A."""
    for question, at, right, wrong, kind in (
        ("dot(x, x)", {"x": [1, -2, 4]}, "[2, -4, 8]", "[1, -2, 4]", "graph.path_lost"),
        ("norm(x)", {"x": [3, 4]}, "[0.6, 0.8]", "[0.7, 0.8]", ""),
        ("sum(A@x)", {"A": [[1, 2], [3, 4]], "x": [1, 2]}, "[4, 6]", "[3, 7]", "array.operand_transposed"),
    ):
        marker = task(question, "gradient", ["x"], at=at)
        assert marker.mark(right).verdict is Verdict.RIGHT
        marked = marker.mark(wrong)
        assert marked.verdict is Verdict.WRONG
        assert marked.at_one_point
        assert (marked.reasons[0].kind if marked.reasons else "") == kind
    call = ["grade", "sum(A@x)", "--ask", "gradient", "--wrt", "x", "--json"]
    code, out, _ = command([*call, "--at", "A=[[1,2],[3,4]],x=[1,2]", "--", "[4,6]"])
    jsonschema.validate(json.loads(out), SCHEMAS["grade"])
    assert code == 0
    with pytest.raises(GradcliError, match="the point has no value for t"):
        task("t*sum(A)", "gradient", ["A"], at={"A": [1, 2]})
