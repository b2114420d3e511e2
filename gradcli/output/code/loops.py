"""How a language writes the lines of a routine, its loops, and what they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.frozen import Frozen
from gradcli.output.code.formula import Formula, Looped, Place, Step, Turns
from gradcli.output.code.routine import Routine


class Loops(Frozen):
    """How a language writes the lines of a routine, and loops.

    Attributes:
        line: A line, with ``{name}`` and ``{text}``.
        store: An element of an array gets a value, with ``{place}`` and ``{text}``.
        array: An array of numbers that are not known yet, with ``{name}`` and ``{size}``.
        table: An array of numbers that are, with ``{name}``, ``{size}`` and ``{items}``.
        loop: The beginning of a loop over the whole numbers from 0, with ``{counter}`` and ``{count}``.
        end: Its end; empty where indentation says it.
        place: An element, with ``{array}`` and ``{index}``.
        number: A whole number of counters as one of floating point, with ``{index}``.
        signed: A counter in such a number, which may be negative.
        first: The index of the first element.
        indent: What stands before what is inside.
    """

    line: str
    store: str
    array: str
    table: str
    loop: str
    end: str = ""
    place: str = "{array}[{index}]"
    number: str = "({index})"
    signed: str = "{counter}"
    first: str = "0"
    indent: str = "    "


def arrays(routine: Routine, loops: Loops, text: Callable[[Formula], str]) -> Iterator[tuple[str, str]]:
    """The declarations of what loops go through, and of what they keep, as :func:`step_lines` gives them."""
    for name, numbers in routine.tables.items():
        yield "", loops.table.format(name=name, size=len(numbers), items=", ".join(map(text, numbers)))
    if routine.size:
        yield "", loops.array.format(name=routine.array, size=routine.size)


def step_lines(steps: Sequence[Step], loops: Loops | None, text: Callable[[Formula], str]) -> Iterator[tuple[str, str]]:
    """The name of each line and its formula; of what is no such line the whole text, without a name.

    Args:
        steps: Lines and loops.
        loops: How the language writes them; None where it has no loops, and there are none.
        text: Writes a formula.
    """
    for step in steps:
        if not isinstance(step, Looped):
            place, formula = step
            if isinstance(place, str):
                yield place, text(formula)
            elif loops is not None:
                yield "", loops.store.format(place=text(place), text=text(formula))
        elif loops is not None:
            head = loops.loop.format(counter=step.counter, count=step.count)
            inner = indented([*step_lines(step.steps, loops, text)], loops, loops.indent)
            yield "", f"{head}\n{inner}{loops.end}".rstrip()


def indented(lines: Sequence[tuple[str, str]], loops: Loops, indent: str) -> str:
    """Lines as text."""
    texts = [loops.line.format(name=name, text=text) if name else text for name, text in lines]
    return "".join([indent + text.replace("\n", f"\n{indent}") + "\n" for text in texts])


def counted(formula: Turns | Place, loops: Loops) -> str:
    """An element of an array, or a number that goes on with the turns of loops."""
    if isinstance(formula, Place):
        index = formula.index
        return loops.place.format(array=formula.array, index=_sum(index.start + int(loops.first), index.steps))
    text = _sum(formula.start, [(loops.signed.format(counter=counter), step) for counter, step in formula.steps])
    return loops.number.format(index=text).replace(f"({text})", text) if text.isalnum() else loops.number.format(index=text)


def _sum(start: int, steps: Sequence[tuple[str, int]]) -> str:
    """A whole number of counters; what is taken away stands last, so that no part of an index is negative."""
    up = [counter if step == 1 else f"{step}*{counter}" for counter, step in steps if step > 0]
    down = [counter if step == -1 else f"{-step}*{counter}" for counter, step in steps if step < 0]
    first = " + ".join([*up, *[str(start)] * (start > 0 or not up)])
    return " - ".join([first, *[str(-start)] * (start < 0 and bool(up)), *down])
