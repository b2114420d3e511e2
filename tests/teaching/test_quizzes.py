"""Exercises in every format: each is read back by its own rules, and each wrong answer is graded with its exported reason."""

from __future__ import annotations

import ast
import csv
import functools
import html
import io
import json
import re
import xml.etree.ElementTree as Xml
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from commandline import command, process

from gradcli.errors import GradcliError
from gradcli.output.formats import EXERCISES
from gradcli.output.formulas.quiz_languages import JME, MATH_OBJECTS, MAXIMA
from gradcli.output.quizzes.content import content
from gradcli.teaching.exercises.asked_exercises import answers_to
from gradcli.teaching.exercises.exercise_sets import Wanted, exercises, from_template
from gradcli.teaching.exercises.exercises import Exercise, joined
from gradcli.teaching.marking.marking import Marker
from gradcli.teaching.marking.verdicts import Verdict
from gradcli.teaching.mistakes import MISTAKES
from gradcli.teaching.tasks import DERIVATIVE, GRADIENT, HESSIAN, JACOBIAN, NUMBER, TANGENT, task


class Read(NamedTuple):
    """A question as a platform reads it: the right answer, and wrong ones with what is said of them."""

    right: str
    wrong: Sequence[tuple[str, str]]


def _inner(node: Xml.Element, path: str) -> str:
    return "".join(node.find(path).itertext()) if node.find(path) is not None else ""  # type: ignore[union-attr]


