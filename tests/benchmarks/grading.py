"""Marking: answers to ten questions, with reasons; beside it SymPy's equality check of the same answers, verdicts alone."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from itertools import islice

from contest import Contest, Count, Entry, Setting

_QUESTIONS = {
    "x^2*sin(x)": "2*x*sin(x) + x^2*cos(x)",
    "(x^2 - 5)/(2*x + 7)": "(2*x^2 + 14*x + 10)/(2*x + 7)^2",
    "(3*x - 2)^4": "12*(3*x - 2)^3",
    "exp(-x^2)": "-2*x*exp(-x^2)",
    "log(x^2 + 4)": "2*x/(x^2 + 4)",
    "x*sqrt(x + 2)": "sqrt(x + 2) + x/(2*sqrt(x + 2))",
    "(x + 3)*(x + 1)": "(x + 3) + (x + 1)",
    "sin(cos(x))": "-sin(x)*cos(cos(x))",
    "tan(3*x)": "3/cos(3*x)^2",
    "x/(1 + exp(x))": "(1 + (1 - x)*exp(x))/(1 + exp(x))^2",
}
_CLASS = 100_000
_BESIDE = 200
"""So few answers that SymPy's simplify comes to an end."""


def _answers(seed: int) -> Iterator[tuple[str, str]]:
    """Question and answer: a fifth are right, the others have a number changed, or something added; the same ones come again."""
    rnd = random.Random(seed)
    while True:
        question, right = rnd.choice(list(_QUESTIONS.items()))
        turn = rnd.random()
        if turn < 0.2:
            yield question, right
        elif turn < 0.6:
            yield question, right.replace("2", str(rnd.randrange(1, 40)), 1)
        else:
            yield question, f"{right} + {rnd.randrange(1, 400)}*x"


def grade_counts(output: str) -> list[float]:
    """How many answers are right, and how many are not."""
    scores = [row["score"] for row in csv.DictReader(output.splitlines())]
    return [float(scores.count("1")), float(len(scores) - scores.count("1"))]


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests: a class of answers, and a few of them beside SymPy."""
    quiz = setting.folder / "quiz.jsonl"
    quiz.write_text("".join(json.dumps({"id": text, "expression": text, "wrt": "x"}) + "\n" for text in _QUESTIONS))

    def ours(count: int) -> Entry:
        path = setting.folder / f"answers{count}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("question", "answer"), *islice(_answers(7), count)])
        call = ["grade", "-f", str(quiz), "--answers", str(path), "--level", "1", "--format", "csv"]
        return setting.ours("grade", *call, read=grade_counts)

    few = ours(_BESIDE)
    pairs = setting.folder / "pairs.json"
    pairs.write_text(json.dumps(list(islice(_answers(7), _BESIDE))))
    sympy = setting.script("SymPy: simplify(diff - answer) == 0", "equal_sympy.py", str(pairs), needs="sympy")
    return [
        Contest(f"{_CLASS:,} answers to 10 questions, with reasons", [ours(_CLASS)], runs=1, seconds=60, megabytes=300),
        Contest(f"{_BESIDE} answers to 10 questions", [few], [sympy], runs=1),
    ]
