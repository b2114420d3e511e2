"""Rewritten programs whose value and gradient are finite at the point where those of the original are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from gradcli.analysis.nonfinite.matching import Match, Matcher, result_of
from gradcli.analysis.nonfinite.origins import SLOPE, UNDEFINED, ZERO_TIMES, Way, backward_ways, forward_way
from gradcli.analysis.nonfinite.rewrites import BRANCH, compiled
from gradcli.analysis.nonfinite.verified import Proof, proof_of, worse
from gradcli.autodiff.passes.tape import Tape, all_finite, has_nan
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.program_run import recorded
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.language.ast import (
    Assignment,
    Call,
    Comparison,
    Expression,
    Index,
    Name,
    Number,
    Output,
    Program,
    Statement,
    children,
    postorder,
)
from gradcli.language.parser import is_name, parse
from gradcli.language.program_text import program_text
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import Value
from gradcli.lowering.node_expressions import constant_expression, operation_expression, written_out, written_sizes
from gradcli.ops.catalogue import CHOICE
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.elementwise.identity import detach

ROUNDS = 3
"""How many rewrites are made one after the other."""

TRIES = 60
"""Rewritten programs that are run; of large ones fewer."""

FEW_TRIES = 6

LARGE = 3_000
"""Nodes from which a graph is large."""

_SHORT = 25
"""Nodes up to which an expression is written out."""

_INLINE = 4
"""Nodes up to which an expression that is used twice is written twice."""

_SAFE = (1, 2, 0)

_ELEMENTS = 24
"""Elements of an array at which a part is compared."""

_TRUTH = Comparison((">",), (Name("c"), Number(Fraction(1, 2))))
"""A condition that keeps its value where the number that it is moves a little."""


Step = tuple[str, str, str]
"""What is replaced by what, and why."""


class Mend(Frozen):
    """A rewrite that mends a program.

    Attributes:
        steps: What is replaced by what, and why, one after the other.
        text: The whole program, as it can be pasted.
        value: Its value at the point.
        gradient: Its gradient there.
        same: Whether it is the same function; else one near by.
        proof: What high precision says of it.
        whole: Whether that is said of the whole program, and not of what was replaced alone.
    """

    steps: tuple[Step, ...]
    text: str
    value: Value
    gradient: Mapping[str, Value | None]
    same: bool
    proof: Proof
    whole: bool


class _Candidate(Frozen):
    """A way to rewrite a graph.

    Attributes:
        replaced: The new expression of some nodes, in names #id.
        step: What is replaced by what, and why.
        part: The texts of both alone, in letters.
        letters: The node that each letter stands for.
    """

    replaced: Mapping[int, Expression]
    step: Step
    part: tuple[str, str]
    letters: Mapping[str, int]


def mend_of(tape: Tape) -> Mend | None:
    """A program that is finite where a run is not, verified: the same function where one is found, else one near by."""
    room = TRIES if len(tape.graph) < LARGE else FEW_TRIES
    tried: set[str] = set()
    for same in (True, False):
        states: list[tuple[Tape, tuple[Step, ...], tuple[Part, ...]]] = [(tape, (), ())]
        for _ in range(ROUNDS if same else 1):
            onwards: list[tuple[Tape, tuple[Step, ...], tuple[Part, ...]]] = []
            for state, steps, parts in states:
                for candidate in _candidates(state, same):
                    text = program_text(_rewritten(state, candidate.replaced), "; ")
                    if text in tried:
                        continue
                    if room <= 0:
                        return None
                    tried.add(text)
                    room -= 1
                    run = _run(text, tape.bindings, tape)
                    if run is None:
                        continue
                    made, replaced = (*steps, candidate.step), (*parts, _part(state, candidate))
                    mend = _accepted(tape, run, made, replaced, text, same)
                    if mend is not None:
                        return mend
                    if same:
                        onwards.append((run, made, replaced))
            states = onwards
    return None


Part = tuple[str, str, Mapping[str, Value]]
"""What is replaced by what, in letters, and the value of each letter."""


def _part(tape: Tape, candidate: _Candidate) -> Part:
    """What a rewrite replaces, alone, with its letters at their values; of large arrays at a few elements."""
    values = {letter: tape.values[node] for letter, node in candidate.letters.items()}
    return (*candidate.part, {letter: _few(value) for letter, value in values.items()})


def _few(value: Value) -> Value:
    """An array, or of a large one the elements that matter: those that are not finite, or largest, first."""
    if isinstance(value, float) or value.size <= _ELEMENTS:
        return value
    import numpy

    order = numpy.argsort(-numpy.abs(numpy.nan_to_num(value.ravel())), kind="stable")
    return value.ravel()[numpy.sort(numpy.concatenate([order[: _ELEMENTS // 2], order[-_ELEMENTS // 2 :]]))]


def _run(text: str, bindings: Mapping[str, Value], like: Tape | None) -> Tape | None:
    """The run of a program at a point, asked for what another run was; None where it cannot be run."""
    asked = Request(bindings=dict(bindings), needs_cotangent=False, spare=tuple(bindings))
    if like is not None:
        shaped = bool(like.graph.shape(like.output))
        asked = replace(asked, wrt=like.wrt, dtype=like.dtype, cotangent=like.adjoints[like.output] if shaped else None)
    try:
        return recorded(parse(text), asked)
    except (GradcliError, ArithmeticError):
        return None


def _accepted(first: Tape, second: Tape, steps: tuple[Step, ...], parts: tuple[Part, ...], text: str, same: bool) -> Mend | None:
    """The rewritten program where it mends what is wrong, and high precision confirms it."""
    if not all_finite(second.value):
        return None
    slopes = [adjoint for adjoint in second.gradient.values() if adjoint is not None]
    if any(map(has_nan, slopes)):
        return None
    if not all(map(all_finite, slopes)) and (not same or all_finite(first.value)):
        return None
    whole = True
    try:
        proof = proof_of(first, second, same=same)
    except GradcliError:
        whole, proof = False, _proof_of_parts(parts, same)
    return None if proof is None else Mend(steps, text, second.value, second.gradient, same, proof, whole)


def _proof_of_parts(parts: tuple[Part, ...], same: bool) -> Proof | None:
    """The proofs of what was replaced, together; None where one is missing."""
    found: Proof | None = None
    for pattern, result, values in parts:
        runs = [_run(text, values, None) for text in (f"sum({pattern})", f"sum({result})")]
        if runs[0] is None or runs[1] is None:
            return None
        try:
            proof = proof_of(runs[0], runs[1], same=same)
        except GradcliError:
            return None
        if proof is None:
            return None
        found = proof if found is None else worse(found, proof)
    return found


# ---- candidates ----


def _candidates(tape: Tape, same: bool) -> Iterator[_Candidate]:
    """The ways to rewrite a run near what is not finite: choices first, then the rows of the table in their order."""
    forward = forward_way(tape, tape.output)
    ways = list({way.origin.node: way for way in backward_ways(tape).values()}.values())
    if same:
        yield from _double_choices(tape, ways)
    bad = _bad_nodes(tape, [*([forward] if forward else []), *ways])
    matcher = Matcher(tape.graph)
    for row in compiled():
        if row.rule.same is not same:
            continue
        found: dict[int, Match] = {}
        for node in bad:
            for match in matcher.match(row.pattern, node):
                found.setdefault(match.node, match)
                break
        if found:
            replaced = {node: result_of(row, match) for node, match in found.items()}
            node = min(found)
            step = (_text(tape, node), _new_text(tape, replaced[node]), row.rule.reason)
            part = (to_text(_with_items(row.pattern, found[node])), to_text(_with_items(row.result, found[node])))
            yield _Candidate(replaced, step, part, found[node].letters)


def _bad_nodes(tape: Tape, ways: list[Way]) -> list[int]:
    """The nodes that may be the whole of a pattern that covers something that is not finite."""
    graph = tape.graph
    bad = [not all_finite(value) for value in tape.values]
    for way in ways:
        bad[way.origin.node] = True
    near = list(bad)
    for _ in range(4):  # a pattern is a few operations high
        higher = [near[id] or any(near[input] for input in inputs) for id, inputs in enumerate(graph.inputs)]
        if higher == near:
            break
        near = higher
    leads = graph.ancestors(tape.output)
    return [id for id, one in enumerate(near) if one and leads[id] and graph.operations[id] not in (VARIABLE, CONSTANT)]


def _with_items(expression: Expression, match: Match) -> Expression:
    """A row of the table with the index that it was found with."""
    return mapped(expression, lambda part: Index(part.target, match.items) if isinstance(part, Index) else part)


def _double_choices(tape: Tape, ways: list[Way]) -> Iterator[_Candidate]:
    """The operand of a function with an infinite slope chosen as well, where a choice behind it hides its value alone."""
    graph = tape.graph
    consumers = graph.consumers()
    for way in ways:
        origin = way.origin
        if origin.kind not in (ZERO_TIMES, SLOPE, UNDEFINED) or origin.source is None:
            continue
        chosen = _choice_above(tape, consumers, origin.node)
        if chosen is None:
            continue
        condition, side = chosen
        for safe in _SAFE:
            number = Number(safe)
            operand = Name(f"#{origin.source}")
            pair = (operand, number) if side == 1 else (number, operand)
            kept = Call(CHOICE, (Name(f"#{condition}"), *pair))
            operands = [kept if input == origin.source else Name(f"#{input}") for input in graph.inputs[origin.node]]
            replaced = {origin.node: operation_expression(graph, origin.node, operands)}
            step = (_text(tape, origin.node), _new_text(tape, replaced[origin.node]), BRANCH)
            letters = {f"p{at}": input for at, input in enumerate(graph.inputs[origin.node])}
            names: list[Expression] = [Name(letter) for letter in letters]
            inner = [operation_expression(graph, origin.node, names)]
            first = next(name for name, input in zip(names, graph.inputs[origin.node], strict=True) if input == origin.source)
            chosen_part: tuple[Expression, Expression] = (first, number) if side == 1 else (number, first)
            names = [Call(CHOICE, (_TRUTH, *chosen_part)) if name == first else name for name in names]
            inner.append(operation_expression(graph, origin.node, names))
            part = [to_text(Call(CHOICE, (_TRUTH, *((one, Number(0)) if side == 1 else (Number(0), one))))) for one in inner]
            yield _Candidate(replaced, step, (part[0], part[1]), {**letters, "c": condition})


def _choice_above(tape: Tape, consumers: list[list[int]], node: int) -> tuple[int, int] | None:
    """The condition of the first choice on the one way from a node to the output, and as which branch it comes in."""
    graph = tape.graph
    while len(consumers[node]) == 1:
        above = consumers[node][0]
        inputs = graph.inputs[above]
        if graph.operations[above] == CHOICE and inputs.index(node):
            return inputs[0], inputs.index(node)
        node = above
    return None


# ---- writing ----


def _text(tape: Tape, node: int) -> str:
    return to_text(_shown(tape, Name(f"#{node}")))


def _new_text(tape: Tape, expression: Expression) -> str:
    return to_text(_shown(tape, expression))


def _shown(tape: Tape, expression: Expression) -> Expression:
    """An expression for people: nodes written out where that is short, by their names where it is not."""
    sizes = written_sizes(tape.graph)

    def put(part: Expression) -> Expression:
        if not isinstance(part, Name) or not part.name.startswith("#"):
            return part
        id = int(part.name[1:])
        if id in tape.graph.given_names or sizes[id] > _SHORT:
            return Name(tape.names[id]) if id != tape.output and sizes[id] > _SHORT else written_out(tape.graph, id, tape.names)
        return written_out(tape.graph, id, tape.names)

    return mapped(expression, put)


def _rewritten(tape: Tape, replaced: Mapping[int, Expression]) -> Program:
    """The program of a run with new expressions for some nodes; what is used twice is a line with a name of its own."""
    graph = tape.graph
    order: list[int] = []
    uses = {graph.output: 1}
    for id in range(graph.output, -1, -1):
        if id not in uses:
            continue
        order.append(id)
        for input in _below(graph, id, replaced):
            uses[input] = uses.get(input, 0) + 1
    taken = {*graph.variables, *VALUES}
    fresh = (name for number in range(1, len(graph) + len(taken) + 2) if (name := f"t{number}") not in taken)
    sizes = written_sizes(graph)
    statements: list[Statement] = []
    made: dict[int, Expression] = {}

    def put(part: Expression) -> Expression:
        return made[int(part.name[1:])] if isinstance(part, Name) and part.name.startswith("#") else part

    names = {id: name for name, id in graph.variables.items()}
    for id in reversed(order):
        if id in names:
            made[id] = Name(names[id])
            continue
        if graph.operations[id] == CONSTANT:
            made[id] = constant_expression(graph.constants[id])
            continue
        if id in replaced:
            expression = mapped(replaced[id], put)
        else:
            expression = operation_expression(graph, id, [made[input] for input in graph.inputs[id]])
        if id in graph.detached:
            expression = Call(detach.name, (expression,))
        if uses[id] > 1 and (sizes[id] > _INLINE or id in graph.given_names):
            given = graph.given_names.get(id, "")
            name = given if given and given not in taken and is_name(given) else next(fresh)
            taken.add(name)
            statements.append(Assignment(name, expression))
            expression = Name(name)
        made[id] = expression
    return Program((*statements, Output(made[graph.output])))


def _below(graph: Graph, id: int, replaced: Mapping[int, Expression]) -> list[int]:
    """The nodes that the expression of a node has, each as often as it has it."""
    if id not in replaced:
        return list(graph.inputs[id])
    return [int(part.name[1:]) for part in postorder(replaced[id], children) if isinstance(part, Name) and part.name[:1] == "#"]
