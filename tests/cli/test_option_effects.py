"""Every option of every command does something: in one of some calls it changes what is written, or is refused there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from commandline import command

from gradcli.cli.framework.command import Option
from gradcli.cli.framework.table import command_named, command_names

FILES = {
    "answers.csv": "who,answer\nann,2*x\n",
    "quiz.jsonl": '{"id": "q1", "expression": "x^2", "wrt": "x", "points": 2}\n',
    "marks.csv": "who,question,text\nann,q1,x\n",
    "values.json": '{"w": 3}',
    "rows.csv": "x,w\n1,2\n3,4\n",
    "work.txt": "∂y/∂x = 3*x\n",
    "credit.json": '{"table": 0.5}',
    "wx.txt": "w^3 + x\n",
    "long.txt": "+".join(f"sin(x*{at})*w" for at in range(400)),
    "torch.py": "import torch\nx = torch.tensor([2.0, 1.0], requires_grad=True)\nfor i in range(40):\n    y = (x*x).sum()\n"
    "y.backward()\nprint('θ', x.grad)\n",
    "tf.py": "import tensorflow as tf\n"
    "x = tf.placeholder(tf.float32)\ny = x*x\ng = tf.gradients(y, [x])\n"
    "for i in range(40):\n    z = x*i\n"
    "with tf.Session() as s:\n    print('θ', s.run(tf.ones([40]), {x: 2.0}), s.run(g, {x: 2.0}))\n",
}

LOOP = "s = x; repeat 20 { s = s*w + A[0]*0 }; s"
VALUES = ["--x", "2", "--w", "0.1", "--A", "ones(9)"]
RUN = [["x*w + x", "--x", "2", "--w", "0.1"], [LOOP, *VALUES], ["-f", "long.txt", "--x", "2", "--w", "0.1"], ["1/x", "--x", "0"]]
PROGRAM = [["-e", "x*w + x", "--x", "2", "--w", "0.1"], ["-e", LOOP, *VALUES], ["-e", "1/x", "--x", "0"]]
FED = [["-e", "x*w", "--feed", "rows.csv"], ["-e", "w^2", "--feed", "rows.csv"]]
SYMBOLIC = [["sqrt(x^2)*w"], ["x*w", "--at", "x=ones(9)"], ["x^2 + w^2 = 25"], ["[x*w, w]"], ["θ^2*x"], ["sin x w"]]

CALLS: dict[str, list[list[str]]] = {
    "eval": [*RUN, ["sum(A)", "--A", "ones(3)"], ["sum(B @ A)", "--A", "ones(3)", "--B", "ones(2, 3)"], ["sin x", "--x", "2"]],
    "explain": [*RUN, ["sum(A)", "--A", "ones(3)"], ["x*w + x"], ["x^2 + w^2 = 25"], ["sum(w)"], ["x*w", "--by", "paths"]],
    "graph": [*RUN, ["x*w", "--both"], ["x if x > 0 else w", "--mode", "static"], ["x*w"], ["sum(w)"], ["sin x"]],
    "diff": [*SYMBOLIC, ["x*w", "--at", "x=1,w=2"], ["x*w*y"], ["A*2", "--shape", "A=2"]],
    "simplify": [*SYMBOLIC, ["(x + w)^2 - x^2"], ["x/x"]],
    "tangent": [
        ["sqrt(x^2)*w", "--at", "x=3,w=2"],
        ["x*w", "--x", "2"],
        ["sin x", "--at", "x=1"],
        ["x", "--at", "x=ones(9)"],
        ["θ^2", "--at", "θ=1", "--json"],
    ],
    "taylor": [
        ["sqrt(w^2)*exp(x)", "--wrt", "x"],
        ["exp(x)"],
        ["sin x"],
        ["exp(x*w)"],
        ["sum(x*ones(9))"],
        ["θ"],
        ["sin(x)", "--x", "-1:1"],
    ],
    "facts": [
        ["x^2*w + exp(x)"],
        ["θ*log(w)", "--assume", "w>1"],
        ["sum(A^2)", "--shape", "A=9"],
        ["sin x"],
        ["-f", "long.txt"],
    ],
    "stationary": [["x^3 - 3x"], ["θ^3/3"], ["w^3*x"], ["sin x"], ["x", "--at", "x=ones(9)"]],
    "plot": [
        *(["x*w^0", "--x", "0:1", "--w", "2"], ["sin x", "--x", "0:1"], ["θ", "--θ", "0:1"], ["x", "--w", "0:1"]),
        *(["x", "--x", "0:1", "--json"], ["sum(ones(9))"], ["x + w"]),
    ],
    "descend": [
        *(["x^2*w", "--x", "2", "--w", "3"], ["sin x", "--x", "2"], ["x + w", "--x", "1"], ["θ^2", "--θ", "1"]),
        *(["while x > 9 { x = x - 1 }; x^2", "--x", "20"], ["sum(ones(9))*x", "--x", "1"], ["x + w", "--w", "1"]),
    ],
    "equal": [
        *(["x + x", "2*x"], ["sqrt(x^2)", "x"], ["x/x", "1"], ["3.14*x", "pi*x"], ["sin x", "x"], ["w", "w @ w"], ["x", "x + 1"]),
        *(["x*w", "3"], ["θ", "1"], ["x = 1", "2x = 2"], ["A + 1", "1 + A", "--shape", "A=9"]),
    ],
    "run": [*PROGRAM, ["-e", "log(x) if x > 0 else w", "--x", "2"], *FED, ["-e", "x*w", "--x", "1"]],
    "trace": [
        *([["-e", "x", "--x", "1", "--delay", "0"], PROGRAM[0], ["-e", "x*w", "--x", "1"], ["-e", "x/3", "--x", "1"]]),
        ["-e", "while x > 0 { x = x - 0.2*A[0] }; x", "--x", "2", "--A", "ones(9)"],
    ],
    "compare-modes": [*PROGRAM, ["-e", "x*w", "--x", "1"], ["-e", "θ*w", "--θ", "1", "--w", "2"]],
    "check": [
        ["x^2", "--x", "2", "--gradient", "x: 4.1"],
        *(
            [
                ["x*w + x", "--x", "2", "--w", "0.1"],
                ["sin(x)*w", "--x", "2"],
                ["x*w", "--w", "7"],
                [LOOP, *VALUES],
                ["sin x", "--x", "2"],
            ]
        ),
        *([["A*w", "--A", "ones(3)", "--w", "2"], ["x*w"], ["-f", "long.txt", "--x", "2", "--w", "0.1"]]),
    ],
    "predict": [["x*w", "--x", "2", "--w", "3"], ["x*w", "--x", "2"], ["sin x", "--x", "2"]],
    "grade": [
        *(["x^2", "--wrt", "x", "--", "3*x"], ["x^2*w", "--", "2*x"], ["x^2", "--answers", "answers.csv"], ["x^2", "--wrt", "x"]),
        *(["-f", "quiz.jsonl", "--answers", "marks.csv"], ["sin x", "--wrt", "x", "--", "cos(x)"]),
        *(["x^2", "--at", "x=2", "--", "4.001"], ["-f", "quiz.jsonl", "--answers", "marks.csv", "--column", "text"]),
    ],
    "exercise": [["-n", "2"], ["-n", "1", "--names", "θ"], ["a*x*w", "--choose", "a=2..5", "-n", "1"], ["x*w"], ["sin x"]],
    "torch": [["torch.py"], ["none.py"]],
    "tf1": [["tf.py"], ["none.py"]],
    "ops": [[], ["sin"]],
    "help": [["start"], ["ops"]],
    "schema": [["eval"], [], ["θ"]],
    "practice": [[]],
    "repl": [[]],
    "export": [["x*w"], ["x*w", "--to", "c"], ["sin x w"], ["w^2 + A[0]", "--shape", "A=9"], ["sum(w)"]],
    "why": [*RUN, ["sin x", "--x", "2"], ["log(x)*w", "--x", "0", "--w", "1"]],
    "mistakes": [["sin(θ)^2"], [], ["x^2*w"], ["sin x"]],
}

GIVEN: dict[str, Sequence[str]] = {
    "N": ("7", "2"), "NUMBER": ("1e-1",), "NAME": ("w", "text", "question", "who"), "NAMES": ("w", "x,w", "sin,mul"),
    "KEYS": ("value",), "NAME=VALUE": ("w=1", "a=10"), "NAME=VALUE,...": ("x=1", "x=1,w=2"),
    "LOW:HIGH": ("0:9",), "ORDERS": ("1",), "NUMBERS": ("0.2",), "NAME=SIZES": ("w=2",), "NAME=PLACE": ("x=1",),
    "DERIVATIVE": ("x: 1",),
    "FACTS,...": ("w>0", "x>0"), "NAME,...": ("w",), "NAME(NAMES)": ("w(x)",), "NAME=NUMBERS": ("a=2..3",), "NODE": ("a",),
    "FILE": (*FILES, "new.txt"),
}  # fmt: skip
"""What is given for each kind of value; others get the letter w."""

STANDARD_INPUT = "θ\n6\n2\n3\n".encode()


def given(option: Option[object]) -> Iterator[list[str]]:
    if option.default is False:
        yield [option.flags[-1]]
        return
    for text in option.choices or GIVEN.get(option.metavar, ("w",)):
        yield [option.flags[-1], text]


def outcome(call: Sequence[str]) -> object:
    try:
        result = command(call, STANDARD_INPUT)
    except UnicodeDecodeError:  # a picture
        return None
    assert result[0] != 70, (call, result[2])
    return result


@pytest.mark.parametrize("name", command_names())
def test_every_option_matters_somewhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file, text in FILES.items():
        Path(file).write_text(text, encoding="utf-8")
    plain = [outcome([name, *call]) for call in CALLS[name]]
    idle = []
    for option in command_named(name).record.declared():
        files = set(os.listdir())
        tries = (
            outcome([name, *more, *call]) != before or set(os.listdir()) != files
            for more in given(option)
            for call, before in zip(CALLS[name], plain, strict=True)
        )
        if not any(tries):
            idle.append(option.flags[-1])
    assert not idle
