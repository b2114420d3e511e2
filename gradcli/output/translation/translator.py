"""Finding messages of a catalogue in finished English texts.

The code says everything in English, as finished sentences. So a translation begins with a sentence and asks which message it is
made of: the literal pieces of a message must stand in it in their order, from its beginning to its end, and what stands between
them is what was put in. That takes time in proportion to the text, and no call of a place that says something is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from heapq import merge
from operator import attrgetter

from gradcli.errors import Speech, columns
from gradcli.frozen import Frozen
from gradcli.output.translation.catalogue import Entry, entries

WORD = "word"
"""The context of words that stand in for holes, or alone in cells."""

_HOLE = re.compile(r"\{\}|\{\{|\}\}")
_FILLED = re.compile(r"\{(\d+)(?::([wlLn-]))?\}|\{\{|\}\}")
_LETTERS = re.compile(r"[A-Za-z]")
_SIGNS = {". ": "。", "? ": "？", "; ": "；", ": ": "：", ", ": "，", ".": "。", "?": "？"}
_SEPARATOR = re.compile(r"([.?;:,] |[.?]$)")
_DEEPEST = 4
"""Inside of how many others a text is looked at."""
_MOST_PIECES = 30
"""Pieces between separators up to which a text is taken apart; longer ones are data."""
_MOST_JOINED = 9
"""Pieces of a text that one message may take."""
_OPENED = re.compile(r" \(")
_JOINED = re.compile(r"(; or |(?<=\)), and )")
_JOINED_SIGNS = {"; or ": "；或者", ", and ": "，而且"}
_LIST = re.compile(r"(, and |, or |, | and | or )(?![^\[(]*[\])])")
_LIST_SIGNS = {", and ": " 和 ", ", or ": " 或 ", ", ": "、", " and ": " 和 ", " or ": " 或 "}
_BETWEEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
"""A space between two Chinese signs, where something Latin might have stood."""
_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
"""English words that are left."""
_INDEXED = 4
"""Signs at the beginning of a message by which it is found."""
_STRONG = 4
"""Letters of its own that a message has to have to be looked for before the text is taken apart, and inside of what is put in."""
_STRONG_OPEN = 8
"""The same of one that begins and ends in holes, which much fits."""
_TUPLE = re.compile(r"\([\d, ]*\)|\[.*\]")
_GAP = re.compile(r"(?<=\S)( {2,}(?:# )?)(?=\S)")
"""What stands between the columns of a line, or before a remark."""
_BEHIND = re.compile(r"(.*\S) \((.+)\)")
"""A text with another one in parentheses behind it."""
_LONGEST = 4_000
"""Signs of a text up to which it is read; longer ones are data."""


class Message(Frozen):
    """A message that is ready to be found.

    Attributes:
        literals: The texts around its holes.
        translation: What is said in the language.
        sure: Whether it is looked for in any text, however few letters it has of its own.
    """

    literals: tuple[str, ...]
    translation: str
    sure: bool = False

    @cached_property
    def weight(self) -> int:
        """How many letters of its own it has."""
        return sum(len(_LETTERS.findall(literal)) for literal in self.literals)

    @cached_property
    def strong(self) -> bool:
        """Whether it has enough of its own to be found in any text."""
        least = _STRONG if self.literals[0] or self.literals[-1] else _STRONG_OPEN
        return self.sure or self.weight >= least or any("  " in literal for literal in self.literals)

    @cached_property
    def names(self) -> list[int]:
        """The holes into which only one word can have been put."""
        return [int(hole[1]) for hole in _FILLED.finditer(self.translation) if hole[2] == "n"]

    @cached_property
    def place(self) -> tuple[bool, int, int]:
        """What messages are sorted by: of several that fit a text the one with most of its own is meant."""
        anchored = bool(self.literals[0] or self.literals[-1])
        return not (anchored and self.weight >= _STRONG_OPEN), -self.weight, -sum(map(len, self.literals))

    def holes(self, text: str) -> list[str] | None:
        """What was put into the holes to make a text; None where the text is not this message."""
        first, *middle = self.literals
        if not middle:
            return [] if text == first else None
        last = middle.pop()
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        at, end = len(first), len(text) - len(last)
        found: list[str] = []
        for literal in middle:
            first_place = place = text.find(literal, at, end)
            while place >= 0 and not _balanced(text[at:place]):  # what is put in has its brackets whole
                place = text.find(literal, place + 1, end)
            place = first_place if place < 0 else place
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(literal)
        if last.startswith("'") and last in text[at:end]:
            return None  # 'a' is left out; 'b' is left out
        return [*found, text[at:end]]


_PLACE = attrgetter("place")


def literals_of(message: str) -> tuple[str, ...]:
    """The texts around the holes of a message."""
    found, at, piece = [], 0, ""
    for sign in _HOLE.finditer(message):
        piece += message[at : sign.start()]
        at = sign.end()
        if sign[0] == "{}":
            found.append(piece)
            piece = ""
        else:
            piece += sign[0][0]
    return (*found, piece + message[at:])


def _balanced(text: str) -> bool:
    """Whether as many brackets are closed as were opened."""
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


def _taken_apart(text: str) -> tuple[list[str], list[str]]:
    """The pieces of a text between separators that stand in no brackets, and what stands behind each, at the end nothing."""
    first, *rest = _SEPARATOR.split(text)
    pieces, separators = [first], [""]
    for separator, piece in zip(rest[::2], rest[1::2], strict=True):
        if not _balanced(pieces[-1]):
            pieces[-1] += separator + piece
        elif piece:
            separators[-1:] = [separator, ""]
            pieces.append(piece)
        else:
            separators[-1] = separator
    return pieces, separators


def holes_used(translation: str) -> list[int]:
    """The holes of a message that its translation uses."""
    return [int(hole[1]) for hole in _FILLED.finditer(translation) if hole[1]]


class Translator(Speech):
    """What says finished English texts in another language.

    Args:
        known: The entries of the catalogue; those without a translation do not count.
        language: The language.
    """

    def __init__(self, known: Iterable[Entry], language: str) -> None:
        self.language = language
        self._words: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self._by_start: dict[str, list[Message]] = {}
        self._others: list[Message] = []
        self._known: dict[tuple[str, int], str] = {}
        for entry in known:
            if not entry.translation:
                continue
            if entry.context == WORD and "{}" not in entry.message and " " not in entry.message:
                self._words[entry.message] = entry.translation
                continue
            message = Message(literals_of(entry.message), entry.translation, entry.context == WORD)
            first = message.literals[0]
            if len(message.literals) == 1:
                self._whole[first] = _FILLED.sub(lambda sign: sign[0][0], entry.translation)
            elif len(first) >= _INDEXED:
                self._by_start.setdefault(first[:_INDEXED], []).append(message)
            else:
                self._others.append(message)
        for messages in (*self._by_start.values(), self._others):
            messages.sort(key=_PLACE)

    def word(self, text: str) -> str:
        """A word or a few, such as a cell of a table, which may be a formula; itself where there is no translation."""
        return self._words.get(text) or self.said(text, depth=1)

    def said(self, text: str, *, depth: int = 0) -> str:
        """A text in the language; itself where no message is found in it.

        Args:
            text: A finished English text: a sentence, or several.
            depth: Inside of how many others it stands; what was put into another one may be what a user wrote.
        """
        content = text.strip()
        if not content or len(content) > _LONGEST or depth > _DEEPEST or (depth and " " not in content):
            return text
        key = (content, depth)
        if key not in self._known:
            self._known[key] = self._found(content, depth)
        at = text.index(content)
        return text[:at] + self._known[key] + text[at + len(content) :]

    def _found(self, text: str, depth: int) -> str:
        found = self._alternatives(text, depth) or self._placed(text, depth) or self._sentence(text, depth)
        found = found or self._columns(text, depth) or self._sentences(text, depth)
        return found or self._behind(text, depth) or ("" if depth else self._of_messages(text, depth)) or text

    def _sentence(self, text: str, depth: int) -> str:
        """The translation of a text that is one message; empty where it is none."""
        whole = self._whole.get(text) or ("" if depth else self._words.get(text, ""))
        return whole or self._of_messages(text, depth, strong=True)

    def _alternatives(self, text: str, depth: int) -> str:
        """A text of several that are joined by "; or", or by "and" behind parentheses; empty where one of them is no message."""
        parts = _JOINED.split(text)
        if len(parts) == 1 or text in self._whole or self._is_one(text):
            return ""
        found = [_JOINED_SIGNS.get(part) or self._placed(part, depth) or self._sentence(part, depth) for part in parts]
        return "".join(found) if all(found) else ""

    def _is_one(self, text: str) -> bool:
        """Whether a text is a message of its own, into which nothing was put that joins several."""
        found = (message.holes(text) for message in self._candidates(text) if message.strong and message.weight >= _STRONG)
        return any(holes is not None and not any(map(_JOINED.search, holes)) for holes in found)

    def _placed(self, text: str, depth: int) -> str:
        """A whole message with its place in parentheses behind it; empty where a text is none."""
        if not text.endswith(")") or text in self._whole:
            return ""
        for found in _OPENED.finditer(text):
            if (whole := self._whole.get(text[: found.start()])) is not None:
                return f"{whole}（{self.said(text[found.end() : -1], depth=depth + 1)}）"
        return ""

    def _columns(self, text: str, depth: int) -> str:
        """A line of several columns, those behind a translated one where they were; empty where it has one."""
        first, *rest = _GAP.split(text)
        if not rest:
            return ""
        line = ""
        for part, gap in zip([first, *rest[1::2]], [*rest[::2], ""], strict=True):
            shown = self._words.get(part) or self.said(part, depth=depth)
            line += shown + gap[:1] * (columns(part) - columns(shown)) * ("#" not in gap) + gap
        return line

    def _of_messages(self, text: str, depth: int, *, strong: bool = False) -> str:
        """The translation of the message that a text is; empty where it is none."""
        for message in self._candidates(text):
            if strong and not message.strong:
                continue
            holes = message.holes(text)
            if holes is None or any(" " in holes[at].strip() and not _TUPLE.fullmatch(holes[at]) for at in message.names):
                continue
            filled = [self._filled(sign, message, holes, depth) for sign in _FILLED.finditer(message.translation)]
            if not strong and any(map(_PROSE.search, filled)):
                continue  # a message of a few letters, "{} of {}", is also in every other English sentence
            rest = iter(filled)
            return _BETWEEN.sub("", _FILLED.sub(lambda _, rest=rest: next(rest), message.translation))  # type: ignore[misc]
        return ""

    def _candidates(self, text: str) -> Iterator[Message]:
        """The messages that may be meant, those with most letters first."""
        beginning = self._by_start.get(text[:_INDEXED], [])
        yield from merge(beginning, self._others, key=_PLACE)

    def _sentences(self, text: str, depth: int) -> str:
        """A text some of whose sentences are messages, though the whole is not; empty where none is."""
        pieces, separators = _taken_apart(text)
        if not 1 < len(pieces) + bool(separators[-1]) <= _MOST_PIECES:
            return ""
        found: list[tuple[str, bool, str]] = []
        at = 0
        while at < len(pieces):
            for end in range(min(len(pieces), at + _MOST_JOINED), at, -1):
                joined = "".join(map("".join, zip(pieces[at:end], [*separators[at : end - 1], ""], strict=True)))
                separator = separators[end - 1]
                stop = separator.strip() if separator.strip() in (".", "?") else ""
                with_stop = self._sentence(joined + stop, depth) if stop else ""
                shown = with_stop or self._sentence(joined, depth)
                if not shown and end - at == 1:
                    shown = self._of_weak(joined, depth) or self._behind(joined, depth)
                if shown:
                    found.append((shown, True, separator.removeprefix(stop).strip(" ") if with_stop else separator))
                    break
            else:
                end = at + 1
                found.append((pieces[at], False, separators[at]))
            at = end
        if not any(translated for _, translated, _ in found):
            return ""
        line = ""
        for place, (shown, translated, separator) in enumerate(found):
            following = place + 1 < len(found) and found[place + 1][1]
            chinese = translated or (following and separator != ", ")
            line += shown + (_SIGNS.get(separator, separator) if chinese else separator)
        return line

    def _of_weak(self, text: str, depth: int) -> str:
        """The translation of a single sentence at the top that is a message of a few letters."""
        return "" if depth else self._of_messages(text, depth)

    def _behind(self, text: str, depth: int) -> str:
        """A text with another one in parentheses behind it; empty where it is no such text, or neither is a message."""
        parts = _BEHIND.fullmatch(text)
        if parts is None:
            return ""
        first, rest = self.said(parts[1], depth=depth), self.said(parts[2], depth=depth + 1)
        return "" if (first, rest) == parts.groups() else f"{first}（{rest}）"

    def _filled(self, sign: re.Match[str], message: Message, holes: list[str], depth: int) -> str:
        """What stands in a hole of a translation."""
        if not sign[1]:
            return sign[0][0]
        put_in = holes[int(sign[1])]
        before, behind = message.literals[int(sign[1]) :][:2]
        if before.endswith(("'", '"')) and behind.startswith(before[-1]):
            return put_in  # what a user wrote, in quotation marks
        if sign[2] == "-":
            return ""
        if sign[2] == "w":
            return self.word(put_in.strip())
        if sign[2] in ("l", "L"):
            pieces = [_LIST_SIGNS.get(piece) or (self.word(piece) if sign[2] == "L" else piece) for piece in _LIST.split(put_in)]
            return "".join(pieces)
        return self.said(put_in.strip(), depth=depth + 1)


@cache
def translator(language: str) -> Translator:
    """What says texts in a language."""
    return Translator(entries(language), language)
