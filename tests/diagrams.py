"""Diagrams for the tests of their formats: the worked example, and one whose every text means something to some format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from support import run

from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.failed_run import broken_tape
from gradcli.autodiff.runs.program_run import outline
from gradcli.graph.graph import Shape
from gradcli.language.parser import parse
from gradcli.lowering.builders.shape_mismatch import MismatchError
from gradcli.output.diagrams.diagram import Arrow, Box, Diagram, Kind, Line, Part
from gradcli.output.diagrams.of_run import diagram


def worked(view: str = "forward", **options: int) -> Diagram:
    """The worked example: y = (x + w)·(w + 1) at x = 2, w = 1, by w."""
    return diagram(run("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, ["w"]), title="(x+w)*(w+1)", view=view, **options)


def of(text: str, view: str = "forward", most: int | None = None, **bindings: float) -> Diagram:
    """The diagram of a run."""
    return diagram(run(text, bindings), title=text, view=view, most=most)


def breaking_off(text: str = "A + x", **shapes: Shape) -> Diagram:
    """The diagram of a program without values whose shapes do not fit; where none are given those of a sum."""
    with pytest.raises(MismatchError) as caught:
        outline(parse(text), shapes=shapes or {"A": (2, 3), "x": (2,)})
    return diagram(broken_tape(caught.value, Request(mode="static")), title=text)


HOSTILE = [
    "<b>bold</b>",
    "\"quoted\" 'single'",
    "a --> b",
    "</script><script>alert(1)</script>",
    "%% comment %%{init: {}}%%",
    "back\\n \\N \\l \\G \\",
    "real\nnewline\r\ttab",
    "x" * 3000,
    "∂λ汉字😀e\u0301",
    "]]>",
    "&amp; &#60; #lt; #35;",
    "\x00\x07\x1b[31m\x7f\x9b\u2028\u202e\ufffe\ud800",
    "end",
    "`code` **b** _i_ __u__ ~~s~~ $$x$$ [a](http://b.c)",
    "1. list",
    "- item",
    "style: #f00;",
    "",
    "{{x}} |y| ((z)) {} {0}",
    "---",
]
"""Texts that are no names, one for each trap of a format."""


class GivenPart(Part):
    """A part with given boxes and arrows."""

    def __init__(self, boxes: Sequence[Box], arrows: Sequence[Arrow] = (), title: str = "") -> None:
        self.given_boxes, self.given_arrows, self.title = boxes, arrows, title
        self.shown = self.total = len(boxes)

    def boxes(self) -> Iterator[Box]:
        yield from self.given_boxes

    def arrows(self) -> Iterator[Arrow]:
        yield from self.given_arrows


class HostilePart(Part):
    """A part with a box and two arrows for each text."""

    def __init__(self, title: str, prefix: str) -> None:
        self.title = title
        self.prefix = prefix
        self.shown, self.total = len(HOSTILE), len(HOSTILE) + 1

    def boxes(self) -> Iterator[Box]:
        kinds = list(Kind)
        for at, text in enumerate(HOSTILE):
            lines = tuple(Line(role, text) for role in ("title", "value", "adjoint", "fact"))
            yield Box(f"{self.prefix}{at}", kinds[at % len(kinds)], lines, at % 2 == 0, (text, text), at)

    def arrows(self) -> Iterator[Arrow]:
        for at, text in enumerate(HOSTILE):
            for to in (at, (at + 1) % len(HOSTILE)):
                yield Arrow(f"{self.prefix}{at}", f"{self.prefix}{to}", text, (True, False, None)[at % 3])


def hostile(title: str, parts: int = 1) -> Diagram:
    """A diagram of such parts."""
    return Diagram(title, [HostilePart(title, letter) for letter in "abc"[:parts]])


def renamed(names: list[str]) -> Tape:
    """The run of the worked example with other names of its six nodes x, w, a, 1, b, y."""
    tape = run("(x+w)*(w+1)", {"x": 2.0, "w": 1.0}, ["w"])
    tape.__dict__["names"] = names  # where the property keeps them
    return tape
