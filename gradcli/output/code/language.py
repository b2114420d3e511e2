"""Languages that functions are written in: one declaration each, and what writes formulas by it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, count

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Graph
from gradcli.lowering.builders.builder import shortest_single
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.constants import constant_value
from gradcli.output.code.formula import Applied, Formula, Known, Literal, Place, Turns, functions_of, template
from gradcli.output.code.library import Statements, library, lines
from gradcli.output.code.loops import Loops, arrays, counted, indented, step_lines
from gradcli.output.code.routine import Routine
from gradcli.output.formulas.boxes import GREEK

_BLOCK = re.compile(r"\n\n+(?=\S)")
_DEFINED = re.compile(r"^(?:function (?:\w+ = )?|const |static double |def |fn |(?=\w+ \(x\) => ))(\w+)", re.MULTILINE)
_REMARK = re.compile(r"/\*[\s\S]*?\*/|^\s*(?://|#|%)[^\n]*", re.MULTILINE)
_CAPITAL = re.compile("[A-Z]")
_SUBSCRIPT = re.compile("[₀-₉]+")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_WORD = re.compile(r"\w+")
_PLACE = re.compile(r"\{(\d+)\}")
_GROUP = re.compile(r"(?<!\w)\(\{(\d+)\}\)")
"""A place in parentheses that are no call's: an operand that is one word needs none."""

DOUBLE, SINGLE = ("float64", "float32")

ATOM = 100
"""The precedence of what never needs parentheses."""

ENCLOSED = 90
"""The precedence of operators that enclose their operands themselves: CASE WHEN ... END."""

_ALONE = frozenset(("===", "!==", "<", "<=", ">", ">=", "-1", "!", "?"))
"""Operators whose operands are no operators of the same precedence: some languages read a < b != c as a chain."""


class Written(Frozen):
    """What is to be written.

    Attributes:
        name: The name of the function.
        formula: The function as it was typed, for people.
        routine: What it computes.
        values: How many values there are, by axis: ``()`` where it is one number.
        shape: ``()`` where the results are values alone; else how many derivatives stand behind the values, by axis.
        by: For each derivative the names, in the language, of what it is by, one after the other; before them its value's number.
        about: What the derivatives are, in words.
        graph: The graph that was written.
        nodes: In it the node of each result.
        variables: The variables, in the order of the arguments.
    """

    name: str
    formula: str
    routine: Routine
    values: tuple[int, ...]
    shape: tuple[int, ...]
    by: tuple[tuple[str, ...], ...]
    about: str
    graph: Graph
    nodes: tuple[int, ...]
    variables: tuple[str, ...]


class Single(Frozen, eq=False):
    """What a language writes otherwise in single precision.

    Attributes:
        real: What numbers of floating point are called.
        changed: Patterns in templates and in its own helpers, and what stands for them.
        whole: See :class:`Language`.
        decimal: See :class:`Language`.
        infinity: See :class:`Language`.
        nan: See :class:`Language`.
    """

    real: str
    changed: Mapping[str, str] = {}
    whole: str = "{}.0"
    decimal: str = "{}"
    infinity: str = ""
    nan: str = ""

    def text(self, template: str) -> str:
        """A template, or a helper, in single precision."""
        for pattern, instead in self.changed.items():
            template = re.sub(pattern, instead, template)
        return template


