"""What stands around a formula, and is no part of it: labels, what it follows from, conditions, remarks, names of modules."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError
from gradcli.language.ast import (
    Array,
    Assignment,
    Call,
    Comparison,
    Expression,
    Index,
    Name,
    Number,
    Operator,
    Output,
    Statement,
    postorder,
)
from gradcli.language.readings.around import FOLLOWS, NAME, NAMES, RELATION, outside
from gradcli.language.readings.left_sides import is_left_side
from gradcli.language.readings.vocabulary import GREEK, LONGEST_PRODUCT, Vocabulary
from gradcli.language.statements import expressions
from gradcli.language.text import to_text

_ARROW = re.compile(
    rf"\s*(?:{NAME}\s*:?=\s*|{NAME}\s*:\s*)?"
    rf"(?:lambda\s+{NAMES}\s*:(?!=)|(?:{NAMES}|\(\s*{NAMES}\s*\))\s*(?:->|→|↦|=>|\\mapsto(?![a-zA-Z])|\\to(?![a-zA-Z])))\s*(?=\S)"
    r"(?![+\-−]?[\d.]+\s*$)"
)
"""A function of Maple, Python, JavaScript or a textbook: f := x -> x^2."""
_LABEL = re.compile(r"\s*(?:[^\W\d_]{2,}|[\u4e00-\u9fff])(?:[ \t]+[^\W\d_]+)*\s*:(?!=)\s*(?=\S)")
_THEREFORE = re.compile(r"(?<!<)=>(?!\s*[-+]?[\d.]+\s*\Z)|⇒|⟹|\\(?:implies|[Rr]ightarrow|Longrightarrow|therefore)(?![a-zA-Z])|∴")
_EQUAL = re.compile(r"(?<![<>=!:])=(?!=)")
_JOINED = re.compile(r"[,;:]|(?<!\w)(?:and|or)(?!\w)|\\(?:land|lor|wedge|vee|quad|qquad)(?![a-zA-Z])")
_GAP = r"(?:[\s,;.]|\\[,;: ]|\\q?quad(?![a-zA-Z]))"
_TAIL = re.compile(rf"{_GAP}+(?:by\s+the|{'|'.join(FOLLOWS)})(?![\w(=])|{_GAP}*(?:其中|当|因为)")
_CONDITION = re.compile(rf"{_GAP}*,{_GAP}*(?=[^,=]*(?:{RELATION})[\s=]*[^\s>])")
_PROSE = re.compile(rf"(?<![^\W\d_])(?:the|by|rule|simplified|is|as|from|{'|'.join(FOLLOWS)})(?![^\W\d_])")
_REMARK = re.compile(r"(?:\s|\\[,;: ]|\\q?quad(?![a-zA-Z]))+\(([^()]*)\)\s*$")
_TEXT = re.compile(r"\\(?:text(?:rm|bf|it|normal)?|mbox|mathrm|mathbf)\s*\{((?=[^{}]*[^\W\d_])(?=[^{}]*[\s:,.!?])[^{}\\]*)\}")
"""Words in TeX: more than one, or with a sign that no name has."""
_SAID = re.compile(r"\s*\\(?:text|textrm|mbox)\{[^{}]*[\w:.,]\s+\}(?=.*\S)")
"""Words before a formula, which end with a blank: a name has none."""

_MODULES = re.compile(r"(?<![\w.])(?:np|numpy|math|Math|sympy|sp|torch|jnp|tf)\.(?:(?:as)?array(?=\()|tensor(?=\()|(?=[A-Za-z]))")
_DOTTED = re.compile(r"\.(?=[*/^])")
"""The dot of an operator on elements."""
_NAMED_LETTER = re.compile(r"\\\[([A-Z][a-z]+)\]")
"""A letter of Mathematica."""
_PROMPT = re.compile(r"\s*(?:\(%[io][0-9]+\)|ans\s*=\s*\n|[0-9]{1,2}\)\s|[a-z][.)]\s)\s*(?=\S)")
"""The number of an exercise, or what a program says before a result."""
_ASKED = re.compile(r"\s*=\s*\?\s*$|(?<=\S)\$\s*$")
_NEWLINE = re.compile(r"\n(?=(?:(?!\\begin)[\s\S])*\\end)")
_ALIGNED = re.compile(r"\\(?:begin|end)\s*\{\s*(?:align|aligned|gather|gathered|equation|split|eqnarray|displaymath)\*?\s*\}")
_GOES_ON = re.compile(r"&(?=\s*=)|(?<==)\s*&|\\\\(?=[\s&]*(?:=|$))")
_LOOP = re.compile(rf"\s*for\s+{NAME}\s+in(?!\w)")
_SPEED = r"m/(?:s|h|min)(?:\^2|²)?"
_UNIT = re.compile(rf"(?<=[^\W\d)]|\))\s+((?:[kcm]?{_SPEED}|kg|[kcm]m|k?Hz)\.?\s*$)|(?<=\d)\s+({_SPEED})(?![\w(^])")
_COMMENT = re.compile(r"(?<!\\)%([^\n]*\n?)")
_INFIX = "+-−–*·×÷/%@^=(<>≠≤≥&,"
_OPERATORS = ("", "|", *_INFIX)
"""What no formula ends with, and the beginning."""
_INDEXED = re.compile(r"[^\W\d_]_[^\W\d_][-+−]\d+")
"""An index of a letter before a sign that touches it."""
_SIGN, _APART = re.compile("[-+−–]"), re.compile(r"\s+[/÷]\s+")
"""The sign of a sum without blanks, and that of a quotient with blanks around."""
_DATE = re.compile(r"\s*\(?(?:(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2})\)?\s*")
_ANGLE = 15
"""Whole multiples of it are degrees, mostly."""
_NOTHING = re.compile(r"\s*[nN]/[aA]\s*\.?\s*")


def plain(text: str) -> str:
    """A text with blanks for what programs and TeX write around a formula, np. before a function too; as long as it was."""

    def blanks(found: re.Match[str]) -> str:
        return " " * len(found[0])

    text = _NAMED_LETTER.sub(lambda found: found[1].center(len(found[0])), _DOTTED.sub(" ", _MODULES.sub(blanks, text)))
    if "\\end" in text:
        text = _NEWLINE.sub(" ", text)
        if _ALIGNED.search(text):
            text = _GOES_ON.sub(blanks, _ALIGNED.sub(blanks, text))
    text = _PROMPT.sub(blanks, text, count=1) if _PROMPT.match(text) else text
    text = text.replace("=/=", " !=")
    return text if text.lstrip().startswith("$") else _ASKED.sub(blanks, text)


def note_silent(statements: Sequence[Statement], text: str, notes: list[tuple[int, str]]) -> None:
    """Say of a program what its last value leaves out: other values, and the formula before a condition."""
    if not statements:
        return
    *before, last = statements
    for one in before:
        if isinstance(one, Output):
            notes.append((one.value.span[0], f"{to_text(one.value)} is left out: the value is that of the last line"))
    if before and isinstance(last, Output) and isinstance(last.value, Comparison):
        notes.append((last.value.span[0], f"the value is that of the condition {to_text(last.value)}"))
    if isinstance(last, Assignment) and len(statements) == 1:
        letters = set(last.name)
        names = {node.name for node in postorder(last.value) if isinstance(node, Name)}
        short = len(last.name) <= LONGEST_PRODUCT and last.name.isascii() and last.name not in GREEK
        if len(last.name) > 1 and last.name.isalpha() and (short or letters <= names):
            notes.append((0, f"{last.name} is read as the name of the value; {'*'.join(last.name)} = ... is an equation"))
    if text.lstrip().startswith("=-") and "^" in text:
        notes.append((0, "a power comes before its sign, as in -(x^2); spreadsheets square the sign, too"))


def note_habits(
    statements: Sequence[Statement], text: str, vocabulary: Vocabulary, known: Collection[str], notes: list[tuple[int, str]]
) -> None:
    """Say what stands in a program as others write it with another meaning: cos(60), |A|, x[3], -3^2, 2^3^2."""
    for node in (node for statement in statements for value in expressions(statement) for node in postorder(value)):
        if habit := _habit(node, text, vocabulary, known):
            notes.append((node.span[0], habit))


def _habit(node: Expression, text: str, vocabulary: Vocabulary, known: Collection[str]) -> str:
    """What is said of a node that others may mean otherwise; empty for most."""
    start, end = node.span
    match node:
        case Call(function, (Number(value),)) if function in vocabulary.angles and value >= _ANGLE and value % _ANGLE == 0:
            return f"{value} is in radians; degrees are written {value}°"
        case Call(vocabulary.absolute as name, (Name(of),)) if (
            len(of) == 1 and of.isupper() and name not in text[start:end].lower()
        ):
            return f"|{of}| is read as the absolute value; a determinant is det({of})"
        case Index(Name(name), items):
            numbers = [part.value for item in items for part in postorder(item) if isinstance(part, Number)]
            if any(numbers) or (numbers and name not in known):
                index = f"{name}_{numbers[0]}"
                return f"{to_text(node)} is read as a part of an array, counted from 0; a letter with an index is written {index}"
        case Operator("+" | "-", (Name(name), Number())) if _INDEXED.fullmatch(text, start, end):
            return f"the index of {name} ends before the sign; {name[0]}_{{n+1}} is written with braces"
        case Operator("+" | "-", (left, right)) if _SIGN.fullmatch(_between(node, text)):
            for term in (left, right, left.operands[-1] if isinstance(left, Operator) else left):
                if isinstance(term, Operator) and _APART.fullmatch(_between(term, text)):
                    return f"{to_text(term)} is one term, whatever the blanks; a longer one is written in parentheses"
        case Array((Name() as first, Name() as second)) if text.startswith(("<", "\\langle"), start):
            return f"this is read as a vector; an inner product is {first.name} @ {second.name}"
        case Operator("/", (_, Number(0))):
            return "a division by 0 has no value"
        case Operator("^", (Name(), Name("T") as raised)) if "T" not in known and text[raised.span[0]] == "T":
            return "^T is read as a power; a transposed array is A.T"
        case Operator("^", (Name(name), Operator("-", (Number(1),)))) if (
            len(name) == 1 and name.isupper() and text[end - 1] == "}"
        ):
            return f"{name}^-1 is read as the power 1/{name}; an inverse matrix is inv({name})"
        case Operator("-", (Operator("^", (Number(), _)) as power,)) if "(" not in text[start : power.span[0]]:
            return f"{to_text(node)} is read as -({to_text(power)})"
        case Operator("^", (Number(), Operator("^", (Number(), Number() | Name())) as power)) if text[end - 1] not in ")}":
            return f"{to_text(node)} is read as {to_text(node.operands[0])}^({to_text(power)})"
    return ""


def _between(node: Operator, text: str) -> str:
    """What stands between the operands, where there are two."""
    return text[node.operands[0].span[1] : node.operands[-1].span[0]]


def with_words(text: str) -> str:
    """A text with the words that TeX sets apart as plain ones, but for those of cases; as long as it was."""
    return text if "\\begin" in text else _TEXT.sub(lambda found: found[1].rjust(len(found[0]) - 1) + " ", text)


def without_comments(text: str, notes: list[tuple[int, str]]) -> str:
    """A text of LaTeX with blanks for what stands behind a % up to the end of its line; as long as it was.

    Args:
        text: What was typed.
        notes: Takes what is left out.

    Raises:
        GradcliError: Nothing stands behind a %, so that it may be percent, or a number does.
    """
    for found in _COMMENT.finditer(text):
        behind = found[1].strip()
        if not (behind or text[: found.start()].strip() == "") or behind[:1].isdecimal():
            message = "% begins a comment in LaTeX, and may be percent or a remainder"
            raise GradcliError(
                message, (found.start(), found.start() + 1), r"write \frac{50}{100} for 50%, and \bmod for a remainder"
            )
        notes.append((found.start(), f"{found[0].strip()} is left out: a comment of LaTeX; a remainder is written \\bmod"))
    return _COMMENT.sub(lambda found: " " * len(found[0]), text)


def without_remarks(text: str, functions: Collection[str], notes: list[tuple[int, str]]) -> str:
    """A text of one statement with blanks in the place of what is no part of its formula; as long as it was.

    Args:
        text: What was typed.
        functions: What functions may be called.
        notes: Takes what is left out.

    Raises:
        GradcliError: It says that there is no formula.
    """
    if _NOTHING.fullmatch(text):
        raise GradcliError("this says that there is no answer", (0, len(text)), "for a quotient write N / A with blanks")
    if "\n" in text.strip() or ";" in outside(text).rstrip().rstrip(";").replace(r"\;", ""):
        return text
    if _DATE.fullmatch(text):
        notes.append((0, "this may be a date; it is read as an expression"))
    if found := _SAID.match(text):
        text = _without(text, found.start(), found.end(), notes)
    text = with_words(text)
    text = re.sub(r"^(\s*)=(?!=)", r"\1 ", text)
    if (found := _ARROW.match(text)) or (found := _LABEL.match(text)):
        text = _without(text, found.start(), found.end(), notes)
    text = _last_statement(_without_tail(text, notes), functions, notes)
    if found := _UNIT.search(text):
        notes.append((found.end() - len(found[0].lstrip()), f"{found[0].strip()} is read as variables; a unit is left out"))
    return re.sub(r"(?<=[\w)\]}])\s*:=", lambda found: "=".rjust(len(found[0])), text, count=1)


def _last_statement(text: str, functions: Collection[str], notes: list[tuple[int, str]]) -> str:
    """Of statements that follow from each other the last one, and of sides that are equal to a name the last one."""
    steps = [found for found in _THEREFORE.finditer(outside(text)) if text[found.end() :].strip()]
    if steps:
        text = _without(text, 0, steps[-1].end(), notes)
    plain = outside(text)
    equal = [found.start() for found in _EQUAL.finditer(plain)]
    if not equal or _JOINED.search(plain.rstrip(" ;")):
        return text
    named = is_left_side(text[: equal[0]], names=len(equal) > 1, functions=functions)
    if named and len(equal) > 1:
        return _without(text, equal[0] + 1, equal[-1] + 1, notes)
    plain_name = is_left_side(text[: equal[0]], names=True, functions=functions)
    if len(equal) == 1 and not plain_name and is_left_side(text[equal[0] + 1 :], names=False, functions=functions):
        return _without(text, equal[0], len(text), notes)
    return text


def _without_tail(text: str, notes: list[tuple[int, str]]) -> str:
    """A text without the condition, or the remark, at its end."""
    if "\\begin" in text:
        return text
    while (found := _REMARK.search(text)) and text[: found.start()].strip():
        is_factor = text[: found.start()].rstrip()[-1] in _INFIX or " else " in found[1]
        if is_factor or not (re.search(RELATION, found[1]) or _PROSE.search(found[1])):
            break
        text = _without(text, found.start(), len(text), notes)
    plain = outside(text)
    found = _TAIL.search(plain) or _CONDITION.search(plain)
    if found is None or text[: found.start()].rstrip()[-1:] in _OPERATORS or _LOOP.match(text, found.start()):
        return text
    return _without(text, found.start(), len(text), notes)


def _without(text: str, start: int, end: int, notes: list[tuple[int, str]]) -> str:
    left_out = text[start:end].strip(" ,;")
    notes.append((start, f"{left_out} is left out"))
    return text[:start] + " " * (end - start) + text[end:]
