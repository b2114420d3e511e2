"""Answers of several parts as people write them: in any brackets, by rows, with a name for each part, or in unit vectors."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Array, Expression, Operator, Tuple
from gradcli.language.readings.around import depths, pieces
from gradcli.language.rewrite import mapped
from gradcli.language.text import to_text
from gradcli.teaching.reading.answers import (
    difference,
    number,
    plain_answer,
    read_answer,
    refuse_no_answer,
    unknown_names,
    with_names,
)
from gradcli.teaching.reading.forms import typed, written

Grid = Sequence[Sequence[Expression]]

_AROUND = {"(": ")", "[": "]", "{": "}", "<": ">", "⟨": "⟩"}
_TRANSPOSED = re.compile(r"\s*(?:\^\s*\{?\s*(?:T|\\top|⊤)\s*\}?|ᵀ|\.T|['′])$")
_AND = re.compile(r"\s+(?:and|&)\s+")
_UNITS = ("i", "j", "k")


class Given(Frozen, eq=False):
    """An answer of several parts.

    Attributes:
        parts: The parts, by rows; None where it has none.
        read_as: How it was read.
        notes: What is to be said of the reading.
        others: What else its text may mean.
    """

    parts: Grid | None
    read_as: str
    notes: Sequence[str] = ()
    others: Sequence[Expression] = ()


def read_parts(answer: str, variables: Collection[str], titles: Sequence[str], *, vector: bool) -> Given:
    """The parts of an answer.

    Args:
        answer: Text from outside, of any kind.
        variables: The names that it may use.
        titles: For a vector the variable of each part.
        vector: Whether it is one.

    Raises:
        GradcliError: It cannot be read.
    """
    refuse_no_answer(answer)
    answer = typed(answer, variables)
    if vector and len(titles) > 1 and _runs_together(answer):
        raise GradcliError("its parts stand side by side: write commas between them")
    fault: GradcliError | None = None
    try:
        plain = plain_answer(bracketed(answer if vector else _by_rows(answer, len(titles))), variables)
        unknown = unknown_names(plain.value, variables)
        value = part_by_part(plain.value)
        if not unknown and (len(titles) < 2 or isinstance(value, Array | Tuple)):
            return Given(grid_of(value, vector=vector), plain.read_as, plain.notes, plain.others)
    except GradcliError as error:
        fault, unknown = error, []
    texts, left_out = _texts(answer, variables, titles if vector else ())
    try:
        found = read_answer(f"[{', '.join(texts)}]" if len(texts) > 1 or fault else bracketed(texts[0]), variables)
    except GradcliError as error:
        raise fault or error from None
    value = part_by_part(found.value)
    if vector and (inner := _of_units(value, unknown_names(value, variables), len(titles))) is not None:
        return Given([inner], to_text(value), found.notes)
    notes = [*found.notes, *[f"'{one}' is left out" for one in left_out]]
    return Given(grid_of(value, vector=vector), found.read_as, notes, found.others)


def _texts(answer: str, variables: Collection[str], titles: Sequence[str]) -> tuple[list[str], Sequence[str]]:
    """The text of each part, or that of the whole, and the words that are left out."""
    text = _AND.sub(", ", answer.strip())
    named = [written(piece, variables).sides for piece in pieces(text)]
    if titles and len(named) == len(titles) > 1 and all(len(sides) > 1 for sides in named):
        by = [next((name for name in titles if _is_by(sides[0].text, name)), None) for sides in named]
        if set(by) == set(titles):
            return [named[by.index(name)][-1].text for name in titles], ()
    found = written(text, variables) if not titles or len(pieces(text)) == 1 else None
    whole = found.sides[-1].text if found and found.sides else text
    whole = _TRANSPOSED.sub("", whole)
    if len(whole) > 2 and _AROUND.get(whole[0]) == whole[-1] and (len(pieces(whole[1:-1])) > 1 or whole[0] in "<⟨{["):
        whole = whole[1:-1]
    return pieces(whole), found.left_out if found else ()


def _is_by(title: str, name: str) -> bool:
    """Whether a part is called as the derivative by a variable is: f_x, ∂f/∂x, x."""
    return re.search(rf"(?:^|_|_\{{|[d∂]\s*){re.escape(name)}\}}?\s*(?:\([^()]*\))?$", title) is not None


def _runs_together(answer: str) -> bool:
    """Whether brackets hold a single part with spaces between factors: [2x y], which may be two."""
    text = answer.strip()
    if text[:1] not in _AROUND or any(depth == 0 for at, depth in depths(text) if 0 < at < len(text) - 1):
        return False
    return re.search(r"[\w)]\s+[\w(]", text[1:-1]) is not None and re.search(r"[,;\n]|\\| and ", text) is None


def _of_units(value: Expression, names: Sequence[str], count: int) -> list[Expression] | None:
    """The parts of a sum of unit vectors, 2x i + 3 j; None where it is none."""
    if isinstance(value, Array) and len(value.items) == 1:
        (value,) = value.items
    units = _UNITS[:count]
    if not names or not set(names) <= set(units):
        return None
    nothing = {name: number("0") for name in units}
    base = with_names(value, nothing)
    return [difference(with_names(value, {**nothing, name: number("1")}), base) for name in units]


def grid_of(value: Expression, *, vector: bool) -> list[list[Expression]] | None:
    """The parts of an answer, by rows; None where it has none. A vector may be written as a column."""
    if not isinstance(value, Array | Tuple):
        return [[value]]
    rows = [list(item.items) if isinstance(item, Array | Tuple) else None for item in value.items]
    if all(row is None for row in rows):
        return [list(value.items)]
    found = [row for row in rows if row is not None]
    if len(found) < len(rows) or len({len(row) for row in found}) != 1:
        return None
    if vector and len(found[0]) == 1:
        return [[row[0] for row in found]]
    return found


def part_by_part(value: Expression) -> Expression:
    """An answer with factors beside brackets inside of them, and sums of brackets as one: 2·[x, y] is [2·x, 2·y]."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Operator):
            return node
        sizes = [len(operand.items) if isinstance(operand, Array) else 0 for operand in node.operands]
        together = node.symbol in "+-" and len(set(sizes)) == 1
        scaled = (node.symbol == "*" and 0 in sizes) or (node.symbol == "/" and sizes[-1] == 0)
        if not any(sizes) or not (together or scaled):
            return node
        rows = [operand.items if isinstance(operand, Array) else [operand] * max(sizes) for operand in node.operands]
        return Array(tuple(change(Operator(node.symbol, parts)) for parts in zip(*rows, strict=True)))

    return mapped(value, change)


