"""The gradient as a sum over paths: every way from a variable to the output, with the product of the derivatives along it.

This is the chain rule written out, as one would do it without sharing (Bauer, Computational graphs and rounding error, 1974).
The number of paths can be exponential in the size of the graph. So they are counted without being listed, and the largest are
found without looking at the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.nodes.chain import Chain
from gradcli.derivation.nodes.path_listing import Listing, Path, uses_of
from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation.expressions import exact_value, sum_of
from gradcli.derivation.notation.prose import Piece
from gradcli.derivation.notation.steps import End, Step
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.language.ast import Expression, Number
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.ieee import exact_sum

MAX_PATHS = 2_000
"""Paths up to which all are listed."""

LARGEST = 20
"""Paths that are listed where there are more."""

MAX_EDGES = 200_000
"""Edges of all listed paths together."""

SUM_PATHS = 8
"""Paths up to which their sum is written out."""

SIMPLIFIED_NODES = 2_000
"""Nodes of a graph up to which the derivative is simplified as a whole."""

MAX_BITS = 10**11
"""Variables times nodes up to which the passes of forward mode are counted."""


class PathSum(Frozen):
    """The paths of one variable.

    Attributes:
        variable: The variable.
        count: How many paths there are.
        paths: Those that are listed: all, or the largest first.
        rest: What the others add up to.
        steps: The sum, step by step; empty where it is long.
        value: The derivative.
    """

    variable: str
    count: int
    paths: tuple[Path, ...]
    rest: float
    steps: tuple[Step, ...]
    value: float


class Cost(Frozen):
    """What a way to the gradient costs. Multiplications by the 1 that a pass begins with are not counted.

    Attributes:
        method: What is done.
        passes: How often the graph is walked through for the variables asked for; None where paths are walked.
        multiplications: By local derivatives, for the variables asked for; None where it was not counted.
        passes_for_all: The same for every variable of the expression.
        for_all: The same for every variable of the expression; None where it was not counted.
    """

    method: str
    passes: int | None
    multiplications: int | None
    passes_for_all: int | None
    for_all: int | None


class Paths(Frozen):
    """The gradient as a sum over paths.

    Attributes:
        sums: For each variable asked for its paths.
        costs: What the sum over paths, forward mode and reverse mode cost.
        variables: How many variables the expression has.
        derivatives: For each variable its derivative, simplified; empty for a large graph.
        ends: For each variable asked for what its derivation ends in.
        warnings: What is wrong with it.
    """

    sums: tuple[PathSum, ...]
    costs: tuple[Cost, ...]
    variables: int
    derivatives: Mapping[str, Simplified]
    ends: Mapping[str, End]
    warnings: tuple[str, ...]


def sum_over_paths(tape: Tape, *, max_paths: int = MAX_PATHS, every_step: bool = False) -> Paths:
    """The gradient of a run as a sum over paths.

    Args:
        tape: The run.
        max_paths: Paths up to which all are listed; of more only the largest.
        every_step: Whether steps are shown one by one that usually are one.
    """
    workings = Workings(tape, every_step=every_step)
    uses = uses_of(tape.graph, tape.requires_grad)
    counts = path_counts(tape.graph, tape.requires_grad)
    simplified = workings.simplified() if len(tape.graph) <= SIMPLIFIED_NODES else {}
    listing = Listing(workings, uses)
    sums: list[PathSum] = []
    ends: dict[str, End] = {}
    for name in tape.wrt:
        id = tape.graph.variables[name]
        count, length = counts.get(id, (0, 0))
        value = tape.adjoints[id] or 0.0
        complete = count <= max_paths and length <= MAX_EDGES
        found = listing.all(id) if complete and count else listing.largest(id, min(count, LARGEST))
        paths = tuple(listing.path(id, edges) for edges in found)
        rest = 0.0 if complete else value - exact_sum([path.value for path in paths])
        chain = Chain(workings, tape.derivative(name), value, simplified.get(name))
        if complete and 0 < count <= SUM_PATHS and id != tape.output and all(path.partials for path in paths):
            _add_up(chain, paths)
            chain.finish(_bare(paths))
        ends[name] = chain.end
        sums.append(PathSum(name, count, paths, rest, tuple(chain.steps), chain.value))
    return Paths(tuple(sums), costs(tape), len(tape.graph.variables), simplified, ends, tuple(workings.left_out))


def largest_paths(tape: Tape, names: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """The path from each of some variables to the output with the largest product, of a run on numbers.

    Args:
        tape: The run.
        names: The variables.

    Returns:
        For each the nodes from the variable to the output, each with the local derivative that leads to it, the variable with 1;
        empty where no path leads there.
    """
    if not names:
        return {}
    workings = Workings(tape)
    listing = Listing(workings, uses_of(tape.graph, tape.requires_grad))
    counts = path_counts(tape.graph, tape.requires_grad)
    found: dict[str, list[tuple[int, float]]] = {}
    for name in names:
        start = tape.graph.variables[name]
        paths = listing.largest(start, 1) if counts.get(start) else ()
        found[name] = [one for edges in paths for one in ((start, 1.0), *[(edge.target, listing.value(edge)) for edge in edges])]
    return found


def _add_up(chain: Chain, paths: Sequence[Path]) -> None:
    partials, factors = [p.partials for p in paths if p.partials], [p.factors for p in paths if p.factors]
    words: list[Piece] = ["one term for each path"] if len(paths) > 1 else ["the only path"]
    chain.say("chain rule", sum_of(partials), *words)
    chain.say("local derivatives", sum_of(factors), "local derivatives" if len(paths) > 1 else "local derivative")
    chain.say("trivial factors dropped", _bare(paths, number=False), "factors 1 dropped, products as one fraction")
    chain.say("numbers computed", _bare(paths), "numbers computed")


def _bare(paths: Sequence[Path], *, number: bool = True) -> Expression:
    """The sum of the products without trivial factors; a number where it is one."""
    bare = sum_of([p.product for p in paths if p.product is not None and p.product != Number(0)])
    return (exact_value(bare) if number else None) or bare


def path_counts(graph: Graph, needs: Sequence[bool]) -> dict[int, tuple[int, int]]:
    """For each variable that requires a gradient how many paths lead to the output, and how many edges they have together.

    Args:
        graph: The graph.
        needs: For each node whether a gradient flows through it.
    """
    found: dict[int, tuple[int, int]] = {}
    open: dict[int, tuple[int, int]] = {graph.output: (1, 0)} if needs[graph.output] else {}
    for id in range(graph.output, -1, -1):
        reached = open.pop(id, None)  # counts may be long numbers: they live only as long as they are needed
        if reached is None:
            continue
        inputs = graph.inputs[id]
        if not inputs:
            found[id] = reached
            continue
        operation = OPERATIONS[graph.operations[id]]
        paths, edges = reached
        for argument, input in enumerate(inputs):
            if needs[input] and operation.carries(argument):
                before = open.get(input, (0, 0))
                open[input] = (before[0] + paths, before[1] + edges + paths)
    return found


def costs(tape: Tape) -> tuple[Cost, ...]:
    """What the sum over paths, forward mode and reverse mode cost in multiplications by local derivatives."""
    graph = tape.graph
    everything = requires_grad(graph, list(graph.variables.values()))
    asked, whole = _counted(graph, tape.requires_grad, len(tape.wrt)), _counted(graph, everything, len(graph.variables))
    names = ("path by path", "forward mode", "reverse mode")
    passes = ((None, None), (len(tape.wrt), len(graph.variables)), (1, 1))
    return tuple(
        Cost(name, these, few, all_passes, all)
        for name, (these, all_passes), few, all in zip(names, passes, asked, whole, strict=True)
    )


def _counted(graph: Graph, needs: Sequence[bool], variables: int) -> tuple[int, int | None, int]:
    """The multiplications of the three methods for the variables that require gradients."""
    by_paths = sum(edges - paths for paths, edges in path_counts(graph, needs).values() if edges)
    on_the_way = graph.ancestors(graph.output)
    last_use: dict[int, int] = {}
    for id, inputs in enumerate(graph.inputs):
        last_use.update(dict.fromkeys(inputs, id))
    exact = variables * len(graph) <= MAX_BITS
    bits = {id: 1 << index for index, id in enumerate(graph.variables.values())}
    below: dict[int, int] = {}  # for each node in use the variables that it depends on, a bit each
    forward = reverse = 0
    for id, inputs in enumerate(graph.inputs):
        if not inputs or not needs[id] or not on_the_way[id]:
            continue
        operation = OPERATIONS[graph.operations[id]]
        depends = 0
        for argument, input in enumerate(inputs):
            if needs[input] and operation.carries(argument):
                reverse += id != graph.output
                if exact:
                    forward += below[input].bit_count() if input in below else 0
                    depends |= below[input] if input in below else bits[input]
        below[id] = depends
        for input in inputs:
            if last_use[input] == id:
                below.pop(input, None)
    return by_paths, forward if exact else None, reverse
