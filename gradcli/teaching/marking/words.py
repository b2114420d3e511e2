"""What is said of a wrong answer, level by level, without giving away the right one before its level."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy

from gradcli.algebra.derivatives import differentiate, with_output
from gradcli.autodiff.passes.reverse import quiet
from gradcli.errors import GradcliError
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.ast import Expression, Name
from gradcli.language.numbers import number_text, short_text
from gradcli.language.program_text import program_text
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import node_expression, operation_expression
from gradcli.teaching.marking.verdicts import Marked, Verdict
from gradcli.teaching.mistakes import EARLIER, MISTAKES, Slip
from gradcli.teaching.numbers import Vector
from gradcli.teaching.question import Question, program_of
from gradcli.teaching.wrong_answers.diagnosis import Reason
from gradcli.teaching.wrong_answers.variants import close
from gradcli.typing import Any

LEVELS = 5
"""0 the verdict; 1 the kind of mistake; 2 its place; 3 the rule; 4 the right line; 5 the whole derivative."""

STUDENT = 2
TEACHER = 5


def feedback(question: Question, marked: Marked, level: int) -> list[str]:
    """What is said of an answer, a sentence each.

    Args:
        question: The question.
        marked: The answer.
        level: How much is told, from 0 to 5.
    """
    question = marked.question or question
    if marked.verdict is not Verdict.WRONG:
        return [*filter(None, [marked.note]), *([f"at character {marked.column}"] if marked.column else [])]
    if level == 0:
        return []
    lines = []
    if marked.reasons:
        lacking = missing(question, marked)
        lines.append("; or ".join(in_words(question, reason, level, lacking) for reason in _told(marked.reasons[:3], level)))
        lines += ["it could also be a slip in one number"] if marked.one_number else []
        if level >= 3:
            lines += dict.fromkeys(_rule(question, slip) for slip in marked.reasons[0].slips)
        if level >= 4:
            nodes = [slip.node for slip in marked.reasons[0].slips if slip.node is not None or not marked.right]
            lines += dict.fromkeys(filter(None, [_right_line(question, marked, node) for node in nodes]))
    elif marked.values is not None:
        lines.append(_difference(question, marked, level))
        lines += ["it could be a slip in one number"] if marked.one_number else []
    if level >= LEVELS:
        lines.append(marked.right or right_line(question, question.graph.output))
    lines += [marked.note] if marked.note else []
    return list(dict.fromkeys(lines))


def _told(reasons: Sequence[Reason], level: int) -> Sequence[Reason]:
    """The reasons that are told: to a student a rule of calculus that is broken, and not what it means for paths of the graph."""
    of_paths = [any(slip.kind.startswith("graph.") for slip in reason.slips) for reason in reasons]
    if level > STUDENT or of_paths[0]:
        return reasons
    return [reason for reason, of_path in zip(reasons, of_paths, strict=True) if not of_path]


def _right_line(question: Question, marked: Marked, node: int | None) -> str:
    """The right line of a node; that of the result of a question about a part is the line of that part."""
    whole = node is None or node < 0 or node == question.graph.output
    own = whole and marked.part and marked.right.startswith(f"{marked.part} = ")
    return marked.right if own else right_line(question, node)


def missing(question: Question, marked: Marked) -> Sequence[Vector]:
    """The factor and the term that a wrong answer lacks: at the points by which it was compared, which no hint may have."""
    own = marked.at_points
    if own is None:
        return ()
    with quiet():
        return question.right / own, question.right - own


def place(question: Question, slip: Slip, level: int = LEVELS, lacking: Sequence[Vector] = ()) -> str:
    """Where a mistake was made: the node and what it computes, unless that gives the answer away; empty for the whole.

    Args:
        question: The question.
        slip: The mistake.
        level: How much is told, from 0 to 5.
        lacking: What else is not told below level 4, from :func:`missing`.
    """
    if slip.node is None:
        return f"by the variable {slip.variable}" if slip.variable else ""
    if slip.node == -1:
        return "wherever it can be made"
    if slip.node == EARLIER:
        return "in an earlier derivative"
    if slip.kind.startswith("graph.") and slip.other is not None:
        path = f"path {question.names[slip.node]}→{question.names[slip.other]}"
        ends = [line for id in (slip.node, slip.other) for line in _definitions(question, id, level, lacking)]
        return ", ".join(dict.fromkeys([path, *ends]))
    if slip.other is not None:
        return f"{_node(question, slip.other, level, lacking)} by {slip.variable}"
    return _node(question, slip.node, level, lacking)


def _node(question: Question, id: int, level: int, lacking: Sequence[Vector]) -> str:
    graph, names = question.graph, question.names
    if _hidden(question, id, level, [*lacking, *filter(_is_vector, question.partials[id])]):
        return names[id]
    inputs = dict.fromkeys(graph.inputs[id])
    if any(_hidden(question, input, level, lacking) != _hidden(question, input, level) for input in inputs):
        return f"{names[id]} = {to_text(_written(question, id, level))}"  # as the question has it, with nothing apart
    operands = [line for input in inputs for line in _definitions(question, input, level)]
    return ", ".join([f"{names[id]} = {to_text(node_expression(graph, id, names))}", *operands])


def _definitions(question: Question, id: int, level: int, lacking: Sequence[Vector] = ()) -> list[str]:
    """What a node computes, in the names that the question has; nothing of variables, and of what gives the answer away."""
    if _hidden(question, id, level, lacking):
        return []
    return [f"{question.names[id]} = {to_text(_written(question, id, level))}"]


def _written(question: Question, id: int, level: int) -> Expression:
    """A node in the names that the question has, and in those of nodes that give the answer away."""
    graph, names = question.graph, question.names
    known = {line.name for line in question.named}
    needed = graph.ancestors(id)
    found: dict[int, Expression] = {}
    for at in range(id + 1):
        if not needed[at]:
            continue
        if graph.operations[at] in (VARIABLE, CONSTANT):
            found[at] = node_expression(graph, at, names)
        elif at != id and (names[at] in known or _hidden(question, at, level)):
            found[at] = Name(names[at])
        else:
            found[at] = operation_expression(graph, at, [found[input] for input in graph.inputs[at]])
    return found[id]


def _hidden(question: Question, id: int, level: int, lacking: Sequence[Vector] = ()) -> bool:
    """Whether what a node computes is not said: it is nothing, or it would give the answer away."""
    if question.graph.operations[id] in (VARIABLE, CONSTANT):
        return True
    return level < 4 and leaks(question, question.values[id], lacking)


def leaks(question: Question, values: Vector, others: Sequence[Vector] = ()) -> bool:
    """Whether these values are the answer, or a derivative within it, or some others that are not told."""
    parts = [question.right, *filter(_is_vector, question.derivatives[question.wrt]), *others]
    known = [(part, numpy.isfinite(part)) for part in parts if numpy.shape(part) == numpy.shape(values)]
    return any(ok.any() and not _is_number(part[ok]) and bool(close(values[ok], part[ok])) for part, ok in known)


def _is_vector(values: Vector | None) -> bool:
    return values is not None


def _is_number(values: Any) -> bool:
    return bool(numpy.all(values == values.flat[0]))


def in_words(question: Question, reason: Reason, level: int, lacking: Sequence[Vector]) -> str:
    """A reason as a sentence, each of its mistakes with its place; see :func:`place`."""
    return ", and ".join(_slip(question, slip, reason.amount, level, lacking) for slip in reason.slips)


def _slip(question: Question, slip: Slip, amount: float | None, level: int, lacking: Sequence[Vector]) -> str:
    text = MISTAKES[slip.kind].says
    if amount is not None and level >= 4:
        text += f": {short_text(amount)}"
    where = place(question, slip, level, lacking) if level >= 2 else ""
    return f"{text} ({where})" if where else text


def _rule(question: Question, slip: Slip) -> str:
    graph = question.graph
    node = slip.node if slip.node is not None and slip.node >= 0 else graph.output
    operands = [question.names[input] for input in graph.inputs[node]]
    u, v = [*operands, "u", "v"][:2] if len(operands) > 1 else ([*operands, "u"][0], "v")
    y, x, d = question.names[node], question.wrt, question.d
    return MISTAKES[slip.kind].rule.format(y=y, u=u, v=v, x=x, dy=f"{d}{y}/{d}{x}", du=f"{d}{u}/{d}{x}")


def right_text(question: Question) -> str:
    """The right answer, in one line; empty where it has no text."""
    try:
        return derivative_text(question, question.graph.output)
    except GradcliError:
        return ""


def right_line(question: Question, node: int | None) -> str:
    """The right derivative of a node, ``∂a/∂x = 3*x^2``; the whole one without a node. Empty where there is nothing to say."""
    id = question.graph.output if node is None or node < 0 else node
    if id in question.graph.variables.values() and id != question.graph.output:
        return ""
    try:
        text = derivative_text(question, id)
    except GradcliError:
        return ""
    output = id == question.graph.output
    if question.order == 0:
        own = text if output else to_text(node_expression(question.graph, id, question.names))
        return f"{question.names[id]} = {own}"
    if output and question.order > 1:
        return f"the derivative of order {question.order} is {text}"
    return f"{question.d}{question.names[id]}/{question.d}{question.wrt} = {text}"


def solution(question: Question) -> list[str]:
    """The values within, then, where a derivative is asked for, that of each by the variable."""
    graph = question.graph
    names, right = question.names, question.derivatives[question.wrt]
    inner = [id for id, operation in enumerate(graph.operations) if operation not in (VARIABLE, CONSTANT)]
    named = [f"{names[id]} = {to_text(node_expression(graph, id, names))}" for id in inner]
    derived = []
    for id in inner if question.order else ():
        line = right_line(question, id) if right[id] is not None else ""
        by = [input for input in dict.fromkeys(graph.inputs[id]) if right[input] is not None]
        told = id == graph.output and question.order > 1  # that of a higher order is said in words
        if line and not told and any(graph.operations[input] != VARIABLE for input in by):
            local = "d" if len(by) == 1 and question.d == "d" else "∂"
            terms = [
                f"{local}{names[id]}/{local}{names[input]}·{question.d}{names[input]}/{question.d}{question.wrt}"
                if graph.operations[input] != VARIABLE
                else f"∂{names[id]}/∂{names[input]}|" + ",".join(names[other] for other in by if other != input)
                for input in by
            ]
            left, _, formula = line.partition(" = ")
            line = f"{left} = {' + '.join(terms)} = {formula}"
        derived.append(line)
    return [*named, *filter(None, derived)]


@lru_cache(maxsize=1_000)
def derivative_text(question: Question, id: int) -> str:
    """The derivative of a node by the variable of the question, simplified, in one line.

    Raises:
        GradcliError: It has none.
    """
    graph = with_output(question.graph, id)
    if question.order == 0:
        return program_text(question.function, "; ")
    if question.wrt not in graph.variables:
        return "0"
    return program_text(program_of(differentiate(graph, [(graph.output, (question.wrt,))])), "; ")


def _difference(question: Question, marked: Marked, level: int) -> str:
    """Where an answer differs for which there is no reason; how much, for those who may know."""
    assert marked.values is not None
    given, wanted = map(short_text, marked.values)
    if given == wanted:  # 2.0000001 and 2
        given, wanted = map(number_text, marked.values)
    at = ", ".join(f"{name} = {short_text(value)}" for name, value in (marked.point or {}).items())
    it = marked.part or "it"
    if not at and level >= 4:
        return f"no known mistake gives this: {it} is {given}, and {wanted} is right"
    if not at:
        return f"no known mistake gives this: {it} has another value than the right answer"
    if level >= 4:
        return f"no known mistake gives this: at {at} {it} is {given}, and {wanted} is right"
    return f"no known mistake gives this: at {at} {it} has another value than the right answer"


def certainty(marked: Marked) -> str | None:
    """How sure the first reason is: ``certain`` where it alone gives the answer, ``likely`` where others do too, or a slip in one
    number, ``weak`` where it takes two mistakes, is a factor or a constant alone, or a single number was compared; None without
    a reason."""
    if not marked.reasons:
        return None
    first = marked.reasons[0]
    if len(first.slips) > 1 or first.amount is not None or marked.at_one_point:
        return "weak"
    return "certain" if len(marked.reasons) == 1 and not marked.one_number else "likely"


def kinds_of(marked: Marked) -> Sequence[str]:
    """The kinds of mistake of an answer, those of the likeliest reason."""
    return [slip.kind for slip in marked.reasons[0].slips] if marked.reasons else []