def bracketed(answer: str) -> str:
    """An answer of several parts in parentheses, or in none, in brackets."""
    text = answer.strip()
    if len(pieces(text, ",")) > 1:
        return f"[{text}]"
    if text[:1] == "(" and text[-1:] == ")" and len(pieces(text[1:-1], ",")) > 1:
        return f"[{text[1:-1]}]"
    return answer


def _by_rows(answer: str, width: int) -> str:
    """A matrix whose rows are in parentheses, or whose parts have spaces between them: [y x; 1 1]."""
    text = answer.strip()
    if text[:1] + text[-1:] not in ("[]", "()"):
        return answer
    rows = [row.strip() for row in text[1:-1].split(";")]
    if len(rows) > 1 and "," not in text and all(len(row.split()) == width for row in rows):
        own = [", ".join(row.split()) for row in rows]
        return f"[{', '.join(f'[{row}]' for row in own)}]"
    own = pieces(text[1:-1], ",")
    if all(row[:1] == "(" and row[-1:] == ")" and len(pieces(row[1:-1], ",")) == width for row in own) and width > 1:
        return f"[{', '.join(f'[{row[1:-1]}]' for row in own)}]"
    return answer


def size_of(given: Grid) -> str:
    """How many parts there are, by rows and columns."""
    return f"{len(given)} × {len(given[0])}" if len(given) > 1 else str(len(given[0]))