class Language(Frozen, eq=False):
    """A language.

    Attributes:
        name: What ``--to`` calls it.
        about: What it is, for help.
        endings: The ends of the names of its files; that of those which are written here first.
        calls: For functions of the notation how they are written: a template with ``{0}``, ``{1}``; those that are not here are
            functions of ``helpers`` under their own names.
        operators: For operators their precedence and their template.
        helpers: The file with functions of its own that the language lacks; empty where it has none.
        words: Names that mean something in it.
        whole: How a whole number is written, which is one of floating point: ``{}.0``.
        infinity: Infinity.
        nan: No number.
        comment: A line of comment.
        layout: Writes a whole file: from what is written, the lines, the results, and the helpers that it needs.
        main: Writes a program behind it that prints the results at points, given as literals, one number a line; None where
            nothing runs it.
        command: What runs the file: the program and its arguments, ``{file}`` and ``{program}`` for the paths; several commands
            are run one after the other.
        letters: Which letters names have.
        folds_case: Whether X is x.
        statements: How the functions of the library are written; None where they are not.
        own_words: Whether it is written from operations in words of its own, such as those of a library, and not from lines of a
            routine.
        packed: Makes of the text what files of its first ending hold; None where that is the text.
        decimal: How a number is written that is not whole.
        keeps_arrays: Whether it then writes a value without taking arrays apart.
        derives: Whether it differentiates one number itself, by the variables.
        content: What it computes where that is not asked for; empty for value and gradient.
        modules: What modules of Python run it, beside Python itself.
        real: What numbers of floating point are called in it; empty where nothing says so.
        single: What is otherwise in single precision; None where it has none.
        dtype: Its precision, ``float64`` or ``float32``.
        linkage: What stands before a function that other files see, and before one that they do not; None where all are the same.
        loops: How lines and loops are written; None where it has no loops.
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
    main: Callable[[Language, Written, Sequence[Sequence[str]]], str] | None = None
    command: tuple[tuple[str, ...], ...] = ()
    letters: str = r"[A-Za-z_]\w*"
    folds_case: bool = False
    statements: Statements | None = None
    own_words: bool = False
    keeps_arrays: bool = False
    decimal: str = "{}"
    packed: Callable[[str], bytes] | None = None
    derives: bool = False
    content: str = ""
    modules: tuple[str, ...] = ()
    real: str = ""
    single: Single | None = None
    dtype: str = DOUBLE
    linkage: tuple[str, str] | None = None
    loops: Loops | None = None

    @property
    def prefix(self) -> str:
        """What stands before the function."""
        return self.linkage[0] if self.linkage else ""

    def source(self, written: Written) -> Iterator[str]:
        """The text of a file.

        Raises:
            GradcliError: The language lacks a function.
        """
        routine = written.routine
        missing = {name for name in routine.functions if not self.has(name)}
        if missing:
            names = ", ".join(sorted(_operations(missing, written.graph)))
            raise GradcliError(f"there is no {names} in {self.about}", hint="--to javascript has every function")
        lines = [] if self.loops is None else [*arrays(routine, self.loops, self.text)]
        lines += step_lines(routine.lines, self.loops, self.text)
        results = [self.text(formula) for formula in routine.results]
        yield from self.layout(self, written, lines, results, list(self.needed(routine.functions).values()))

    def body(self, lines: Sequence[tuple[str, str]], indent: str) -> str:
        """Lines as text."""
        assert self.loops is not None
        return indented(lines, self.loops, indent)

    def has(self, function: str) -> bool:
        """Whether it has code for a function or operator of the notation."""
        return function in self.calls or function in self.operators or self.helper(function) in _helpers(self)

    def helper(self, name: str) -> str:
        """What a function of the library is called in it."""
        plain = name if self.statements is None else _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)
        return f"{plain}_of" if plain in self.words else plain

    def names(self, variables: Sequence[str], functions: Iterable[str] | None = None) -> dict[str, str]:
        """The names of variables in the language, beside the helpers of functions; None for all helpers."""
        reserved = self.words | (_helpers(self) if functions is None else self.needed(functions)).keys()
        found: dict[str, str] = {}
        folded = [variable.lower() for variable in variables]
        if self.folds_case and (len({*folded}) < len(folded) or any(re.fullmatch(r"t\d+|d_.*|value", name) for name in folded)):
            raise GradcliError(
                f"{self.about} knows no capital letters, and uses t1, d_x and value for columns of its own",
                hint="rename the variables",
            )
        others, used = {*variables}, {*reserved}
        fold = str.lower if self.folds_case else str
        for variable in variables:
            plain = "".join(GREEK.get(letter, letter) for letter in _SUBSCRIPT.sub(r"_\g<0>", variable)).replace("'", "_prime")
            plain = plain.translate(_DIGITS)
            if not re.fullmatch(self.letters, plain, re.ASCII):
                plain = re.sub(r"\W+", "_", plain, flags=re.ASCII).strip("_") or "v"
                plain = plain if not plain[0].isdigit() else f"v{plain}"
            names = chain([plain], (f"{plain}_{n}" for n in count(1)))
            found[variable] = next(name for name in names if fold(name) not in used and (name == variable or name not in others))
            used.add(fold(found[variable]))
        return found

    def number(self, value: float) -> str:
        """A number as a literal."""
        return self._number(value)[0]

    def text(self, formula: Formula) -> str:
        """A formula of a line, which is short. It recurs as deep as the formula is nested."""
        return self._written(formula)[0]

    def _written(self, formula: Formula) -> tuple[str, int]:
        match formula:
            case Known(name):
                return self.calls.get(name, name) if "." in name else name, ATOM
            case Literal(value):
                return self._number(constant_value(value))
            case Turns() | Place() if self.loops is not None:
                return counted(formula, self.loops), ATOM
            case Applied(function, operands):
                key = "-1" if function == "-" and len(operands) == 1 else function
                variadic = self.calls.get(function, "")
                if "{1}" in variadic and "{2}" not in variadic and len(operands) != 2:
                    return self._written(_paired(function, operands))
                divides = key == "/" and key in self.calls  # by what may be 0, which is no error here
                safe = divides and (
                    isinstance(operands[1], Turns) or (isinstance(operands[1], Literal) and operands[1].value != 0)
                )
                if key in self.operators and (not divides or safe):
                    level, template = self.operators[key]
                    parts = [
                        self._operand(operand, 0 if level == ENCLOSED else level + (at > 0 or key in _ALONE))
                        for at, operand in enumerate(operands)
                    ]
                    return _PLACE.sub(lambda found: parts[int(found[1])], template), level
                levels = [self._written(operand) for operand in operands]
                parts = [text for text, _ in levels]
                if variadic:
                    bare = _GROUP.sub(lambda found: f"{{{found[1]}}}" if levels[int(found[1])][1] == ATOM else found[0], variadic)
                    return _PLACE.sub(lambda found: parts[int(found[1])], bare).replace("{*}", ", ".join(parts)).replace(
                        "{#}", str(len(parts))
                    ), ATOM
                return f"{self.helper(function)}({', '.join(parts)})", ATOM
        raise TypeError(f"{formula!r} is no formula")

    def _operand(self, formula: Formula, level: int) -> str:
        text, own = self._written(formula)
        return text if own >= level else f"({text})"

    def _number(self, value: float) -> tuple[str, int]:
        if self.dtype == SINGLE:
            value = shortest_single(value)
        if value != value:
            return self.nan, ATOM
        if value == math.inf:
            return self.infinity, ATOM
        if value == -math.inf:
            return f"-{self.infinity}", 0
        whole = value.is_integer() and abs(value) <= 2**53 and repr(value) != "-0.0"
        text = self.whole.format(int(value)) if whole else self.decimal.format(repr(value))
        return text, 0 if text.startswith("-") else ATOM

    def needed(self, functions: Iterable[str]) -> dict[str, str]:
        """The helpers that functions of the notation call, and those that these call, each after those; by their names."""
        blocks = _helpers(self)
        needed: dict[str, str] = {}

        def add(text: str) -> None:
            for word in _WORD.findall(_REMARK.sub("", text)):
                if word in blocks and word not in seen:
                    seen.add(word)
                    add(blocks[word])
                    needed[word] = blocks[word]

        seen: set[str] = set()
        for name in sorted(functions):
            add(self.calls.get(name) or self.helper(name))
            add(self.operators[name][1] if name in self.operators else "")
        return needed


def _operations(functions: set[str], graph: Graph) -> set[str]:
    """What functions of the notation are called in expressions: operations of the graph where it has such, or of any."""
    users = [name for name, one in OPERATIONS.items() if one.javascript and functions & functions_of([template(one.javascript)])]
    return {*graph.operations}.intersection(users) or {*users}


def _paired(function: str, operands: Sequence[Formula]) -> Formula:
    """A function of any number of operands by that of two."""
    result = operands[0]
    for operand in operands[1:]:
        result = Applied(function, (result, operand))
    return result


@cache
def _helpers(language: Language) -> dict[str, str]:
    """The functions that a language lacks, each with the comment before it: its own, and those of the library."""
    found: dict[str, str] = {}
    if language.helpers:
        room, _, name = language.helpers.partition(":")
        for block in _BLOCK.split(files(room).joinpath(name).read_text("utf-8")):
            defined = _DEFINED.search(block)
            if defined:
                text = block.strip()
                found[defined[1]] = language.single.text(text) if language.single and language.dtype == SINGLE else text
    if language.statements:
        taken = {*language.words, *found, *map(language.helper, library())}

        def local(name: str) -> str:
            plain = language.helper(name)
            return f"{plain}_" if plain in taken else plain

        for name, function in library().items():
            called = language.helper(name)
            written = {*language.calls, *language.operators, *library()}
            if name not in language.calls and called not in found and function.calls <= written:
                text = lines(function, called, language.statements, language.text, local)
                found[called] = "\n".join([f"{language.comment} {function.about}", *text])
    return found
