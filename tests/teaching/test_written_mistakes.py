"""The wrong answers to a question: each, marked as an answer, has the reasons that it is listed with."""

from __future__ import annotations

import json

import jsonschema
import pytest
from commandline import command

from gradcli.output.schemas import SCHEMAS
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.written_mistakes import together, written_mistakes

QUESTIONS = ["x^2*sin(3*x)", "(x^2 - 5)/(2*x + 7)", "a = x + w; b = x*w; a*b", "2^x + log(x)", "exp(x^2 + w)"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_is_marked_with_the_mistakes_that_it_is_listed_with(question: str) -> None:
    marker = Marker(question, "x")
    written = written_mistakes(marker)
    texts = [one.answer for one in written if one.answer is not None]
    assert len(texts) == len(set(texts)) > 0.8 * len(written) > 10
    for one in written:
        if one.answer is not None:
            marked = marker.mark(one.answer)
            assert marked.verdict is Verdict.WRONG
            assert {reason.kind for reason in marked.reasons} <= {slip.kind for slip in one.slips}
            assert marked.one_number or marked.reasons[0].kind == one.slips[0].kind


def test_what_cannot_be_told_apart_at_a_point_is_equal_there() -> None:
    marker = Marker("(2*x+1)^2", "x", at={"x": 1})
    written = written_mistakes(marker)
    groups, hidden = together(written, 12.0)
    assert [written[at].answer for at in hidden] == ["4*x*(2*x + 1)"]
    assert {"12*x + 6", "2*(2*x + 1)^2"} <= {written[at].answer for group in groups for at in group}  # both are 18
    for group in groups:
        assert len({round(written[at].value or 0, 9) for at in group}) == 1


def test_the_command_shows_them(tmp_path: object) -> None:
    call = ["mistakes", "(2*x+1)^2", "--at", "x=1"]
    code, out, err = command(call)
    assert (code, err) == (0, "")
    assert "4*(2*x + 1)^2" in out
    assert "right there: " in out
    document = json.loads(command([*call, "--json"])[1])
    jsonschema.validate(document, SCHEMAS["wrong-answers"])
    assert [document["answers"][at]["value"] for at in document["hidden"]] == [12]
    assert command(["mistakes", "(2*x+1)^2", "--json"])[1].count('"value": null') == len(document["answers"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wrt", "x"], "--wrt is for a question"),
        (["x*w"], "by which variable"),
        (["x", "w"], "there are 2 expressions"),
        (["x*("], "the expression ends"),
        (["x^2", "--wrt", "t"], "no variable t"),
    ],
)
def test_wrong_calls_are_refused(arguments: list[str], message: str) -> None:
    code, out, err = command(["mistakes", *arguments])
    assert (code, out) == (2, "")
    assert message in err
