"""What textbooks call functions: the words of a reading of what people write."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection

from gradcli.errors import GradcliError
from gradcli.language.ast import Call, Name, postorder
from gradcli.language.parser import ReadText
from gradcli.language.readings.read import read as read_with
from gradcli.language.readings.vocabulary import DERIVATIVE, GREEK, Vocabulary, letter
from gradcli.language.statements import expressions
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.operation import function_names, spelled

TEXTBOOK = {
    "sen": "sin", "arcsen": "asin", "senh": "sinh", "tg": "tan", "ctg": "cot", "cotg": "cot", "ctn": "cot",
    "cotan": "cot", "sinus": "sin", "cosinus": "cos", "tangens": "tan",
    "argsh": "asinh", "argch": "acosh", "argth": "atanh", "arsech": "asech", "arcsch": "acsch", "asen": "asin", "atg": "atan",
    "arctg": "atan", "arcctg": "acot",
    "sh": "sinh", "ch": "cosh", "th": "tanh", "cth": "coth", "tgh": "tanh", "ctgh": "coth",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arcoth": "acoth", "arsh": "asinh", "arch": "acosh", "arth": "atanh",
    "lg": "log10", "lb": "log2", "ld": "log2", "ceiling": "ceil",
}  # fmt: skip
"""Spellings beside those that are declared."""
_ARGUMENTS = frozenset("xyzθφ")
"""What functions are taken of, mostly."""
_CONSTANTS = ("pi", "e")
"""Numbers that are written with letters."""
INSTEAD = {
    "lim": "the expression alone: limits are not taken", "int": "the expression alone: nothing is integrated",
    "loge": "ln(x), or log(e*x)", "cis": "cos(x) or sin(x): nothing is complex",
}  # fmt: skip
"""What to write for a word of textbooks that there is no function for."""

_POWER = re.compile(r"[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?:\^|\*\*)-?(?:\w+|\([^()]*\))")
_HEAD = re.compile(r"(\\?[A-Za-z]+)(?:_\{\{([0-9])\}\})?\\left\(\{0\}(?:, \{1\})?\\right\)")


_UPRIGHT = re.compile(r"\\operatorname\{\{(\w+)\}\}\\left\(\{0\}")


_ORDERED = re.compile(r"(\\?[A-Za-z]+)\^\{\{\(\{0\}\)\}\}\\left\(\{1\}\\right\)")


def _orders() -> dict[str, str]:
    """The letters by which functions of an order are written, ψ^{(1)}(x)."""
    found = {letter(match[1]): name for name, one in OPERATIONS.items() if (match := _ORDERED.fullmatch(one.latex))}
    return {head: name for head, name in found.items() if len(head) == 1}


def _heads() -> dict[str, tuple[str, int]]:
    """The letters by which operations declare that they are written."""
    heads: dict[str, tuple[str, int]] = {}
    for name, operation in OPERATIONS.items():
        found = _HEAD.fullmatch(operation.latex)
        if found is None:
            continue
        letter = found[1]
        if letter[0] == "\\" and letter[1:].lower() in GREEK:
            case = "SMALL" if letter[1].islower() else "CAPITAL"
            letter = unicodedata.lookup(f"GREEK {case} LETTER {letter[1:].upper()}")
        if len(letter) == 1:
            heads[letter + (f"_{found[2]}" if found[2] else "")] = (name, len(operation.parameters))
    heads.setdefault("C", ("binomial", 2))
    return heads


@functools.lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words of the functions that there are."""
    functions: dict[str, str] = {}
    single: set[str] = set()
    either: set[str] = set()
    for name in function_names():
        functions[name] = name
        found = spelled(name)
        if any(not operation.variadic and len(operation.parameters) - len(operation.defaults) == 1 for operation in found):
            single.add(name)
            if any(len(operation.parameters) > 1 for operation in found):
                either.add(name)
    for name in STRUCTURAL:
        for spelling in (name, *STRUCTURAL[name].spellings):
            functions.setdefault(spelling, spelling)
    for name, operation in OPERATIONS.items():
        if upright := _UPRIGHT.match(operation.latex):
            functions.setdefault(upright[1], name)
    functions.setdefault(DERIVATIVE, DERIVATIVE)
    for word, name in TEXTBOOK.items():
        functions.setdefault(word, name)
    inverses = {operation.facts.inverse: name for name, operation in OPERATIONS.items() if operation.facts.inverse}
    return Vocabulary(
        functions=functions,
        single=frozenset(single),
        either=frozenset(either),
        angles=frozenset(name for name, operation in OPERATIONS.items() if operation.facts.half_turn),
        inverses={name: inverse for name, inverse in inverses.items() if "sin" in name or "cos" in name or "tan" in name},
        logarithms={"2": "log2", "10": "log10", "e": "log"},
        natural="log",
        absolute="abs",
        constants=frozenset(VALUES),
        fences={"lfloor": "floor", "rfloor": "", "lceil": "ceil", "rceil": "", "⌊": "floor", "⌋": "", "⌈": "ceil", "⌉": ""},
        heads=_heads(),
        orders=_orders(),
        cube_root="cbrt",
        root="root",
        factorial="factorial",
        binomial="binomial",
        matrices={
            "determinant": "det",
            "inverse": "inv",
            "power": "matrix_power",
            "columns": "cross",
            "pairs": "outer",
            "length": "norm",
        },
        missing=INSTEAD,
    )


