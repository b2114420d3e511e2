"""The boxes and arrows of PyTorch's backward graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from gradcli.autodiff.backward_graph import Function
from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD, Tape
from gradcli.errors import said
from gradcli.language.numbers import brief_text
from gradcli.output.diagrams.diagram import TITLE_COLUMNS, Arrow, Box, Kind, Line, Part, shortened


class FunctionsPart(Part):
    """PyTorch's backward graph: arrows go where the gradient goes.

    Args:
        tape: The run.
        functions: The functions of its backward pass.
        title: What it shows.
        chosen: The ids of those that are drawn, ascending.
    """

    def __init__(self, tape: Tape, functions: Sequence[Function], title: str, chosen: Sequence[int]) -> None:
        self.tape = tape
        self.functions = functions
        self.title = title
        self.chosen = chosen
        self.shown = len(chosen)
        self.total = len(functions)
        self.drawn: Collection[int] = range(self.total) if self.shown == self.total else frozenset(chosen)

    def boxes(self) -> Iterator[Box]:
        for id in self.chosen:
            function = self.functions[id]
            kind = Kind.ACCUMULATE if function.name == ACCUMULATE_GRAD else Kind.FUNCTION
            tooltip = (function.name, said(f"runs as number {id + 1}"), f"next_functions ({', '.join(self.following(function))})")
            yield Box(f"f{id}", kind, tuple(self.lines(function)), True, tooltip, function.node)
            if any(to is not None and to not in self.drawn for to in function.next):
                yield Box(f"fm{id}", Kind.OMITTED, (Line("title", "…"),))

    def arrows(self) -> Iterator[Arrow]:
        for id in self.chosen:
            missing = False
            following = self.functions[id].next
            for argument, to in enumerate(following):
                if to is not None and to in self.drawn:
                    label = f"next_functions[{argument}]" if len(following) > 1 and self.shown <= WHOLE_NAMES else ""
                    yield Arrow(f"f{id}", f"f{to}", label, True)
                elif to is not None and not missing:
                    missing = True
                    yield Arrow(f"f{id}", f"fm{id}", flows=True)

    def following(self, function: Function) -> list[str]:
        """The names of the next functions, as PyTorch lists them."""
        return ["None" if to is None else self.functions[to].name for to in function.next]

    def role(self, function: Function) -> str:
        """What a function is to its node, of whose function it may be a part: 1/x has two."""
        name = self.tape.names[function.node]
        own = function.name == self.tape.grad_fn(function.node)
        return f"grad_fn of {name}" if own else f"on the way from {name}"

    def lines(self, function: Function) -> Iterator[Line]:
        name = self.tape.names[function.node]
        adjoint = self.tape.adjoints[function.node]
        yield Line("title", function.name)
        if function.name != ACCUMULATE_GRAD:
            yield Line("fact", shortened(said(self.role(function)), TITLE_COLUMNS))
        elif self.tape.symbolic or adjoint is None:
            yield Line("fact", shortened(f"{name}.grad", TITLE_COLUMNS))
        else:
            yield Line("adjoint", shortened(f"{name}.grad = {brief_text(adjoint)}", TITLE_COLUMNS))


WHOLE_NAMES = 12
"""Functions up to which arrows say which of the next functions they lead to."""