def _files(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def _bare(text: str) -> Xml.Element:
    """XML without its namespaces."""
    root = Xml.fromstring(text.encode())
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return root


def read_stack(content: bytes) -> Iterator[Read]:
    for question in Xml.fromstring(content).iter("question"):
        lines = re.findall(r"(\w+): (.*);", _inner(question, "questionvariables/text"))
        values = {name: text.replace("%", "") for name, text in lines}
        nodes = {_inner(node, "trueanswernote"): node for node in question.iter("node")}
        found = []
        for test in question.iter("qtest"):  # an answer of a test comes to the node of its note, and gets what stands there
            node = nodes[_inner(test, "expected/expectedanswernote")]
            name = _inner(test, "testinput/value")
            assert (_inner(node, "tans"), _inner(node, "truescore")) == (name, _inner(test, "expected/expectedscore"))
            found.append((values[name], html.unescape(_inner(node, "truefeedback/text"))))
        assert len(found) == len(nodes) == len(values)
        following = [_inner(node, "falsenextnode") for node in nodes.values()]
        assert following == [*map(str, range(1, len(nodes))), "-1"]
        yield Read(found[0][0], found[1:])


def read_numbas(content: bytes) -> Iterator[Read]:
    first, _, text = content.decode().partition("\n")
    assert first.startswith("// Numbas version: ")
    for question in json.loads(text)["question_groups"][0]["questions"]:
        (part,) = question["parts"]
        pairs = [(one["answer"], html.unescape(one["alternativeFeedbackMessage"][3:-4])) for one in part["alternatives"]]
        yield Read(part["answer"], pairs)


def read_webwork(content: bytes) -> Iterator[Read]:
    for text in _files(content).values():
        right, *others = [one.replace("~~'", "'") for one in re.findall(r"'((?:[^'~]|~~')*)'", text.partition("$marked =")[2])]
        yield Read(right, list(zip(others[::2], others[1::2], strict=True)))


def read_moodle(content: bytes) -> Iterator[Read]:
    for question in Xml.fromstring(content).iter("question"):
        nodes = list(question.iter("answer"))
        assert [node.attrib["fraction"] for node in nodes] == ["100", *["0"] * (len(nodes) - 1)]
        plain = [(html.unescape(_inner(node, "text")), html.unescape(_inner(node, "feedback/text"))) for node in nodes]
        yield Read(plain[0][0], plain[1:])


def read_gift(content: bytes) -> Iterator[Read]:
    for block in content.decode().strip().split("\n\n"):
        question, body = re.split(r"(?<!\\)\{", block, maxsplit=1)
        assert "::[html]<p>" in question
        rows = [re.split(r"(?<!\\)#", line.strip(), maxsplit=1) for line in body.splitlines()[1:-1]]
        if body.startswith("#"):  # numbers: GIFT knows no exponents
            assert all(re.fullmatch(r"(=|=%0%)-?\d+(\.\d+)?:\d+(\.\d+)?", answer) for answer, _ in rows), rows
        pairs = [(re.split(r"(?<!\\):", answer)[0], said) for answer, said in rows]  # behind the : a number has its tolerance
        plain = [tuple(html.unescape(re.sub(r"\\([~=#{}:\\])", r"\1", part)) for part in pair) for pair in pairs]
        yield Read(plain[0][0][1:], [(re.sub(r"^(~|=%0%)", "", answer), said) for answer, said in plain[1:]])


def _choice(node: Xml.Element) -> str:
    math = node.find("math")
    return "".join(node.itertext()) if math is None else Xml.tostring(math, encoding="unicode")


def read_qti(content: bytes) -> Iterator[Read]:
    files = _files(content)
    listed = [node.attrib["href"] for node in _bare(files.pop("imsmanifest.xml")).iter("file")]
    assert listed == list(files)
    for text in files.values():
        assert text.count("<math xmlns") > 0 or "<code>" in text
        item = _bare(text)
        said = {node.attrib["identifier"]: "".join(node.itertext()).strip() for node in item.iter("qti-modal-feedback")}
        answers = {node.attrib["identifier"]: _choice(node) for node in item.iter("qti-simple-choice")}
        condition = item.find("qti-response-processing/qti-response-condition")
        assert condition is not None
        for branch in condition:  # a number stands in the condition itself
            value, mark = [node.text or "" for node in branch.iter("qti-base-value")][:2]
            answers.setdefault(mark, value)
        right, *others = answers
        assert _inner(item, "qti-response-declaration/qti-correct-response") in (right, answers[right])
        yield Read(answers[right], [(answers[mark], said[mark]) for mark in others])


def read_canvas(content: bytes) -> Iterator[Read]:
    files = _files(content)
    (listed,) = [node.attrib["href"] for node in _bare(files["imsmanifest.xml"]).iter("file")]
    for item in _bare(files[listed]).iter("item"):
        answers = {node.attrib["ident"]: html.unescape(_inner(node, "material")) for node in item.iter("response_label")}
        said = {node.attrib["ident"]: html.unescape("".join(node.itertext()).strip()) for node in item.iter("itemfeedback")}
        scored = [node for node in item.iter("respcondition") if node.find("setvar") is not None]
        (right,) = [_inner(node, "conditionvar/varequal") for node in scored]
        yield Read(answers.pop(right), [(text, said[f"{mark}_fb"]) for mark, text in answers.items()])


def read_prairielearn(content: bytes) -> Iterator[Read]:
    files = _files(content)
    for name, text in files.items():
        if name.endswith("server.py"):
            assigned = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
            values = {ast.unparse(node.targets[0]): ast.literal_eval(node.value) for node in assigned}
            assert json.loads(files[name.replace("server.py", "info.json")])["type"] == "v3"
            yield Read(str(values["RIGHT"]), [(str(number), said) for number, said in values["WRONG"]])


def read_nbgrader(content: bytes) -> Iterator[Read]:
    for cell in json.loads(content)["cells"]:
        own = cell["metadata"].get("nbgrader", {"solution": False})
        if own["solution"]:
            yield Read(ast.literal_eval(ast.parse(cell["source"]).body[0].value), [])


def read_anki(content: bytes) -> Iterator[Read]:
    lines = content.decode().splitlines()
    assert "#separator:tab" in lines
    for _, back in csv.reader([line for line in lines if not line.startswith("#")], delimiter="\t"):
        wrong = re.findall(r"<li>(\\\(.*?\\\)|[^:]*): (.*?)</li>", back.partition("<p>Not:</p>")[2])
        yield Read("", [(html.unescape(text), html.unescape(said)) for text, said in wrong])


def read_jsonl(content: bytes) -> Iterator[Read]:
    for one in map(json.loads, content.decode().splitlines()):
        yield Read(one["answer"], [(wrong["answer"], wrong["says"]) for wrong in one["distractors"]])


READERS: dict[str, Callable[[bytes], Iterator[Read]]] = {
    name.removeprefix("read_"): reader for name, reader in list(globals().items()) if name.startswith("read_")
}
SHEETS = {"text", "markdown", "latex"}
FOUND: dict[str, Callable[[], Iterable[Exercise]]] = {
    "sums": lambda: exercises(3, 3, Wanted(2, 3, ("add", "mul", "sin"), ("x", "w"))),
    "quotients": lambda: exercises(5, 2, Wanted(2, 3, ("div", "pow", "log", "exp"), ("t",))),
    "greek": lambda: from_template("θ*x^2*sin(b*x)", "x", {"b": (2, 3)}, 1, 2),
    "lines": lambda: from_template("u = w*x\nu*exp(-u)/3", "x", {}, 1, 1),
    "signs": lambda: from_template("x^2*sin(x)*(1 if x < 3 else 2*x)", "x", {}, 1, 1),
}
CALL = ["exercise", "--seed", "3", "-n", "1", "--names", "x,w", "--ops", "add,mul,sin"]


@functools.cache
def exercises_of(name: str) -> Sequence[Exercise]:
    """Exercises that several tests export."""
    return list(FOUND[name]())


def _given(text: str) -> str:
    """An answer that names a Greek letter in a language without them; in LaTeX and MathML it is there."""
    return text if "\\" in text or "<" in text else text.replace("theta", "θ")


def exported(name: str, found: Sequence[Exercise], ask: str) -> bytes:
    made = content(EXERCISES[name], found, ask)
    return made if isinstance(made, bytes) else "".join(made).encode()


def test_every_format_has_a_reader_here() -> None:
    assert READERS.keys() == EXERCISES.keys() - SHEETS


@pytest.mark.parametrize("of", FOUND)
def test_what_is_exported_is_graded_with_its_reason(of: str) -> None:
    found = exercises_of(of)
    markers = [Marker(one.expression, one.wrt) for one in found]
    for name in READERS:
        if DERIVATIVE not in EXERCISES[name].asks:
            continue
        if of == "signs" and EXERCISES[name].asks == (DERIVATIVE, TANGENT) and name not in ("jsonl", "nbgrader"):
            continue  # these languages have no choice between expressions
        questions = list(READERS[name](exported(name, found, DERIVATIVE)))
        for marker, one, question in zip(markers, found, questions, strict=True):
            assert not question.right or marker.mark(_given(question.right)).verdict is Verdict.RIGHT
            assert name == "nbgrader" or len(question.wrong) == len(one.distractors)
            for text, said in question.wrong:
                assert said == MISTAKES[marker.mark(_given(text)).reasons[0].kind].says, (name, text)


@pytest.mark.parametrize("of", FOUND)
def test_numbers_are_those_of_the_reasons(of: str) -> None:
    """Numbers are written with six digits; with all of them each is graded with its reason, or it is one of several."""
    found = exercises_of(of)
    markers = [Marker(one.expression, one.wrt, at=one.point) for one in found]
    for name in READERS.keys() - {"jsonl"}:
        if NUMBER not in EXERCISES[name].asks:
            continue
        questions = list(READERS[name](exported(name, found, NUMBER)))
        for marker, one, question in zip(markers, found, questions, strict=True):
            assert not question.right or float(question.right) == pytest.approx(one.value, rel=1e-5)
            assert name == "nbgrader" or len(question.wrong) >= 3
            for text, said in question.wrong:
                exact = min((wrong.value for wrong in one.distractors), key=lambda value: abs(value - float(text)))
                assert float(text) == pytest.approx(exact, rel=1e-5)
                assert said in {MISTAKES[reason.kind].says for reason in marker.mark(repr(exact)).reasons}, (name, text)


OTHERS: dict[str, Callable[[], Sequence[Exercise]]] = {
    GRADIENT: lambda: [*from_template("a*x*w + sin(w)", "x", {"a": (2, 3)}, 1, 2), *exercises_of("lines")],
    TANGENT: lambda: [*exercises(3, 2, Wanted(2, 3, ("add", "mul", "pow"), ("x",))), *exercises_of("quotients")],
    HESSIAN: lambda: exercises_of("sums")[:2],
    JACOBIAN: lambda: [joined(exercises_of("sums")[:2]), *from_template("[a*x*sin(w), x + w^2]", "x", {"a": (3,)}, 1, 1)],
    "adjoint:a": lambda: exercises_of("sums"),
}


@pytest.mark.parametrize("ask", OTHERS)
def test_what_else_is_asked_for_is_graded_with_its_reason(ask: str) -> None:
    found = OTHERS[ask]()
    told = [answers_to(one, ask) for one in found]
    points = [one.point if ask == TANGENT else None for one in found]
    markers = [task(one.expression, ask, list(one.point), at=at) for one, at in zip(found, points, strict=True)]
    for name, format in EXERCISES.items():
        if ask.partition(":")[0] in format.asks and name not in SHEETS:
            questions = list(READERS[name](exported(name, found, ask)))
            for marker, one, question in zip(markers, told, questions, strict=True):
                assert not question.right or marker.mark(question.right).verdict is Verdict.RIGHT
                assert name == "nbgrader" or len(question.wrong) == len(one.wrong) > 1
                for text, said in question.wrong:
                    assert said == MISTAKES[marker.mark(text).reasons[0].kind].says, (name, text)


def test_a_tangent_is_of_one_variable() -> None:
    code, _, err = command(["exercise", "3*x*w + sin(x)", "--wrt", "x", "--ask", "tangent"])
    assert (code, "several variables" in err) == (2, True)


@pytest.mark.parametrize("ask", ["number", "value", "gradient", "hessian", "jacobian", "adjoint:a"])
def test_exercises_of_all_kinds_are_a_quiz(ask: str, tmp_path: Path) -> None:
    quiz, answers = tmp_path / "quiz.jsonl", tmp_path / "answers.jsonl"
    assert command([*CALL, "--ask", ask, "-o", str(quiz)])[0] == 0
    made = [json.loads(line) for line in quiz.read_text().splitlines()]
    rows = [{"question": one["number"], "answer": one["answer"]} for one in made]
    rows += [{"question": one["number"], "answer": wrong["answer"]} for one in made for wrong in one["distractors"]]
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    document = json.loads(command(["grade", "-f", str(quiz), "--answers", str(answers), "--json"])[1])
    for one, question in zip(made, document["questions"], strict=True):
        right, *wrong = question["grades"]["answers"]
        assert right["verdict"] == "right"
        kinds = [{own["kind"], *[other["kind"] for other in own["or"]]} for own in wrong]
        assert all(told["kind"] in own for told, own in zip(one["distractors"], kinds, strict=True))


def test_a_call_gives_the_bytes_of_the_format_in_a_file_as_well(tmp_path: Path) -> None:
    for format in EXERCISES.values():
        written = exported(format.name, exercises_of("sums")[:1], format.asks[0])
        file = tmp_path / f"quiz{(*format.suffixes, '')[0]}"
        code, out, err = command([*CALL, "-o", str(file), "--to", format.name])
        assert (code, out, err) == (0, "", "")
        assert file.read_bytes() == written
    greek = ["exercise", "θ*x^2*sin(b*x)", "--wrt", "x", "--choose", "b=2..3", "--to", "gift"]
    done = process([*greek, "-n", "2"], environment={"PYTHONIOENCODING": "ascii"})
    assert done.stdout == exported("gift", exercises_of("greek"), DERIVATIVE)
    assert process([*CALL, "--to", "qti"]).stdout == exported("qti", exercises_of("sums")[:1], DERIVATIVE)


@pytest.mark.parametrize("band", range(1, 6))
def test_a_band_is_how_difficult_exercises_are(band: int) -> None:
    found = list(exercises(2, 1, Wanted(0, 0, ("add", "mul", "sin", "exp"), ("x",), band=band)))
    assert [one.difficulty.band for one in found] == [band]


def test_help_says_what_each_format_carries() -> None:
    page = " ".join(process(["exercise", "--help"]).stdout.decode().split())
    for format in EXERCISES.values():
        assert re.search(rf"{format.name} +{re.escape(format.carries)}", page)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        (MAXIMA, "2^(-x)*log(w) - (-asin(x)) + %e^(w^2)/(-3)"),
        (JME, "2^(-x)*ln(w) - (-arcsin(x)) + e^(w^2)/(-3)"),
        (MATH_OBJECTS, "2^(-x)*ln(w) - (-arcsin(x)) + e^(w^2)/(-3)"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_language_has_its_own_words_and_more_parentheses(language: Any, written: str) -> None:
    assert language.text("2^-x*log(w) - -asin(x) + e^w^2/-3", ["x", "w"]) == written
    assert language.text("e*θ", ["e1", "θ"]).endswith("*theta")
    with pytest.raises(GradcliError, match="has no variable e"):
        language.text("e*x", ["e", "x"])
    with pytest.raises(GradcliError, match="has no"):
        language.text("x if x > 0 else 1", ["x"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--to", "stack", "--ask", "number"],
            "questions in stack can ask for the derivative or the tangent, and not for the derivative at a point",
        ),
        (
            ["--to", "prairielearn", "--ask", "derivative"],
            "in prairielearn can ask for the derivative at a point or the value, and not for the derivative",
        ),
        (["--to", "stak"], "did you mean stack"),
        (["--to", "jsonl", "--ask", "numbr"], "did you mean number"),
        (["[x^2, x]"], "add --ask jacobian"),
        (["--json", "--to", "stack"], "leave out --to, or --json"),
        (["--to", "qti", "--key", "-"], "the key would stand behind it"),
        (["--band", "3", "--depth", "2"], "in place of --paths and --depth"),
        (["--band", "6"], "--band"),
        (["--ask", "gradient"], "by several variables"),
        (["x*sin(x)*x", "--ask", "gradient"], "has one variable"),
        (["x*sin(x)", "--band", "3"], "without a template"),
        (["-o", "quiz.doc"], "or add --to"),
        (["-o", "quiz.txt", "--key", "quiz.txt"], "are both quiz.txt"),
        (["x*(x if x > 1 else x^2)*sin(x)", "--to", "stack"], "has no"),
    ],
)
def test_what_a_format_cannot_carry_is_refused(arguments: list[str], message: str) -> None:
    code, out, err = command(["exercise", *arguments])
    assert (code, out) == (2, "")
    assert message in err


def test_a_document_of_many_answers_is_written_piece_by_piece() -> None:
    from gradcli.output.reports.teaching.grading import Graded, grade_json
    from gradcli.teaching.quiz import Asked

    asked = Asked(Marker("x^2", "x"))
    longest = []
    for count in (20, 200):
        graded = [Graded(row, "", asked.marker.mark(f"{row}*x"), {}, asked) for row in range(1, count + 1)]
        pieces = list(grade_json(asked, graded, 5))
        assert len(json.loads("".join(pieces))["answers"]) == count
        longest.append(max(map(len, pieces)))
    assert longest[1] <= longest[0] + 20
