"""What people write around a formula: names of the answer, arrows, words, conditions; and the sides of its equals signs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, replace
from gradcli.language.readings.around import FOLLOWS, OPENING, RELATION, depths
from gradcli.language.readings.left_sides import divides
from gradcli.language.readings.read import half_width
from gradcli.language.readings.remarks import with_words
from gradcli.language.readings.vocabulary import GREEK
from gradcli.ops.words import vocabulary

_HAN = re.compile(r"[\u3400-\u9fff]")
_BETWEEN_SCRIPTS = re.compile(r"(?<=[\u3400-\u9fff])(?=[^\W\u3400-\u9fff])|(?<=[^\W\u3400-\u9fff])(?=[\u3400-\u9fff])")
_HAN_EQUALS = re.compile(r"(?:等于|是|为|得到?|即)(?=\s*[^\s\u3400-\u9fff,.:;!?。，、])")
_PRIME = re.compile(r"\^\s*(?:\{\s*\\prime\s*\}|\\prime(?![a-zA-Z]))")
_BLANK = re.compile(r"(?<!\\)\\(?:q?quad(?![a-zA-Z])|[,;:! ])")
_QUOTES = ("``", '""', "“”", "„“", "«»", "$$", "**", "__")
_LEADING = re.compile(r"(?:[-=]>|[→⇒⟹⇾↦∴•≈~=:]|\(?\b(?:[a-z]|\d{1,2})\)(?=\s))\s*")
_TRAILING = re.compile(r"[\s.,;:?。、\u220e\u25a0\u25a1\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]+$")
_SEPARATOR = re.compile(r"(?P<equals>(?<![<>=!≠])==?(?![=>])|≈)|[-=]>|[→⇒⟹↦]|:=?|⇔")
_THEN = re.compile(r"\s(?:so|and|then|thus|hence|therefore|implies|which gives)\b[\s,:]*(?=[^\W\d_]\w*\s*['′’]|d\w*\s*/\s*d|∂)")
"""Words that lead from the function to its derivative."""
_COMMENT = re.compile(r"\s(?://|--)\s.*", re.DOTALL)
_COMPARISON = re.compile(r"<=|>=|!=|==|[<>≠≤≥∈]|(?<![<>=!])=(?!=)")
_CONDITION = re.compile(RELATION)
_LETTER = r"[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u215f]"
"""A letter, which raised and lowered digits and vulgar fractions are not."""
_WORD = re.compile(rf"{_LETTER}+(?:['’](?=[a-z])[a-z]+)?")
_SIGNS = re.compile(r"[\s,.:;!?'’\"–-]*")
_BEGINS_COMMENT = frozenset(["by", "via", "if", "as", "so", "hence", "therefore", "from", "due", *FOLLOWS])
_VERBS = "is are equals equal yields gives becomes get got it's its"
_SAYS = frozenset(_VERBS.split())
_COMMON = frozenset(["the", "then", "that", "these", "they", "she", "takes", "next", "each", "let", "see", "yes", "thanks"])
"""Words that functions and constants side by side spell as well: th(e)."""
_PROSE = frozenset(["I", "a", "not", "and", "or", "do"])
"""Letters, and words of the language, that are no formula alone."""

_SPOKEN = {"times": "*", "plus": "+", "minus": "-", "over": "/", "squared": "^2", "cubed": "^3"}
_NUMBERS = "zero one two three four five six seven eight"
_NUMBER_WORDS = frozenset(_NUMBERS.split())


_OTHERS = frozenset(["or", "and", "also", "maybe", "else", "otherwise"])
"""Words that lead to one more answer."""

SEVERAL = "there are several answers, and one is asked for"

_SIGN = r"[-+*/^=<>≤≥·×÷∙⋅−–]"
_BEHIND = rf"(?:(?<=[,(\[{{])|(?<!{_SIGN}{_SIGN})(?<={_SIGN})|(?<=[-=]>))"
_BEFORE = rf"(?=[-=]>|{_SIGN}(?!{_SIGN})|[)\]}}])"
_BREAK = re.compile(rf"{_BEHIND}[ \t]*[\r\n]\s*|[ \t]*[\r\n]\s*{_BEFORE}")
"""A line break within a formula: behind an operator, a comma or an open bracket, or before an operator or a closing bracket."""


class Side(Frozen):
    """What stands between two equals signs, or arrows.

    Attributes:
        text: The text.
        equal: Whether an equals sign leads to the next one, and no arrow or word.
    """

    text: str
    equal: bool = True


class Written(Frozen):
    """What somebody wrote, taken apart.

    Attributes:
        sides: The sides of its equals signs, of which the last is the answer.
        left_out: The words that are no part of it.
    """

    sides: tuple[Side, ...]
    left_out: tuple[str, ...] = ()


def typed(text: str, names: Collection[str]) -> str:
    """A text as it is typed on a keyboard of ASCII: half-width, with spaces between Chinese words and formulas, and with equals
    signs for the Chinese words that stand for them, and a formula in one line.

    Args:
        text: What somebody wrote.
        names: The names that the question has; where they are Chinese themselves, no spaces are put.
    """
    text = _PRIME.sub("'", _BLANK.sub(lambda found: " " * len(found[0]), half_width(text)))
    text = _BREAK.sub(lambda found: " " * len(found[0]), with_words(text))
    if text.isascii() or any(map(_HAN.search, names)):
        return text
    return _BETWEEN_SCRIPTS.sub(" ", _HAN_EQUALS.sub(" = ", text))


def written(text: str, names: Collection[str]) -> Written:
    """A text without what stands around its formulas.

    Args:
        text: What somebody wrote.
        names: The names that the question has, which are no words.
    """
    left_out: list[str] = []
    text = _THEN.sub(" -> ", _bare(text))
    found = _COMMENT.search(text)
    if found:
        left_out.append(found[0].strip())
        text = text[: found.start()]
    text = _without_tail(text, frozenset(names), left_out)
    sides = list(_sides(_bare(text), frozenset(names)))
    if sides:
        last, said = without_head(sides[-1].text, frozenset(names))
        left_out += [said] if said else []
        sides[-1] = replace(sides[-1], text=last)
    found_sides = (replace(side, text=_SPOKEN_WORD.sub(_sign_of, side.text)) for side in sides if side.text)
    return Written(tuple(found_sides), tuple(left_out))


def _sign_of(word: re.Match[str]) -> str:
    return _SPOKEN[word[0]]


_SPOKEN_WORD = re.compile(rf"\b(?:{'|'.join(_SPOKEN)})\b")


def has_word(text: str, names: Collection[str]) -> bool:
    """Whether something in a text is a word, and neither a name nor a function nor a product of them."""
    return any(_is_word(found[0], frozenset(names)) for found in _WORD.finditer(text))


def is_condition(text: str) -> bool:
    """Whether a text compares two values: x > 0."""
    return _COMPARISON.search(text) is not None


def _bare(text: str) -> str:
    """A text without quotes around it, arrows and numbers before it, and full stops behind it."""
    before = ""
    while text != before:
        before = text
        text = _TRAILING.sub("", text.strip())
        found = _LEADING.match(text)
        if found and not (")" in found[0] and "(" not in found[0] and text.count("(") >= text.count(")")):
            text = text[found.end() :]
        if len(text) > 1 and text[0] + text[-1] in _QUOTES:
            text = text[1:-1]
    return text


def _without_tail(text: str, names: frozenset[str], left_out: list[str]) -> str:
    """A text without the words and conditions at its end."""
    while text:
        cut = _tail(text, names)
        if not cut:
            return text
        left_out.insert(0, text[cut:].strip(" ,;"))
        text = text[:cut].rstrip(" ,;.")
    return text


def _tail(text: str, names: frozenset[str]) -> int:
    """Where the last words, or the condition, of a text begin; 0 where there are none."""
    inside = dict(depths(text))
    if text[-1:] in (")", "]"):
        opened = max((at for at, depth in inside.items() if depth == 0 and text[at] in OPENING), default=0)
        content = text[opened + 1 : -1]
        if has_word(content, names) or is_condition(content):
            return opened
    commas = [at for at, depth in inside.items() if depth == 0 and text[at] in ",;"]
    if commas and (has_word(text[commas[-1] :], names) or _CONDITION.search(text[commas[-1] :])):
        if _says_more(text[commas[-1] + 1 :], names):
            raise GradcliError(SEVERAL)
        return commas[-1]
    for found in _WORD.finditer(text):
        if inside[found.start()] == 0 and found.start() and _is_word(found[0], names):
            behind = text[found.end() :]
            only_words = not re.sub(rf"{_LETTER}{{2,}}|\b[aI]\b", "", behind).strip(" ,.:;!?'’\"–-")
            if found[0].lower() in _BEGINS_COMMENT or (only_words and found[0].lower() not in _SAYS):
                before = _functions_before(text, found.start(), names)
                return before if has_formula(text[:before], names) else 0
    return 0


def _says_more(text: str, names: frozenset[str]) -> bool:
    """Whether what stands behind a comma says a formula of its own, before any comment: 4 - 2x otherwise, but not x real."""
    first = next((found.start() for found in _WORD.finditer(text) if found[0].lower() in _BEGINS_COMMENT), len(text))
    own = text[:first]
    if _CONDITION.search(own) or not has_formula(own, names):
        return False
    words = [found[0] for found in _WORD.finditer(own)]
    return own.split()[0] not in names or not _OTHERS.isdisjoint(word.lower() for word in words)


def _functions_before(text: str, end: int, names: frozenset[str]) -> int:
    """Where the words before a place begin that are names of functions as well: product rule; but not xy, of variables."""
    spoken = "|".join(_SPOKEN)
    found = re.search(rf"(?:(?<!{_LETTER})(?!(?:{spoken})\b){_LETTER}{{2,}}\s+)*$", text[:end])
    start = found.start() if found else end
    for word in re.findall(r"\S+\s+", text[start:end]):
        if not set(word.strip()) <= names:
            break
        start += len(word)
    return start


def has_formula(text: str, names: Collection[str]) -> bool:
    """Whether anything but words stands in a text."""
    known = frozenset(names)

    def sign(found: re.Match[str]) -> str:
        return "" if _is_word(found[0], known) or (found[0] in _PROSE and found[0] not in known) else "x"

    return bool(_SIGNS.sub("", _WORD.sub(sign, text)))


def _sides(text: str, names: frozenset[str]) -> Iterator[Side]:
    """The sides of the equals signs, arrows and words for them, outside of brackets."""
    inside = dict(depths(text))
    functions = vocabulary().functions
    words = [found for found in _WORD.finditer(text) if found[0].lower() in _SAYS and _is_word(found[0], names)]
    said = {found.end() for found in words}
    cuts = [found for found in _SEPARATOR.finditer(text) if inside[found.start()] == 0]
    cuts = [
        cut
        for cut in cuts
        if cut[0] != ":" or len(text[: cut.start()].rstrip()) in said or not divides(text, cut.start(), functions, names)
    ]
    cuts += words
    start = 0
    for cut in sorted(cuts, key=lambda found: found.start()):
        if text[start : cut.start()].strip():
            yield Side(text[start : cut.start()].strip(), bool(cut.groupdict().get("equals")))
        start = cut.end()
    yield Side(text[start:].strip())


def without_head(text: str, names: frozenset[str]) -> tuple[str, str]:
    """A text without the words at its beginning, and these."""
    end = 0
    for found in _WORD.finditer(text):
        word = _is_word(found[0], names) or found[0] in ("I", "a") or _names_rule(text, found, names)
        if _SIGNS.fullmatch(text[end : found.start()]) is None or not word:
            break
        end = found.end()
    rest = re.sub(r"^(?:[ ,:]|\.(?!\d))+", "", text[end:])
    return (rest, text[:end].strip()) if end and rest else (text, "")


def _names_rule(text: str, found: re.Match[str], names: frozenset[str]) -> bool:
    """Whether a function is a word that stands before another one: the power rule."""
    following = _WORD.match(text, found.end() + 1)
    return len(found[0]) > 1 and found[0] not in names and following is not None and _is_word(following[0], names)


@lru_cache(maxsize=10_000)
def _is_word(text: str, names: frozenset[str]) -> bool:
    """Whether letters side by side are a word: no names, functions and constants one behind the other."""
    if _HAN.search(text):
        return text not in names
    if text in _SPOKEN or text in _NUMBER_WORDS:
        return False
    if len(text) < 2 or (text not in names and text.lower() in _BEGINS_COMMENT | _SAYS | _COMMON and not set(text) <= names):
        return len(text) > 1
    words = vocabulary()
    known = {*names, *words.functions, *words.constants, *words.missing, *GREEK, *[f"d{name}" for name in names]}
    ends = {0}
    for end in range(1, len(text) + 1):
        if any(
            start in ends and (text[start:end] in known or text[start:end].lower() in words.functions) for start in range(end)
        ):
            ends.add(end)
    return len(text) not in ends
