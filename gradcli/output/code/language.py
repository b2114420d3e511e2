"""Languages that functions are written in: one declaration each, and what writes formulas by it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, count

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.ops.declaration.constants import constant_value
from gradcli.output.code.formula import Applied, Formula, Known, Literal
from gradcli.output.code.routine import Routine
from gradcli.output.formulas.boxes import GREEK

_BLOCK = re.compile(r"\n\n+(?=\S)")
_DEFINED = re.compile(r"^(?:function|const|static double|def|fn)\s+(\w+)", re.MULTILINE)
_SUBSCRIPT = re.compile("[₀-₉]+")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_WORD = re.compile(r"\w+")
_PLACE = re.compile(r"\{(\d+)\}")

ATOM = 100
"""The precedence of what never needs parentheses."""

_TIGHT = 90
"""Operators above it enclose their operands themselves: CASE WHEN ... END."""


class Written(Frozen):
    """What is to be written.

    Attributes:
        name: The name of the function.
        formula: The function as it was typed, for people.
        routine: What it computes.
        shape: ``()`` where the results are a value alone; else how many derivatives stand behind the value, by axis.
        by: For each derivative the names, in the language, of the variables that it is by, one after the other.
        graph: The graph that was written.
        nodes: In it the node of each result.
        variables: The variables, in the order of the arguments.
    """

    name: str
    formula: str
    routine: Routine
    shape: tuple[int, ...]
    by: tuple[tuple[str, ...], ...]
    graph: Graph
    nodes: tuple[int, ...]
    variables: tuple[str, ...]


class Language(Frozen):
    """A language.

    Attributes:
        name: What ``--to`` calls it.
        about: What it is, for help.
        endings: The ends of the names of its files; that of those which are written here first.
        calls: For functions of the notation how they are written: a template with ``{0}``, ``{1}``; those that are not here are
            functions of ``helpers`` under their own names.
        operators: For operators their precedence and their template.
        helpers: The file with functions that the language lacks; empty where it has none.
        words: Names that mean something in it.
        whole: How a whole number is written, which is one of floating point: ``{}.0``.
        infinity: Infinity.
        nan: No number.
        comment: A line of comment.
        layout: Writes a whole file: from what is written, the lines, the results, and the helpers that it needs.
        main: Writes a program behind it that prints the results at points, one number a line; None where nothing runs it.
        command: What runs the file: the program and its arguments, ``{file}`` and ``{program}`` for the paths; several commands
            are run one after the other.
        letters: Which letters names have.
        folds_case: Whether X is x.
    """

    name: str
    about: str
    endings: tuple[str, ...]
    calls: Mapping[str, str]
    operators: Mapping[str, tuple[int, str]]
    helpers: str
    words: frozenset[str]
    whole: str
    infinity: str
    nan: str
    comment: str
    layout: Callable[[Language, Written, Sequence[tuple[str, str]], Sequence[str], Sequence[str]], Iterator[str]]
    main: Callable[[Written, Sequence[Sequence[float]]], str] | None = None
    command: tuple[tuple[str, ...], ...] = ()
    letters: str = r"[A-Za-z_]\w*"
    folds_case: bool = False

    def source(self, written: Written) -> Iterator[str]:
        """The text of a file.

        Raises:
            GradcliError: The language lacks a function.
        """
        routine = written.routine
        known = {*self.calls, *self.operators, *(_helpers(self.helpers) if self.helpers else ())}
        missing = sorted(routine.functions - known)
        if missing:
            raise GradcliError(f"there is no {', '.join(missing)} in {self.about}", hint="--to javascript has every function")
        lines = [(name, self.text(formula)) for name, formula in routine.lines]
        results = [self.text(formula) for formula in routine.results]
        yield from self.layout(self, written, lines, results, self._needed(routine))

    def names(self, variables: Sequence[str]) -> dict[str, str]:
        """The names of variables in the language."""
        found: dict[str, str] = {}
        folded = [variable.lower() for variable in variables]
        if self.folds_case and (len({*folded}) < len(folded) or any(re.fullmatch(r"t\d+|d_.*|value", name) for name in folded)):
            raise GradcliError(
                f"{self.about} knows no capital letters, and uses t1, d_x and value for columns of its own",
                hint="rename the variables",
            )
        others, used = {*variables}, {*self.words}
        for variable in variables:
            plain = "".join(GREEK.get(letter, letter) for letter in _SUBSCRIPT.sub(r"_\g<0>", variable)).replace("'", "_prime")
            plain = plain.translate(_DIGITS)
            if not re.fullmatch(self.letters, plain, re.ASCII):
                plain = re.sub(r"\W+", "_", plain, flags=re.ASCII).strip("_") or "v"
                plain = plain if not plain[0].isdigit() else f"v{plain}"
            names = chain([plain], (f"{plain}_{n}" for n in count(1)))
            found[variable] = next(name for name in names if name not in used and (name == variable or name not in others))
            used.add(found[variable])
        return found

    def text(self, formula: Formula) -> str:
        """A formula of a line, which is short. It recurs as deep as the formula is nested."""
        return self._written(formula)[0]

    def _written(self, formula: Formula) -> tuple[str, int]:
        match formula:
            case Known(name):
                return self.calls.get(name, name), ATOM
            case Literal(value):
                return self._number(constant_value(value))
            case Applied(function, operands):
                key = "-1" if function == "-" and len(operands) == 1 else function
                variadic = self.calls.get(function, "")
                if "{1}" in variadic and "{2}" not in variadic and len(operands) != 2:
                    return self._written(_paired(function, operands))
                if key in self.operators:
                    level, template = self.operators[key]
                    parts = [
                        self._operand(operand, level + (at > 0 or key in ("-1", "?"))) for at, operand in enumerate(operands)
                    ]
                    return _PLACE.sub(lambda found: parts[int(found[1])], template), level
                parts = [self.text(operand) for operand in operands]
                if variadic:
                    return _PLACE.sub(lambda found: parts[int(found[1])], variadic).replace("{*}", ", ".join(parts)), ATOM
                return f"{function}({', '.join(parts)})", ATOM
        raise TypeError(f"{formula!r} is no formula")

    def _operand(self, formula: Formula, level: int) -> str:
        text, own = self._written(formula)
        return text if own >= level else f"({text})"

    def _number(self, value: float) -> tuple[str, int]:
        if value != value:
            return self.nan, ATOM
        if value == math.inf:
            return self.infinity, ATOM
        if value == -math.inf:
            return f"-{self.infinity}", 0
        whole = value.is_integer() and abs(value) <= 2**53 and repr(value) != "-0.0"
        text = self.whole.format(int(value)) if whole else repr(value)
        return text, 0 if text.startswith("-") else ATOM

    def _needed(self, routine: Routine) -> list[str]:
        """The helpers that a routine calls, and those that these call, in their order."""
        if not self.helpers:
            return []
        blocks = _helpers(self.helpers)
        needed: set[str] = set()
        texts = [self.calls.get(name, name) for name in routine.functions]
        while texts:
            for word in _WORD.findall(texts.pop()):
                if word in blocks and word not in needed:
                    needed.add(word)
                    texts.append(blocks[word])
        return [text for name, text in blocks.items() if name in needed]


def _paired(function: str, operands: Sequence[Formula]) -> Formula:
    """A function of any number of operands by that of two."""
    result = operands[0]
    for operand in operands[1:]:
        result = Applied(function, (result, operand))
    return result


@cache
def _helpers(file: str) -> dict[str, str]:
    """The functions of a file of helpers, each with the comment before it."""
    room, _, name = file.partition(":")
    text = files(room).joinpath(name).read_text("utf-8")
    found: dict[str, str] = {}
    for block in _BLOCK.split(text):
        defined = _DEFINED.search(block)
        if defined:
            found[defined[1]] = block.strip()
    return found
