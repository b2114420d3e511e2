"""Presentation MathML, as pages and word processors copy it, as the LaTeX of the same formula.

Source: MathML Core (W3C), https://www.w3.org/TR/mathml-core/. Documents with a DOCTYPE, which may declare entities, are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from html.entities import html5
from xml.etree import ElementTree

from gradcli.errors import GradcliError
from gradcli.language.readings.vocabulary import GREEK, letter

_TABLE = """
+ +        −-‐‑ -     ⋅·×∗*•∙⨯ \\cdot  ÷∕/ /
≤ \\le      ≥ \\ge     ≠ \\ne            ∞ \\infty
∧ \\land    ∨ \\lor    ¬ \\lnot          ⊤ \\top
⌊ \\lfloor  ⌋ \\rfloor ⌈ \\lceil         ⌉ \\rceil
∂ \\partial ∑ \\sum    ∏ \\prod          ∫ \\int
± \\pm      ∓ \\mp     ‖∥ \\lVert        → \\to
% \\%       & \\&      { \\{             } \\}
"""
_WORDS = _TABLE.split()
_SIGNS = {sign: command for signs, command in zip(_WORDS[::2], _WORDS[1::2], strict=True) for sign in signs}
_SIGNS |= {"mod": "\\bmod", "∣": "|", "∘": "\\degree", "°": "\\degree", "\u2063": ",", "″": "''", "⊗": "\\otimes", "⊙": "\\odot"}
_GREEK = {letter(f"\\{word}"): f"\\{word}" for word in sorted(GREEK, key=len, reverse=True)}
APPLIED, TIMES, PLUS, THIN = "\u2061", "\u2062", "\u2064", "\u2009"
"""Signs that are not seen: the application of a function, a product, the sum of a mixed number, a product of matrices."""

_ROWS = frozenset(("math", "mrow", "mstyle", "mpadded", "merror", "mtd"))
_PRIMES = re.compile(r"['′’]+")
_BARS = {"prefix": r"\lvert ", "postfix": r"\rvert "}
_DROPPED = frozenset(("annotation", "annotation-xml", "mspace", "mphantom", "none", "maligngroup", "malignmark"))
_CONTENT = frozenset(("apply", "ci", "cn", "csymbol", "bind", "lambda", "piecewise", "matrix", "vector"))


class _Element:
    """An element that is read: its LaTeX parts, each with the element that it is of."""

    __slots__ = ("attributes", "name", "parts", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.parts: list[tuple[str, str]] = []
        self.text: list[str] = []


class _Reader:
    """Takes the events of a parser, and makes of each element LaTeX as it ends."""

    def __init__(self) -> None:
        self.open: list[_Element] = [_Element("", {})]
        self.hidden = 0  # elements that are open of one that is left out

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = _Element(name.rpartition("}")[2], attributes)
        if self.hidden or element.name in _DROPPED:
            self.hidden += 1
            return
        if element.name in _CONTENT:
            raise GradcliError("this is content MathML", hint="presentation MathML is read, as pages and word processors show it")
        self.open.append(element)

    def data(self, text: str) -> None:
        if not self.hidden:
            self.open[-1].text.append(text)

    def end(self, _: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        element = self.open.pop()
        name = element.name
        if name not in _ELEMENTS and name not in _ROWS:
            raise GradcliError(f"the element <{name}> has no value here", hint="write the formula without it")
        parts = [latex for _, latex in element.parts]
        counts = _COUNTS.get(name)
        if counts is not None and len(parts) not in counts:
            raise GradcliError(f"<{name}> has {len(parts)} elements in it, and takes {counts[0]}", hint="copy the formula again")
        latex = _ELEMENTS[name](element, parts) if name in _ELEMENTS else _row(element.parts)
        self.open[-1].parts.append((name, latex))

    def close(self) -> str:
        return _row(self.open[0].parts)


def is_mathml(text: str) -> bool:
    """Whether a text is an element of MathML."""
    return re.match(r"\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?math\b", text) is not None


def as_latex(text: str) -> str:
    """The LaTeX of a formula in MathML.

    Raises:
        GradcliError: It is no XML, declares entities, or has an element that has no value.
    """
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
        raise GradcliError("a formula declares nothing", hint="leave the lines with <! out")
    text = re.sub(r"&(\w+);", lambda found: _entity(found[1]), text)
    bare = re.sub(r"(</?)\w+:(?=\w)", r"\1", text)  # what declares the prefix may not have been copied
    parser = ElementTree.XMLParser(target=_Reader())
    try:
        parser.feed(bare)
        found = parser.close()
    except UnicodeEncodeError:
        raise GradcliError("the text is not UTF-8", hint="save it as UTF-8") from None
    except ElementTree.ParseError as error:
        raise GradcliError(f"this is no XML: {error}", hint="copy the whole formula, from <math> to </math>") from None
    return re.sub(r" +", " ", str(found)).strip()


def _entity(name: str) -> str:
    """An entity of HTML as its character; those of XML stay."""
    plain = html5.get(f"{name};")
    return f"&{name};" if plain is None or plain in "<>&\"'" else plain


def _row(parts: Sequence[tuple[str, str]]) -> str:
    """Parts side by side; a row behind the sign of application is the argument, and a brace that stays open is one of cases."""
    texts: list[str] = []
    for at, (name, latex) in enumerate(parts):
        if latex.strip() == APPLIED:
            texts.append("")
        elif name == "mrow" and at and parts[at - 1][1].strip() == APPLIED and not latex.lstrip().startswith(("(", r"\left(")):
            texts.append("{" + latex + "}")
        elif name == "mtable":
            cases = at and parts[at - 1][1].strip() == r"\{" and not any(one.strip() == r"\}" for _, one in parts[at + 1 :])
            texts[-1:] = [] if cases else texts[-1:]
            kind = "cases" if cases else "matrix"
            texts.append(rf"\begin{{{kind}}}{latex}\end{{{kind}}}")
        else:
            texts.append(latex)
    return " ".join(texts)


def _identifier(element: _Element, _: Sequence[str]) -> str:
    text = _plain(element)
    if text in _SIGNS or _PRIMES.fullmatch(text):
        return _sign(element, ())
    if len(text) < 2:
        return f"{_GREEK.get(text, text)} "
    return rf"\operatorname{{{text}}}" if text.isidentifier() else text


def _number(element: _Element, _: Sequence[str]) -> str:
    text = re.sub(r"\s", "", _plain(element)).replace("−", "-")
    return text.replace(",", "{,}") if re.fullmatch(r"-?\d+,\d+", text) else text


def _sign(element: _Element, _: Sequence[str]) -> str:
    if element.text == [THIN]:  # as it is written here
        return r"{\,}"
    text = _plain(element)
    if text == PLUS:
        raise GradcliError("a mixed number is a sum", hint="write 2 + 1/2")
    if text in ("|", "∣"):
        return _BARS.get(element.attributes.get("form", ""), "|")
    if text == TIMES:
        return " "
    plain = rf"\operatorname{{{text}}}" if text.isalpha() and len(text) > 1 else text
    return _SIGNS.get(text, plain)


def _text(element: _Element, _: Sequence[str]) -> str:
    text = _plain(element)
    return rf"\text{{{text}}}" if text else " "


def _plain(element: _Element) -> str:
    """The text of an element; letters of mathematical alphabets are plain ones."""
    text = "".join(element.text).strip()
    return "".join(unicodedata.normalize("NFKC", one) if 0x1D400 <= ord(one) < 0x1D800 or one == "ℎ" else one for one in text)


def _script(element: _Element, parts: Sequence[str]) -> str:
    base, raised = parts
    if _PRIMES.fullmatch(raised):
        return base.rstrip() + raised
    if raised == r"\degree":
        return f"{base} {raised}"
    return f"{_base(element, base)}^{{{raised}}}"


def _base(element: _Element, base: str) -> str:
    """A base; one of several parts that are not in parentheses is a whole, as its element says: a power of a power, -2 of one."""
    row = element.parts[0][0] in _ROWS or element.parts[0][0] in ("msup", "msubsup") or base.lstrip().startswith("-")
    closed = base.rstrip().endswith((")", "|", r"\rvert")) and base.lstrip().startswith(("(", "|", r"\lvert"))
    whole = closed or re.fullmatch(r"\w+|\\operatorname\{\w+\}|\\\w+|\W", base.strip())
    return f"{{{base}}}" if row and not whole else base


def _fenced(element: _Element, parts: Sequence[str]) -> str:
    get = element.attributes.get
    signs = re.sub(r"\s", "", get("separators", ","))
    texts = [_SIGNS.get(get("open", "("), get("open", "("))]
    for at, part in enumerate(parts):
        texts += [*([signs[min(at, len(signs)) - 1]] if at and signs else []), part]
    table = [name for name, _ in element.parts] == ["mtable"]
    if table:
        return _row([("mo", texts[0]), ("mtable", parts[0]), ("mo", _SIGNS.get(get("close", ")"), get("close", ")")))])
    return " ".join([*texts, _SIGNS.get(get("close", ")"), get("close", ")"))])


def _fraction(element: _Element, parts: Sequence[str]) -> str:
    without_line = element.attributes.get("linethickness", "")[:1] == "0"
    command = r"\binom" if without_line else r"\frac"
    return f"{command}{{{parts[0]}}}{{{parts[1]}}}"


def _first(element: _Element, parts: Sequence[str]) -> str:
    return parts[0] if parts else ""


_ELEMENTS: dict[str, Callable[[_Element, Sequence[str]], str]] = {
    "mi": _identifier,
    "mn": _number,
    "mo": _sign,
    "mtext": _text,
    "ms": _text,
    "mfrac": _fraction,
    "msqrt": lambda element, _: rf"\sqrt{{{_row(element.parts)}}}",
    "mroot": lambda _, parts: rf"\sqrt[{parts[1]}]{{{parts[0]}}}",
    "msup": _script,
    "msub": lambda element, parts: f"{_base(element, parts[0])}_{{{parts[1]}}}",
    "msubsup": lambda element, parts: f"{_base(element, parts[0])}_{{{parts[1]}}}^{{{parts[2]}}}",
    "munder": lambda element, parts: f"{parts[0]}_{{{parts[1]}}}",
    "munderover": lambda element, parts: f"{parts[0]}_{{{parts[1]}}}^{{{parts[2]}}}",
    "mfenced": _fenced,
    "mtr": lambda _, parts: " & ".join(parts),
    "mtable": lambda _, parts: r" \\ ".join(parts),
    "semantics": _first,
    "maction": _first,
}
_COUNTS = {
    **dict.fromkeys(("mfrac", "mroot", "msup", "msub", "munder"), (2,)),
    **dict.fromkeys(("msubsup", "munderover"), (3,)),
}
