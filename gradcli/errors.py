"""The one exception of gradcli, its picture with a caret, the exit codes, and the language in which everything is said."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence

Span = tuple[int, int]
"""Half-open range (start, end) of character positions in a source text."""

_WINDOW = 72
"""Columns of source shown around the caret when the line is longer."""


WARNED: list[str] = []
"""What has been warned of in this call; its JSON document says it as well."""


class ExitCode(enum.IntEnum):
    """Exit codes of the command line."""

    SUCCESS = 0
    NEGATIVE = 1  # a check or a grade that fails
    BAD_INPUT = 2
    NOT_FINITE = 3  # under --strict
    LIMIT = 4
    DEFECT = 70  # of the program itself
    INTERRUPTED = 130


class GradcliError(Exception):
    """Something is wrong with what the user gave.

    Args:
        message: What is wrong, as one sentence without a full stop.
        span: Where, in characters of ``source``; None where no place applies.
        hint: What to write instead; empty where nothing better is known.
        source: The text that ``span`` refers to. A function that does not know it leaves it
            None, and :meth:`located` fills it in further out.
        where: What the source is called: ``expression``, a file name, ``--x``.
        exit_code: What the command line returns for it.
    """

    def __init__(
        self,
        message: str,
        span: Span | None = None,
        hint: str = "",
        *,
        source: str | None = None,
        where: str = "expression",
        exit_code: ExitCode = ExitCode.BAD_INPUT,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint
        self.source = source
        self.where = where
        self.exit_code = exit_code
        self.printed: str | None = None  # what a script wrote before it, where that stands nowhere else

    def __str__(self) -> str:
        """The whole message, as a notebook shows it behind the name of the exception."""
        return self.render().removeprefix("error: ")

    def located(self, source: str, where: str) -> GradcliError:
        """Name the source of the span where it is not named yet; returns the error itself."""
        if self.source is None:
            self.source, self.where = source, where
        return self

    def kept(self) -> GradcliError:
        """The error itself, to be kept as the result of one row of many: without the calls that raised it, and what they hold."""
        self.__traceback__ = self.__context__ = None
        return self

    @property
    def position(self) -> tuple[int, int] | None:
        """Line and column of the span, both from 1; None where no place is known."""
        if self.span is None or self.source is None:
            return None
        start = min(self.span[0], len(self.source))
        line_start = self.source.rfind("\n", 0, start) + 1
        return self.source.count("\n", 0, start) + 1, start - line_start + 1

    def picture(self) -> list[str]:
        """The source line and a caret line below it; empty where no place is known, and where the line is blank."""
        if self.span is None or self.source is None:
            return []
        start = min(self.span[0], len(self.source))
        line_start = self.source.rfind("\n", 0, start) + 1
        line_end = self.source.find("\n", start)
        line = self.source[line_start : line_end if line_end >= 0 else len(self.source)]
        if not line.strip():
            return []
        column = start - line_start
        width = max(1, min(self.span[1] - start, len(line) - column))
        left = max(0, column - _WINDOW // 2) if len(line) > _WINDOW else 0
        shown = line[left : left + _WINDOW]
        before = visible(("…" if left else "") + line[left:column])
        marked = visible(line[column : min(column + width, left + _WINDOW)]) or " "
        ellipsis = "…" if left + _WINDOW < len(line) else ""
        return [
            visible(("…" if left else "") + shown) + ellipsis,
            " " * (columns(before) - (columns(marked) == 0)) + "^" * max(1, columns(marked)),
        ]

    def render(self, said: Callable[[str], str] = str, *, colour: bool = False) -> str:
        """The whole message as a person reads it, without a final newline.

        Args:
            said: What says an English sentence in the language of the reader.
            colour: Whether a terminal shows the word ``error`` in red and the caret bold.
        """
        red, bold, end = ("\x1b[1;31m", "\x1b[1m", "\x1b[0m") if colour else ("", "", "")
        lines = [f"{red}{label(said('error:'), end)}{said(visible(self.message))}"]
        picture = self.picture()
        position = self.position
        if picture and position:
            row, column = position
            place = f"line {row}, column {column}" if "\n" in (self.source or "") else f"column {column}"
            line, caret = picture
            lines += [f"  {said(f'in {visible(self.where)}, {place}:')}", f"    {line}", f"    {bold}{caret}{end}"]
        if self.hint:
            lines.append(f"{label(said('hint:'))}{said(visible(self.hint))}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The error as the JSON object that ``--json`` writes to standard error."""
        position = self.position
        return {
            "schema": "gradcli/error/1",
            "error": self.message,
            "hint": self.hint or None,
            "where": self.where if position else None,
            "line": position[0] if position else None,
            "column": position[1] if position else None,
            "exit_code": int(self.exit_code),
            **({} if self.printed is None else {"printed": self.printed}),
            "warnings": list(WARNED),
        }


