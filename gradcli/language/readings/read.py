"""A text as people write it to the syntax tree, with the strict text that means the same and notes on what was meant."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from unicodedata import normalize

from gradcli.errors import GradcliError
from gradcli.language.ast import Definition, Program
from gradcli.language.grammar import END, Token
from gradcli.language.numbers import as_typed
from gradcli.language.parser import Automaton, ReadText, run
from gradcli.language.program_text import program_text
from gradcli.language.readings.bars import norms, paired
from gradcli.language.readings.builder import Builder
from gradcli.language.readings.calls import vectors_of, with_vectors
from gradcli.language.readings.commas import with_points
from gradcli.language.readings.left_sides import (
    Asked,
    derivative_asked,
    derivatives_inside,
    divides,
    left_side,
    primed_parentheses,
)
from gradcli.language.readings.matrices import of_matrices
from gradcli.language.readings.names import Names
from gradcli.language.readings.remarks import note_habits, note_silent, plain, without_comments, without_remarks
from gradcli.language.readings.scan import Found, scan, tables_of
from gradcli.language.readings.vocabulary import DERIVATIVE, Vocabulary, letter
from gradcli.typing import Any

_BRACKETS = frozenset("()[]{}")

_FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)} | dict(zip(map(ord, "⟨⟩〈〉ᴇ⁄"), "<><>E/", strict=True))
_FULL_WIDTH |= dict.fromkeys(map(ord, "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff"), 0x20)
"""ASCII for signs of other keyboards and calculators, and blanks for what is invisible."""
_SLANTED = re.compile("[\U0001d400-\U0001d7ffℯⅇ]")
"""Letters of formulas as word processors write them."""
_CYRILLIC, _LATIN = "аеорсхукАВЕКМНОРСТХУ", "aeopcxykABEKMHOPCTXY"
_TYPED_AS = str.maketrans(_CYRILLIC, _LATIN)
_LIKE_LATIN = re.compile("[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]")
_MAY_BE_LATIN = re.compile(rf"(?<![^\W\d_])[A-Za-z]*[{_CYRILLIC}][A-Za-z{_CYRILLIC}]*(?![^\W\d_])")

_LOST = re.compile(r"(?<![\w\\])(?:[dt]?frac\{[^{}]*\}\{|sqrt\[[^\[\]]*\]\s*[({])")
"""A fraction, or a root of a degree, whose backslash was lost on the way."""

_MOST_COLONS = 20

STRICT, LENIENT, LATEX, MATHML = "strict", "lenient", "latex", "mathml"


def half_width(text: str) -> str:
    """A text with ASCII in the place of its full-width forms, which Chinese input methods type; as long as it was."""
    return text if text.isascii() else _SLANTED.sub(lambda found: normalize("NFKC", found[0]), text.translate(_FULL_WIDTH))


def _latin(text: str, known: Collection[str], notes: list[tuple[int, str]]) -> str:
    """A text with Latin letters where Cyrillic ones that look the same stand for a name; as long as it was."""

    def replaced(found: re.Match[str]) -> str:
        if found[0] in known:
            return found[0]
        latin = found[0].translate(_TYPED_AS)
        notes.append((found.start(), f"the Cyrillic {found[0]} is read as the Latin {latin}"))
        return latin

    greek = [] if text.isascii() else [found for found in _LIKE_LATIN.finditer(text) if found[0] not in known]
    notes += [(found.start(), f"the Greek {found[0]} is a letter of its own, and no Latin one") for found in greek]
    return text if text.isascii() else _MAY_BE_LATIN.sub(replaced, text)


_PRINTED = re.compile(r'"[^"\n]*"')
"""What is printed as it is."""


def reading_of(text: str, otherwise: str) -> str:
    """How a text is read where nobody says it: a backslash, ^{ and dollars around all are LaTeX's, an element MathML's."""
    if text.lstrip().startswith("<"):
        from gradcli.language.readings.mathml import is_mathml

        if is_mathml(text):
            return MATHML
    text = _PRINTED.sub("", text)
    whole = text.strip()
    dollars = len(whole) > 2 and whole.startswith("$") and whole.endswith("$")
    return LATEX if "\\" in text or "^{" in text or dollars or "{,}" in text or _LOST.search(text) else otherwise


def read(
    text: str, where: str, reading: str, vocabulary: Vocabulary, known: Collection[str] = (), *, alone: bool = False
) -> ReadText:
    """Read a text.

    Args:
        text: What was typed.
        where: What messages call it.
        reading: ``lenient``, ``latex`` or ``mathml``.
        vocabulary: The functions.
        known: The names that have values: each is one name however long it is.
        alone: Whether the formula has to stand alone, with no labels, conditions and remarks around it.

    Returns:
        The text with its meaning.

    Raises:
        GradcliError: It is not understood, or may mean two things that nobody would choose between.
    """
    reading = reading_of(plain(text), reading) if reading == LENIENT else reading
    if reading == MATHML:
        from gradcli.language.readings.mathml import as_latex

        text, where, reading = as_latex(text), f"{where}, as LaTeX", LATEX
    try:
        return _read(text, reading, vocabulary, known, alone=alone)
    except GradcliError as error:
        raise error.located(text, where) from None


def _read(text: str, reading: str, vocabulary: Vocabulary, known: Collection[str], *, alone: bool) -> ReadText:
    if not text.strip():
        raise GradcliError("the expression is empty", (0, 0), 'write one, such as "2x sin 3x"')
    notes: list[tuple[int, str]] = []
    typed, text = text, plain(_latin(half_width(text), known, notes))
    text = without_comments(text, notes) if reading == LATEX else text
    text = text if alone else without_remarks(text, vocabulary.functions, notes)
    left, start = left_side(text, names=reading == LATEX, functions=vocabulary.functions)
    if left:
        notes.append((0, f"the left side {left} is left out"))
    text = text if reading == LATEX else _with_quotients(text, vocabulary, known, notes)
    primes, text = primed_parentheses(text, start)
    inner = [*derivatives_inside(text, start), *primes]
    notes += [(one.span[0], f"{text[slice(*one.span)].strip()} is taken of all that follows it") for one in inner if one.whole]
    text += " " * any(one.whole for one in inner)
    asked = derivative_asked(" " * start + text[start:], [one.span for one in inner])
    if asked is not None:
        hint = 'd/dx(x^2) is one, with parentheses; gradcli diff "x^2" --wrt x gives that of a whole expression'
        raise GradcliError(f"{text[slice(*asked)].strip()} asks for a derivative", asked, hint)
    tokens = _scanned(text, reading, start, inner)
    bold: Mapping[str, int] = {}
    if reading == LATEX:
        from gradcli.language.readings.latex_commands import without_commands

        tokens, whole, bold = without_commands(text, tokens, vocabulary, known, notes)
        known = {*known, *whole}
    for token, following in itertools.pairwise(tokens):
        if token.kind == following.kind == "POSTFIX" and token.text == following.text == "!":
            span = (token.span[0], following.span[1])
            raise GradcliError("!! may be a double factorial or a factorial twice", span, "write (x!)! for the latter")
    names = Names(vocabulary, known, notes, letters=reading == LATEX)
    tokens = names.classified(_with_variables(tokens, [one for one in inner if one.by], known))
    places = {token.span: place for place, token in enumerate(tokens)} if inner else {}
    primed = [_with_variable(one, tokens, places[one.span] + 1, vocabulary, notes) for one in inner if not one.by]
    named = norms(_with_variables(tokens, primed, known), vocabulary.matrices["length"])
    norm = vocabulary.matrices["length"]
    vectors = vectors_of(named, norm)
    tokens = paired(with_points(named, vocabulary.single, vocabulary.either, vectors, notes))
    tokens = with_vectors(tokens, vectors, norm, of_latex=reading == LATEX)
    builder = Builder(vocabulary, text, notes, of_latex=reading == LATEX)
    tables = tables_of(reading)[0]
    statements = tuple(run(_with_brackets(text, tokens), _automaton(text, tokens, tables, builder), _Behind(tokens)))
    if reading == LATEX or vectors:
        statements = tuple(of_matrices(statement, text, vocabulary, bold) for statement in statements)
    note_silent(statements, typed, notes)
    note_habits(statements, text, vocabulary, known, notes)
    read_as = as_typed(lambda: program_text(Program(statements), "; "))
    program = Program(statements, may_differentiate=DERIVATIVE in read_as)
    if not program.statements or all(isinstance(statement, Definition) for statement in program.statements):
        defined = statements[-1] if statements else None
        if isinstance(defined, Definition) and defined.name in vocabulary.functions:
            hint = "write its right side alone; gradcli diff --implicit and gradcli equal --equations take equations"
            raise GradcliError(f"{defined.name}(...) = ... is an equation, and no name for a value", defined.span, hint)
        raise GradcliError("nothing is to be computed", (0, len(text)), "write an expression behind the definitions")
    result = ReadText(typed)
    result.program = program
    result.read_as = read_as
    result.notes = tuple(dict.fromkeys(note for _, note in sorted(notes)))
    result.others = tuple(builder.others)
    return result


def _with_quotients(text: str, vocabulary: Vocabulary, known: Collection[str], notes: list[tuple[int, str]]) -> str:
    """A text with a slash for each colon that is a division, which is said; as long as it was."""
    if not 0 < text.count(":") <= _MOST_COLONS or any(sign in text for sign in "[{\n"):
        return text
    for at in [at for at, sign in enumerate(text) if sign == ":"]:
        if divides(text, at, vocabulary.functions, known):
            text = f"{text[:at]}/{text[at + 1 :]}"
            notes.append((at, "the colon is read as a division"))
    return text


def _scanned(text: str, reading: str, start: int, inner: Sequence[Asked]) -> list[Token]:
    """The tokens of a text from a place on, with d/dx as the name of a function."""
    plain = text
    for one in inner:  # whatever it is made of, here it is a name
        plain = plain[: one.span[0]] + "d".ljust(one.span[1] - one.span[0])[: one.span[1] - one.span[0]] + plain[one.span[1] :]
    spans = {one.span[0]: one.span for one in inner}
    result: list[Token] = []
    for token in scan(plain, reading, start):
        span = spans.get(token.span[0])
        if span is not None:
            result.append(Token("NAME", DERIVATIVE, span))
        if span is None or span[0] == span[1]:  # of a prime there is no text before the parenthesis
            result.append(token)
    return result


def _with_variable(
    one: Asked, tokens: Sequence[Token], start: int, vocabulary: Vocabulary, notes: list[tuple[int, str]]
) -> Asked:
    """A derivative with a prime with its variable: the only one in the parentheses, which begin at a place."""
    inside = itertools.takewhile(lambda token: token.span[1] <= one.end, itertools.islice(tokens, start, None))
    names = {token.text for token in inside if token.kind == "NAME" and token.text not in vocabulary.constants}
    if len(names) != 1:
        hint = "write d/dx(...) with its variable"
        raise GradcliError("this prime does not say by what to differentiate", (one.end, one.end + 1), hint)
    (by,) = names
    notes.append((one.end, f"the prime is read as a derivative by {by}"))
    return one._replace(by=by)


def _with_variables(tokens: Sequence[Token], inner: Sequence[Asked], known: Collection[str]) -> list[Token]:
    """The tokens with the variable, and the order, behind what is differentiated."""
    asked = {one.span: one for one in inner}
    result: list[Token] = []
    waiting: list[tuple[Asked, int]] = []
    depth = 0
    for token in tokens:
        depth += (token.kind == "LPAR") - (token.kind == "RPAR")
        if waiting and token.kind == "RPAR" and waiting[-1][1] == depth:
            result += _by_what(waiting.pop()[0], token.span[0], known)
        result.append(token)
        one = asked.pop(token.span, None) if asked else None
        if one is not None and not (one.whole and token is tokens[-1]):
            waiting.append((one, depth))
            if one.whole:
                result.append(Token("LPAR", "(", (one.span[1] - 1, one.span[1])))
                depth += 1
    if waiting and waiting[-1][0].whole:
        end = result[-1].span[1]
        result += [*_by_what(waiting[-1][0], end, known), Token("RPAR", ")", (end, end + 1))]  # on the blank that ends the text
    return result


def _by_what(one: Asked, end: int, known: Collection[str]) -> list[Token]:
    """The variable, and the order, of a derivative as its further arguments."""
    by = one.by if one.by in known else letter(one.by)
    more = [Token("COMMA", ",", (end, end)), Token("NAME", by, (end, end))]
    return more + ([Token("COMMA", ",", (end, end)), Token("NUMBER", str(one.order), (end, end))] if one.order > 1 else [])


def _automaton(text: str, tokens: Sequence[Token], tables: Any, builder: Builder) -> Automaton:
    """What runs over tokens that are there already."""
    end = Token(END, "", (len(text), len(text)))
    coming = iter([*map(Found, tokens), Found(end)])
    builds = builder.functions(tables.rules)
    return Automaton(tables, lambda text, position: next(coming), builds)


def _with_brackets(text: str, tokens: Sequence[Token]) -> str:
    """The text with a bracket wherever a token is one, whatever stands for it there: the parser pairs them by their places."""
    signs = list(text)
    for token in tokens:
        if token.text in _BRACKETS and token.span[1] > token.span[0]:
            signs[token.span[0]] = token.text
    return "".join(signs)


class _Behind:
    """Finds the token that ends at a place."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens

    def __call__(self, text: str, end: int) -> Token:
        found = [token for token in self._tokens if token.span[1] == end]
        return found[-1] if found else Token("", "", (end, end))