def read(
    text: str, where: str = "expression", how: str = "lenient", known: Collection[str] = (), *, alone: bool = False
) -> ReadText:
    """Read a text as people write it; every function that takes an expression takes the result.

    Args:
        text: What was typed.
        where: What messages call it.
        how: ``lenient``, ``latex`` or ``mathml``.
        known: Names that are one name however long they are.
        alone: Whether the formula has to stand alone, with no labels, conditions and remarks around it.

    Returns:
        The text, with ``program``, ``read_as`` (the strict text of the same) and ``notes``.

    Raises:
        GradcliError: It is not understood, or may mean two things.
    """
    return read_with(text, where, how, vocabulary(), known, alone=alone)


_UNKNOWNS = "uvwxyz"
"""Letters of variables, of which two are hardly the name of one."""


def taken_apart(name: str, others: Collection[str], behind: str) -> str:
    """What people mean by a name that runs functions and letters together: ``x*ln(x)`` by xlnx; empty for what may be a name.

    A function's argument has to be usual, or to stand elsewhere, so that cost may be a cost; so have letters alone, except that
    xy is hardly a name.

    Args:
        name: The name.
        others: The other names of its text.
        behind: What follows it: a power belongs to what is meant.
    """
    power = _POWER.match(behind)
    known = "|".join(sorted(map(re.escape, {*others, *_CONSTANTS}), key=len, reverse=True))
    calls = any(function in name for function in function_names() if 1 < len(function) < len(name))
    if not calls and len(parts := re.findall(known, name)) > 1 and "".join(parts) == name and not set(others).isdisjoint(parts):
        return "*".join(parts) + (power[0] if power else "")
    unknowns = len(name) == 2 and set(name) <= set(_UNKNOWNS)
    if not name.isalnum() or not (calls or unknowns):
        return ""
    try:
        found = read(name)
    except GradcliError:
        return ""
    nodes = [node for statement in found.program.statements for value in expressions(statement) for node in postorder(value)]
    names = [node.name for node in nodes if isinstance(node, Name)]
    if any(isinstance(node, Call) for node in nodes):
        meant = len(set(names)) < len(names) or not {*others, *_ARGUMENTS}.isdisjoint(names)
    else:
        meant = len(names) > 1
    return read(name + power[0]).read_as if meant and power else found.read_as if meant else ""


def in_python(error: GradcliError, text: object) -> None:
    """Let the hint of an error about a text say what to write in Python: the program as it may be meant, and no options."""
    error.hint = re.sub(r"(;|,? or) (add |with )?--read lenient[^;]*", "", re.sub(r"--(\w+) VALUE", r"\1=1.0", error.hint))
    if not isinstance(text, str) or len(text) > _LONG:
        return
    try:
        meant = read(text).read_as
    except GradcliError:
        return
    if meant != text and re.search("is missing before|has no argument", error.message):
        error.hint = f"write {meant}"


_LONG = 400
"""Characters of a text up to which it is read once more for a hint."""
