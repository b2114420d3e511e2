"""What an answer says: one expression, or the line that an equation describes, however people write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from gradcli.autodiff.inner_derivatives import derivative_in
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Assignment, Expression, Group, Name, Operator, Output, Program
from gradcli.language.numbers import as_typed
from gradcli.language.parser import parse, parse_expression
from gradcli.language.readings.around import pieces
from gradcli.language.readings.left_sides import left_side
from gradcli.language.readings.otherwise import otherwise
from gradcli.language.readings.read import LATEX, LENIENT, reading_of
from gradcli.language.rewrite import mapped
from gradcli.language.statements import free_names
from gradcli.language.text import to_text
from gradcli.ops.declaration.constants import is_constant
from gradcli.ops.words import read, vocabulary
from gradcli.teaching.reading.forms import SEVERAL, Side, has_formula, has_word, typed, written

MOST_CHARACTERS = 4_000
"""Characters that an answer may have."""

_SEVERAL_LINES = "there are several answers, a line each, and one is asked for: a line break ends a formula"

_OPTION = re.compile(r"--[a-z]{2,}(-[a-z]+)*(=.*)?")
_PICTURE = re.compile(r"\w\.(?:jpe?g|png|heic|gif|pdf|docx?)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:^\s*|[a-z]{2}\W+)(?:pages?|exercise|problem|chapter|section|(?<=\w\W)(?:pp?|pg|nr|no|line|ex))\b[.\s]*\d+[.\s]*$", re.I
)
"""Where the answer is said to stand: see my notebook p. 12."""

_CONDITION = re.compile(r"[\w)\]]\s+[(\[][^()\[\]]*(?:[<>≠≤≥]|!=)[^()\[\]]*[)\]]\s*$")
"""A condition in parentheses behind a formula, 1/x (x > 0), which is no factor."""

_CONSTANTS = ("C", "c", "K", "k")
"""What a constant of integration is called."""

_LIMIT = re.compile(r"(?<![^\W_])lim")
_GOES = frozenset(("h", "k", "x", "t", "n", "Δx", "dx"))
_NUMBER = re.compile(r"[+-]?(?:[0-9]|∞|inf|oo)")
"""A limit, by its word or by what goes to a number."""

_PRIMES = re.compile("['′’]|″")
_OF_DERIVATIVES = re.compile(r"['′’]|^\s*[d∂]|_")


class Answer(Frozen, eq=False):
    """What an answer says.

    Attributes:
        value: The expression.
        read_as: Its strict text.
        notes: What is to be said of the reading.
        before: What stands before the last equals sign, with the text of each equation that it is a side of.
        constant: The name of a constant of integration in it; empty for none.
        others: What else its text may mean.
    """

    value: Expression
    read_as: str
    notes: Sequence[str] = ()
    before: Sequence[tuple[str, Expression]] = ()
    constant: str = ""
    others: Sequence[Expression] = ()


def read_answer(answer: str, variables: Collection[str]) -> Answer:
    """What an answer says, one expression, as people write it.

    What cannot be read as it stands is read without what people write around a formula: the name of the answer, equals signs
    before it, words and conditions behind it.

    Args:
        answer: Text from outside, of any kind.
        variables: The names that it may use.

    Raises:
        GradcliError: It is none.
    """
    refuse_no_answer(answer)
    answer = typed(answer, variables)
    fault: GradcliError | None = None
    plain: Answer | None = None
    try:
        plain = plain_answer(answer, variables)
        if not unknown_names(plain.value, variables) and not _CONDITION.search(answer):
            return plain
    except GradcliError as error:
        fault = error
    found = _of_form(answer, variables)
    if found is not None:
        return found
    if fault is not None:
        raise fault
    assert plain is not None
    return plain


def refuse_no_answer(answer: str) -> None:
    """Refuse what is no answer at all.

    Raises:
        GradcliError: It is empty, a dash, too long, an option, or names a picture.
    """
    text = answer.strip()
    if not text:
        raise GradcliError("the answer is empty")
    if not text.strip(" \t\r\n-–—−"):
        raise GradcliError(f"'{text}' is no formula")
    if _OPTION.fullmatch(text):
        raise GradcliError(f"{text} is an option of a command, no expression")
    if found := _PICTURE.search(answer):
        raise GradcliError("it names a file, and an answer is one expression", found.span())
    if _PLACE.search(answer):
        raise GradcliError("it says where the answer stands, and an answer is one expression")
    if len(answer) > MOST_CHARACTERS:
        raise GradcliError(f"the answer has {len(answer):,} characters, and {MOST_CHARACTERS:,} are read")


def plain_answer(answer: str, variables: Collection[str]) -> Answer:
    """What an answer says that is a formula and nothing else.

    Raises:
        GradcliError: It is none.
    """
    found = read(answer, "answer", reading_of(answer, LENIENT), variables, alone=True)
    program = parse(found)
    for statement in program.statements if program.may_differentiate else ():
        if (asked := derivative_in(statement)) is not None:
            raise GradcliError("the answer asks for a derivative itself", asked.span)
    if len(program.statements) == 1:
        (only,) = program.statements
        own, _ = left_side(answer, names=reading_of(answer, LENIENT) == LATEX)
        notes = [note for note in found.notes if not own or own not in note]  # y' = is what an answer begins with
        if isinstance(only, Output):
            if isinstance(only.value, Operator) and only.value.symbol in ("and", "or"):
                raise GradcliError(SEVERAL)
            return Answer(only.value, found.read_as, notes, others=otherwise(only.value, found.others))
        if isinstance(only, Assignment) and only.name not in variables:  # y = ..., where only the right side counts
            return Answer(only.value, as_typed(lambda: to_text(only.value)), notes, others=otherwise(only.value, found.others))
    raise GradcliError("an answer is one expression")


def unknown_names(value: Expression, variables: Collection[str]) -> list[str]:
    """The names of an expression that the question does not have."""
    return [name for name in free_names(Program((Output(value),))) if not is_constant(name) and name not in variables]


def _of_form(answer: str, variables: Collection[str]) -> Answer | None:
    """What an answer says beside words, names and equals signs; None where that is no formula either.

    Raises:
        GradcliError: There are several, or none.
    """
    if has_word(answer, variables) and not has_formula(answer, variables):
        raise GradcliError("there is no formula in it")
    found = written(answer, variables)
    if not found.sides:
        return None
    _refuse_limit(found.sides)
    text = found.sides[-1].text if len(found.sides) == 1 else answer
    answers = [piece for piece in pieces(text) if piece]
    if len(answers) > 1:
        lines = len(answers) == sum(map(bool, pieces(text, "\n")))
        return _of_several(answers, variables, _SEVERAL_LINES if lines else SEVERAL)
    last = _known(found.sides[-1].text, variables)
    if last is None and len(found.sides) == 2 and left_side(f"{found.sides[-1].text} = 0", names=False)[0]:
        return _known(found.sides[0].text, variables)  # 2x = y'
    if last is None:
        return None
    notes = [*last.notes, *[f"'{words}' is left out" for words in found.left_out]]
    before = []
    for side, following in zip(found.sides[:-1], found.sides[1:], strict=True):
        own = _known(side.text, variables) if side.equal else None
        if own is not None and not own.constant:
            before.append((f"{side.text} = {following.text}", own.value))
    if before and isinstance(before[-1][1], Name) and before[-1][1] != last.value:
        raise GradcliError(f"{before[-1][0]} is an equation, and an answer is one expression")
    return Answer(last.value, last.read_as, notes, before, last.constant, last.others)


def _refuse_limit(sides: Sequence[Side]) -> None:
    """Refuse a limit, of which the last side is what its variable goes to: lim h->0 (2x + h), h -> 0.

    Raises:
        GradcliError: It is one.
    """
    if len(sides) < 2 or sides[-2].equal:
        return
    before, behind = sides[-2].text, sides[-1].text
    if _LIMIT.search(before) or (before in _GOES and _NUMBER.match(behind)):
        raise GradcliError(f"{before} -> {behind} is a limit, and an answer is one expression")


def _of_several(answers: Sequence[str], variables: Collection[str], refused: str) -> Answer | None:
    """The last one of several statements that says that it is a derivative; what else is said of them is given.

    Raises:
        GradcliError: None does, or several do that are of different orders: y' = 2x, y'' = 2.
    """
    said = {one: sides[0].text for one in answers if len(sides := written(one, variables).sides) > 1}
    derivatives = [one for one, left in said.items() if _OF_DERIVATIVES.search(left)]
    if derivatives:
        orders = {_PRIMES.sub("", said[one]): len(_PRIMES.findall(said[one])) for one in derivatives}
        if any(orders[_PRIMES.sub("", said[one])] != len(_PRIMES.findall(said[one])) for one in derivatives):
            raise GradcliError(refused)
        return _of_form(derivatives[-1], variables)
    if all(_known(written(one, variables).sides[-1].text, variables) for one in answers if written(one, variables).sides):
        raise GradcliError(refused)
    return None


def _known(text: str, variables: Collection[str]) -> Answer | None:
    """What a side says; None where it has other names than the question has."""
    try:
        found = plain_answer(text, variables)
    except GradcliError:
        return None
    names = unknown_names(found.value, variables)
    if not names:
        return found
    same = {name: [own for own in variables if own.lower() == name.lower()] for name in names}
    if all(len(own) == 1 for own in same.values()):
        renamed = {name: Name(own[0]) for name, own in same.items()}
        value, *others = (with_names(one, renamed) for one in (found.value, *found.others))
        notes = [*found.notes, *[f"{name} is read as {own[0]}" for name, own in same.items()]]
        return Answer(value, as_typed(lambda: to_text(value)), notes, others=others)
    if len(names) == 1 and names[0] in _CONSTANTS:
        return Answer(found.value, found.read_as, found.notes, constant=names[0])
    return None


def with_names(value: Expression, others: Mapping[str, Expression]) -> Expression:
    """An expression with others in the place of some of its names."""
    return mapped(value, lambda node: others.get(node.name, node) if isinstance(node, Name) else node)


def number(text: str) -> Expression:
    """A number as an expression."""
    found = parse_expression(text)
    return Group(found) if text.startswith("-") else found


def difference(left: Expression, right: Expression) -> Expression:
    """One expression minus another one."""
    return Group(Operator("-", (Group(left), Group(right))))


def read_line(answer: str, variables: Collection[str], is_linear: Callable[[Expression, str], bool]) -> tuple[Answer, bool]:
    """The line that an answer describes, by an expression or by any equation; and whether it is an equation.

    Args:
        answer: Text from outside, of any kind.
        variables: The variables.
        is_linear: Whether an expression is of first degree in a name.

    Raises:
        GradcliError: It is none.
    """
    refuse_no_answer(answer)
    answer = typed(answer, variables)
    texts = [side.text for side in written(answer, variables).sides]
    functions = vocabulary().functions
    named = [bool(left_side(f"{text} = 0", names=False, functions=functions)[1]) for text in texts]
    sides = [None if name else _line_side(text, variables) for name, text in zip(named, texts, strict=True)]
    while len(sides) > 2 and (sides[0] is None or isinstance(sides[0].value, Name)):  # t: y = ..., y = ... = ...
        sides = sides[1:]
    ends = [side for side in (sides[0], sides[-1]) if side is not None] if len(sides) > 1 else []
    names = list(dict.fromkeys(name for end in ends for name in unknown_names(end.value, variables)))
    solved = len(ends) == 2 and isinstance(ends[0].value, Name) and not unknown_names(ends[1].value, variables)
    if len(ends) < 2 or len(names) != 1 or solved:
        return read_answer(answer, variables), False
    (name,) = names
    whole = difference(ends[0].value, ends[1].value)
    if not is_linear(whole, name):
        raise GradcliError(f"it is not solved for {name}, and not of first degree in it")
    at_0, at_1 = (with_names(whole, {name: number(value)}) for value in "01")
    value = Group(Operator("/", (Group(at_0), difference(at_0, at_1))))
    return Answer(value, " = ".join(end.read_as for end in ends)), True


def _line_side(text: str, variables: Collection[str]) -> Answer | None:
    try:
        return plain_answer(text, variables)
    except GradcliError:
        return None
