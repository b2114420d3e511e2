"""Exercises made from a number: expressions that are drawn, or a template with numbers put in. The same number gives the same
exercises on every machine: only whole numbers are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.frozen import replace
from gradcli.language.ast import Array, Assignment, Call, Expression, Name, Number, Operator, Output, Program
from gradcli.language.parser import parse
from gradcli.language.program_text import program_text
from gradcli.language.rewrite import mapped
from gradcli.language.statements import expressions, free_names
from gradcli.language.text import to_text
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.declaration.operation import Operation, spelled
from gradcli.teaching.exercises.exercises import LONGEST, WRONG, Exercise, Source, exercise, joined
from gradcli.teaching.reading.answers import with_names
from gradcli.typing import NamedTuple

_TRIES = 80
_TRIES_FOR_A_BAND = 400


class Wanted(NamedTuple):
    """What kind of exercises is asked for.

    Attributes:
        paths: Paths from the variable to the result, that is, how often it stands there.
        depth: Operations on the longest path.
        operations: The names of the operations.
        variables: The variables, of which the first is the one to differentiate by.
        band: How difficult they are, from 1 to 5, whatever paths and depth make them so; 0 where paths and depth say it.
        usable: Whether one of them will do; None where each will.
    """

    paths: int
    depth: int
    operations: Sequence[str]
    variables: Sequence[str]
    band: int = 0
    usable: Callable[[Exercise], bool] | None = None


def exercises(seed: int, count: int, wanted: Wanted) -> Iterator[Exercise]:
    """Exercises, all different.

    Args:
        seed: The number that they are made from.
        count: How many.
        wanted: What kind of exercises.

    Raises:
        GradcliError: An operation does not exist, or there are no such exercises.
    """
    operations = [_operation(name) for name in wanted.operations]
    known: set[str] = set()
    shapes: set[str] = set()
    tries = _TRIES_FOR_A_BAND if wanted.band else _TRIES
    for number in range(count):
        source = Source(seed * 1_000_003 + number * 7_919 + 1)
        for turn in range(tries):
            size = wanted._replace(paths=1 + source.below(4), depth=1 + source.below(7)) if wanted.band else wanted
            expression = _drawn(source, size, operations)
            text = None if expression is None else to_text(expression)
            if expression is None or text is None or text in known or len(text) > LONGEST:
                continue
            shape = _shape(expression)
            lacks = not set(wanted.variables) <= set(free_names(Program((Output(expression),))))
            if (shape in shapes or lacks) and turn < tries // 2:  # the same but for its numbers, or without a variable
                continue
            known.add(text)
            found = exercise(text, wanted.variables[0], source, wanted.band)
            if found is None or (found.difficulty.paths, found.difficulty.depth) != (size.paths, size.depth):
                continue
            found = replace(found, point={name: found.point[name] for name in wanted.variables if name in found.point})
            if wanted.usable is None or wanted.usable(found):
                shapes.add(shape)
                yield found
                break
        else:
            few = f"only {number} such exercises were found: with {WRONG} wrong answers that can be told apart"
            raise GradcliError(
                few if number else f"no such exercise was found: with {WRONG} wrong answers that can be told apart",
                hint="more --ops, or another --band" if wanted.band else "more --ops, --paths or --depth make more of them",
                exit_code=ExitCode.LIMIT,
            )


def from_template(template: str, wrt: str, choices: Mapping[str, Sequence[int]], seed: int, count: int) -> Iterator[Exercise]:
    """Exercises that differ in the numbers of a template.

    Args:
        template: An expression with names for numbers.
        wrt: The variable to differentiate by.
        choices: For each of these names the numbers that it may be.
        seed: The number that they are made from.
        count: How many; fewer where there are no more.

    Raises:
        GradcliError: The template is wrong, or a name is not in it.
    """
    program = parse(template)
    for name in choices:
        if name not in free_names(program):
            raise GradcliError(f"the template has no name {name}", hint=f"its names: {', '.join(free_names(program))}")
    total = math.prod(map(len, choices.values()))
    order = Source(seed).shuffled(range(min(total, 10_000)))
    found = 0
    for at, least in [*((at, WRONG) for at in order), *((at, 1) for at in order)]:  # of few operations there are few mistakes
        if found == count or (found and least < WRONG):
            return
        numbers = {}
        for name, values in choices.items():
            at, which = divmod(at, len(values))
            numbers[name] = values[which]
        made = _of_results(_filled(program, numbers), wrt, Source(seed * 1_000_003 + found), least)
        if made is not None:
            found += 1
            yield made
    if not found:
        raise GradcliError(
            "the template has no exercise with a wrong answer that can be told apart",
            hint="give it other numbers, or more operations",
        )


def _of_results(expression: str, wrt: str, source: Source, least: int) -> Exercise | None:
    """The exercise of an expression, or of the list of expressions that it is."""
    *before, last = parse(expression).statements
    value = expressions(last)[0]
    if before or not isinstance(value, Array):
        return exercise(expression, wrt, source, least=least)
    parts: list[Exercise] = []
    for item in value.items:
        names = [name for name in free_names(Program((Output(item),))) if not is_constant(name)]
        by = wrt if wrt in names or not names else names[0]
        one = exercise(to_text(item), by, source, least=0)
        if one is None:
            return None
        parts.append(one)
    return joined(parts)


def _filled(program: Program, numbers: Mapping[str, int]) -> str:
    """The text of a program with numbers in the place of names."""
    values = {name: Number(one) if one >= 0 else Operator("-", (Number(-one),)) for name, one in numbers.items()}
    lines = [line for line in program.statements if isinstance(line, Assignment | Output)]
    return program_text(Program(tuple(replace(line, value=with_names(line.value, values)) for line in lines)))


# ---- expressions ----


def _operation(name: str) -> Operation:
    found = OPERATIONS.get(name) or next(iter(spelled(name)), None)
    if found is None or not found.differentiable or found.required > 2 or _nowhere(found):
        usable = [own for own, one in OPERATIONS.items() if one.differentiable and one.required <= 2 and not _nowhere(one)]
        near = nearest(name, usable)
        what = "is no operation" if found is None else "is none that exercises are made of"
        raise GradcliError(f"{name} {what}", hint=f"did you mean {near}?" if near else "gradcli ops lists them")
    return found


def _nowhere(operation: Operation) -> bool:
    """Whether no derivative goes through an operation."""
    return not any(operation.derivable(at) for at in range(operation.required))


def _drawn(source: Source, wanted: Wanted, operations: Sequence[Operation]) -> Expression | None:
    """An expression of the asked size, or of another one."""
    x = wanted.variables[0]
    joining = [one for one in operations if one.required == 2 and one.symbol and one.symbol != "^"]
    parts: list[tuple[Expression, int, str]] = [(Name(x), 0, "") for _ in range(wanted.paths)]
    if len(parts) > 1 and not joining:
        return None
    spare = max(0, wanted.depth - (wanted.paths - 1).bit_length())
    for at in range(len(parts)):
        for _ in range(source.below(spare + 1)):
            parts[at] = _wrapped(source, parts[at], wanted, operations)
    while len(parts) > 1:
        first, second = parts.pop(source.below(len(parts))), parts.pop(source.below(len(parts)))
        one = source.one_of(joining)
        if not _joins(one, first[0], second[0], operations):
            return None
        parts.append((Operator(one.symbol, (first[0], second[0])), max(first[1], second[1]) + 1, one.name))
    found = parts[0]
    while found[1] < wanted.depth:
        before = found[1]
        found = _wrapped(source, found, wanted, operations)
        if found[1] == before:
            return None
    return found[0] if found[1] == wanted.depth else None


def _joins(one: Operation, first: Expression, second: Expression, operations: Sequence[Operation]) -> bool:
    """Whether somebody would write these so: not x + 2x, x*(4x), x/x, u*(3*v), u + (v + 1)."""
    factors = one.symbol in "*/"
    if _core(first, powers=factors) == _core(second, powers=factors):
        return one.symbol == "*" and first == second and not any(other.symbol == "^" for other in operations)
    if isinstance(first, Call) and isinstance(second, Call) and first.function == second.function:  # exp(x/2)/exp(x)
        return False
    signs = "*/" if factors else "+-"
    return not any(isinstance(own, Operator) and own.symbol in signs and _core(own) != own for own in (first, second))


def _core(value: Expression, *, powers: bool = False) -> Expression:
    """An expression without the numbers that are added to it, or by which it is multiplied or divided, or raised to."""
    while isinstance(value, Operator) and len(value.operands) == 2 and (powers or value.symbol != "^"):
        left, right = value.operands
        if isinstance(right, Number):
            value = left
        elif isinstance(left, Number) and value.symbol != "/":
            value = right
        else:
            break
    return value


def _shape(value: Expression) -> str:
    """An expression without its numbers."""
    return to_text(mapped(value, lambda node: Number(1) if isinstance(node, Number) else node))


def _wrapped(
    source: Source, part: tuple[Expression, int, str], wanted: Wanted, operations: Sequence[Operation]
) -> tuple[Expression, int, str]:
    """A part within one more operation: a function, or one with a number or another variable."""
    inner, depth, last = part
    undone = OPERATIONS[last].facts.inverse if last in OPERATIONS else None
    usable = [one for one in operations if one.name not in (last, undone)]
    if last and isinstance(inner, Operator) and inner.symbol in "*/":  # 2*(3*u) is 6*u
        usable = [one for one in usable if one.symbol not in ("*", "/")]
    if not usable:
        return part
    one = source.one_of(usable)
    if one.required == 1:
        body: Expression = Operator(one.symbol, (inner,)) if one.symbol else Call(one.name, (inner,))
        return body, depth + 1, one.name
    others = wanted.variables[1:]
    number: Expression = Number(2 + source.below(4))
    if one.symbol == "^" or not one.symbol:
        number = Number(2 + source.below(3))
    elif others and source.below(2):
        number = Name(source.one_of(others))
    operands = (number, inner) if one.symbol in ("*", "-") else (inner, number)
    body = Operator(one.symbol, operands) if one.symbol else Call(one.name, operands)
    return body, depth + 1, one.name