_LOOK_ALIKE = str.maketrans("асеорхуіјѕАВЕКМНОРСТХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aceopxyijsABEKMHOPCTXIJSoABEZHIKMNOPTYX")
"""Letters of Cyrillic and Greek that look as letters of Latin do."""


def look_alike(name: str) -> str:
    """A name with the letters that it seems to have."""
    import unicodedata

    return unicodedata.normalize("NFKC", name).translate(_LOOK_ALIKE)


class UnknownVariableError(GradcliError):
    """A value or a derivative is asked for by the name of a variable that the program does not have.

    Args:
        name: The name.
        variables: The program's variables.
        asked_by: The option that names it, followed by a colon; empty for a value.
    """

    def __init__(self, name: str, variables: Sequence[str], asked_by: str = "") -> None:
        near = nearest(name, variables)
        array = name.partition("[")[0].strip() if name.endswith("]") else ""
        listed = ", ".join(variables[:20]) + (", ..." if len(variables) > 20 else "")
        hint = f"did you mean {near}? " if near else ""
        joined = [word for word in variables if name in word and len(name) == 1 < len(word) <= 3 and word.isalpha()]
        if joined:  # xw is one name, where x times w was meant
            hint = f"{joined[0]} is one variable: for a product write {'*'.join(joined[0])}, or add --read lenient; "
        if array in variables:
            hint = f"--elements, of eval and explain, makes each element of {array} a variable of its own; "
        if alike := [word for word in variables if word != name and look_alike(word) == look_alike(name)]:
            odd = next(letter for letter in alike[0] + name if not letter.isascii())
            hint = f"{alike[0]} only looks like {name}, {visible(odd)} is the letter U+{ord(odd):04X}; "
        hint += f"its variables are {listed}" if variables else "it has no variables"
        super().__init__(f"{asked_by}the expression has no variable {name}", hint=hint)
        self.name = name
        self.near = near


class NoValueError(GradcliError):
    """Variables have no value; see :func:`no_value`."""


def no_value(names: Sequence[str], span: Span | None = None, hint: str = "") -> NoValueError:
    """The error for variables without a value.

    Args:
        names: The variables.
        span: Where the first of them stands.
        hint: How to give them values; empty for options of the command line.
    """
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    options = " ".join(f"--{name} VALUE" for name in names[:8]) + (" ..." if more else "")
    return NoValueError(f"no value for {', '.join(names[:8])}{more}", span, hint or f"add {options}")


@contextlib.contextmanager
def located(source: str, where: str) -> Iterator[None]:
    """Name the source of the spans of errors that are raised inside, where it is not named yet."""
    try:
        yield
    except GradcliError as error:
        raise error.located(source, where) from None


class Speech:
    """What says finished English sentences to people: this one as they are, one of another language as its catalogue has them."""

    language = "en"

    def said(self, text: str) -> str:
        """A sentence, or several."""
        return text

    def word(self, text: str) -> str:
        """A word or a few, such as a cell of a table."""
        return text


_spoken = [Speech()]
"""Of this call; JSON and what other programs read never ask for it."""


def speak_as(speech: Speech) -> None:
    """From now on everything for people is said so."""
    _spoken[0] = speech


def spoken() -> Speech:
    """What says English sentences in the language of this call."""
    return _spoken[0]


def said(text: str) -> str:
    """A finished English sentence, or a word, in the language of this call."""
    return _spoken[0].said(text)


def label(text: str, end: str = "") -> str:
    """A word before a sentence, with a space behind it where its colon has none of its own."""
    return f"{text}{end}{'' if text.endswith('：') else ' '}"


def visible(text: str) -> str:
    """The text with control characters and unpaired surrogates escaped, so that it cannot drive a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def columns(text: str) -> int:
    """Terminal columns that the text takes: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


_LONGEST_COMPARED = 40
"""Characters of a name up to which slips are counted."""


def _slips(name: str, other: str) -> int:
    """How many letters are wrong, missing, too many, or in the place of their neighbours (Damerau, 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(name, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and name[i - 2] == b:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like the given one, or None where none is near."""
    import difflib

    candidates = list(known)
    for match in difflib.get_close_matches(name, candidates, n=3, cutoff=0.65):
        if len(name) > _LONGEST_COMPARED or _slips(name, match) <= max(1, len(name) // 2):
            return match
    folded = {candidate.casefold(): candidate for candidate in candidates}
    return folded.get(name.casefold())
