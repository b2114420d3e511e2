"""Counts the operations of gradient graphs over a seeded corpus of random programs.

Baur and Strassen (The complexity of partial derivatives, 1983) bound function and gradient together by 4 times the function
for rational functions. For elementary functions the factor depends on what counts as one operation; so there are two more
parts of the corpus, one with the functions of a calculus course, one with every differentiable operation that there is.
"""

from __future__ import annotations

import json
import random
import statistics

from gradcli.autodiff.passes.reverse import gradient_graph
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import MANY

SEED, PROGRAMS = 5, 300
RATIONAL = ("add", "sub", "mul", "div")
COURSE = (*RATIONAL, "neg", "pow", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sigmoid")


def corpus(operations: tuple[str, ...]) -> list[str]:
    """Random programs of assignments; each takes earlier results, the newer ones more often, so that there is sharing."""
    draw = random.Random(SEED)
    programs: list[str] = []
    for _ in range(PROGRAMS):
        known = [f"x{i}" for i in range(draw.randint(1, 6))]
        lines: list[str] = []
        for step in range(draw.randint(5, 60)):
            operation = OPERATIONS[draw.choice(operations)]
            count = 2 if operation.most == MANY else operation.required
            operands = [draw.choice(known[-8:]) for _ in range(count)]
            if operation.name == "pow":
                operands[1] = str(draw.choice((2, 3, 0.5, -1)))
            lines.append(f"t{step} = {operation.name}({', '.join(operands)})")
            known.append(f"t{step}")
        programs.append("\n".join(lines))
    return programs


def operations_of(graph: Graph, live: list[bool] | None = None) -> int:
    """The nodes that an operation made; with ``live`` those of them that it marks."""
    return sum(
        operation not in (VARIABLE, CONSTANT) and (live is None or live[id]) for id, operation in enumerate(graph.operations)
    )


def ratios(operations: tuple[str, ...]) -> tuple[list[float], list[float]]:
    """For each program of the corpus the ratio over the whole gradient graph, and over what the gradient needs of it."""
    whole: list[float] = []
    needed: list[float] = []
    for text in corpus(operations):
        graph = lower(parse(text), StaticBuilder(Graph()))
        graph.given_names = {}  # names would keep lines alive that the output does not need
        graph = compacted(graph)
        function = operations_of(graph)
        gradient, found = gradient_graph(graph, list(graph.variables.values()))
        ends = [id for id in found if id is not None]
        whole.append(operations_of(gradient) / function)
        needed.append(operations_of(gradient, gradient.ancestors(*ends)) / function)
    return whole, needed


def differentiable() -> tuple[str, ...]:
    """Every operation that has all its derivatives."""
    names: list[str] = []
    for name, operation in OPERATIONS.items():
        arguments = ", ".join(f"x{i}" for i in range(2 if operation.most == MANY else operation.required))
        graph = lower(parse(f"{name}({arguments})"), StaticBuilder(Graph()))
        try:
            gradient_graph(graph, list(graph.variables.values()))
        except GradcliError:  # it has no derivative by one of its arguments
            continue
        if operation.differentiable:
            names.append(name)
    return tuple(names)


def main() -> None:
    """Print the counts."""
    everything = differentiable()
    rows: list[list[object]] = []
    for label, operations in (
        ("rational operations", RATIONAL),
        (f"{len(COURSE)} operations of a calculus course", COURSE),
        (f"all {len(everything)} differentiable operations", everything),
    ):
        whole, needed = ratios(operations)
        bound = 4 if operations is RATIONAL else None
        rows.append([f"{label}: maximum", round(max(whole), 3), bound])
        rows.append([f"{label}: median", round(statistics.median(whole), 3), bound])
        rows.append([f"{label}: maximum of what the gradient alone needs", round(max(needed), 3), bound])
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
