"""One trace, three views: the backward pass node by node, the sum over paths, and the rules of calculus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.autodiff.passes.tape import Tape
from gradcli.autodiff.runs.element_run import element_tape
from gradcli.autodiff.runs.program_run import outline, record
from gradcli.derivation.calculus.applications import Rules
from gradcli.derivation.calculus.applied import by_rules
from gradcli.derivation.nodes.chain_rule import derive
from gradcli.derivation.notation.steps import Derivation, Step, brief
from gradcli.derivation.paths import MAX_PATHS, Paths, sum_over_paths
from gradcli.errors import ExitCode, GradcliError
from gradcli.frozen import Frozen, shown
from gradcli.graph.graph import DEFAULT_MAX_NODES, Shape
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Expression, Program
from gradcli.language.parser import parse
from gradcli.language.program_text import one_line
from gradcli.lowering.builders.builder import Value, has_arrays

VIEWS = ("nodes", "paths", "rules")
DETAILS = ("brief", "normal", "full")

MAX_NODES = {"nodes": 2_000, "paths": DEFAULT_MAX_NODES, "rules": 1_000}
"""Nodes of a graph up to which a view is made: of two of them each node takes lines of its own."""


class Explanation(Frozen):
    """How a gradient comes about.

    Attributes:
        by: The view: ``nodes``, ``paths`` or ``rules``.
        detail: How many steps are shown: ``brief``, ``normal`` or ``full``.
        expression: The source text.
        tape: The run; symbolic where the variables have no values.
        content: The derivation.
    """

    by: str
    detail: str
    expression: str
    tape: Tape
    content: Derivation | Paths | Rules

    @property
    def derivatives(self) -> Mapping[str, Simplified]:
        """For each variable its derivative, simplified; empty for a large graph."""
        return self.content.derivatives

    def value(self, variable: str) -> Value | None:
        """The derivative by a variable as the last line of the explanation has it; None where no gradient arrives."""
        end = self.content.ends.get(variable)
        return self.tape.gradient[variable] if end is None else end.value

    def formula(self, variable: str) -> Expression | None:
        """The derivative by a variable as the last line in variables has it; None where there is none, or it has named lines."""
        end, simplified = self.content.ends.get(variable), self.derivatives.get(variable)
        if end is not None and end.formula is not None:
            return end.formula
        return None if simplified is None or simplified.definitions else simplified.expressions[0]

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with it: lines that were left out."""
        return self.content.warnings

    @property
    def title(self) -> str:
        """What it explains, as one line."""
        output = self.tape.names[self.tape.output]
        text = one_line(self.expression)
        return f"Gradient of {text}" if 0 < len(text) <= 80 else f"Gradient of {output}"

    def __repr__(self) -> str:
        return f"Explanation({self.title}, by {self.by})"

    def _repr_markdown_(self) -> str | None:
        return shown("markdown", self)

    def shown(self, steps: Sequence[Step]) -> Sequence[Step]:
        """The steps that are shown."""
        return brief(steps) if self.detail == "brief" else steps


def explain(
    program: str | Program,
    bindings: Mapping[str, Value] | None = None,
    wrt: Sequence[str] | None = None,
    *,
    by: str = "nodes",
    steps: str = "normal",
    mode: str = "dynamic",
    max_nodes: int | None = None,
    max_paths: int = MAX_PATHS,
    shapes: Mapping[str, Shape] | None = None,
    elements: bool = False,
) -> Explanation:
    """Explain the gradient of a program.

    Args:
        program: The program, or its text.
        bindings: The value of each variable; None or empty for an explanation in symbols alone.
        wrt: The variables to differentiate by; None for all.
        by: ``nodes`` for the backward pass, an equation a node; ``paths`` for the sum over paths; ``rules`` for the rules of
            calculus.
        steps: ``brief`` without rewriting, ``normal``, or ``full`` with steps one by one that usually are one.
        mode: ``dynamic`` records each operation as it runs; ``static`` builds the graph first, shared and folded. Without values
            the graph is static.
        max_nodes: The largest graph; None for 2,000 nodes by nodes, 1,000 by rules, and 2,000,000 by paths.
        max_paths: Paths up to which all are listed; of more only the largest.
        shapes: The shapes of the variables that are arrays, where they have no values.
        elements: Whether arrays are written out in numbers; ``wrt`` may then name an element, ``W[0, 1]``.

    Raises:
        GradcliError: As :func:`gradcli.record`; exit code 4 where the graph has more than ``max_nodes`` nodes.
        ValueError: ``by`` or ``steps`` is none of those above.
    """
    if by not in VIEWS or steps not in DETAILS:
        raise ValueError(f"by is one of {VIEWS} and steps one of {DETAILS}, not {by!r} and {steps!r}")
    text = program if isinstance(program, str) else ""
    if isinstance(program, str):
        program = parse(program)
    limit = MAX_NODES[by] if max_nodes is None else max_nodes
    build = max(limit, DEFAULT_MAX_NODES)
    whole = None if elements else wrt
    if bindings:
        tape = record(program, bindings, whole, mode=mode, max_nodes=build)
    else:
        tape = outline(program, whole, max_nodes=build, shapes=shapes)
    if elements:
        tape = element_tape(tape, wrt)
    return explained(tape, by=by, steps=steps, expression=text, limit=limit, max_paths=max_paths)


def explained(
    tape: Tape, *, by: str, steps: str, expression: str, limit: int | None = None, max_paths: int = MAX_PATHS
) -> Explanation:
    """Explain the gradient of a run; the arguments are those of :func:`explain`."""
    limit = MAX_NODES[by] if limit is None else limit
    if has_arrays(tape.graph):
        _check_arrays(tape, by)
    if len(tape.graph) > limit:
        raise GradcliError(
            f"the graph has {len(tape.graph):,} nodes, and an explanation by {by} ends at {limit:,}",
            hint=f"--max-nodes {len(tape.graph)} raises the limit" + ("; --by paths has room for more" if by != "paths" else ""),
            exit_code=ExitCode.LIMIT,
        )
    every_step = steps == "full"
    content: Derivation | Paths | Rules
    if by == "paths":
        content = sum_over_paths(tape, max_paths=max_paths, every_step=every_step)
    elif by == "rules":
        content = by_rules(tape, every_step=every_step)
    else:
        content = derive(tape, every_step=every_step)
    return Explanation(by, steps, expression, tape, content)


def _check_arrays(tape: Tape, by: str) -> None:
    """Arrays are explained node by node, from an output that has a gradient."""
    if by != "nodes":
        raise GradcliError(
            f"an explanation by {by} is of numbers, and here are arrays",
            hint="--by nodes has them in matrix form; --elements writes each element as a number of its own",
        )
    if tape.requires_grad[tape.output] and tape.adjoints[tape.output] is None:
        raise GradcliError(
            f"the output has the shape {shape_text(tape.graph.shape(tape.output))}: an explanation is of one number",
            tape.graph.spans[tape.output],
            "take one element, y[0], or their sum, or multiply them by an adjoint: --cotangent VALUE",
        )
