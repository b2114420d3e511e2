"""What is wrong with a text that is no program, and what to write instead. Loaded when a text fails."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError, visible
from gradcli.language.grammar import END, Token
from gradcli.language.other_languages import ALONE, NO_VALUES, brace, misplaced, step

_QUOTES = "quotation marks and primes are not part of an expression"
_STATEMENTS = "',' stands only between the arguments of a function; separate statements with ';'"
_DERIVATIVE = "gradcli diff gives a derivative; inside of an expression it is d/dx(x^2), with --read lenient"
_CHARACTERS = {
    "&": "write and",
    "|": "the absolute value is abs(x); for a choice of conditions write or",
    "~": "write not",
    "?": "write A if C else B",
    ":": "to assign, write name = value; a choice is A if C else B",
    ".": "a decimal point stands between digits; for a product write *",
    "$": "variables are written without '$'",
    "\\": "write functions by their names: sqrt(x), not \\sqrt{x}",
    "∞": "write inf",
    "°": "degrees are written times pi/180: 30*pi/180",
    "_": "a name begins with a letter, and a number is written without _",
    **dict.fromkeys("'\"`´′″", _QUOTES),
    **dict.fromkeys("‘’“”„«»", f'{_QUOTES}; on the command line they are straight: "x^2"'),
}
"""What to write in place of a character that the language does not have."""

_SPELLINGS = {
    ("=", ">"): "to compare, write >=",
    ("=", "<"): "to compare, write <=",
    ("=", "="): "to compare, write ==",
    ("==", "="): "to compare, write ==",
    ("!=", "="): "to compare, write !=",
    ("<", ">"): "to compare, write !=",
    ("/", "/"): "a comment begins with #",
    ("/", "*"): "a comment begins with #, and goes to the end of the line",
}
"""What to write in place of two tokens in a row, from other languages."""

_VALUES = ("NAME", "NUMBER", "LPAR", "LSQB", "ROOT", "NOT")
_BEHIND_VALUES = ("NAME", "NUMBER", "RPAR", "RSQB", "SUPERSCRIPT", "TRANSPOSED", "POSTFIX")

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ENDS = {"RPAR", "SEPARATOR", END, "RBRACE", "OTHERWISE"}
"""What may follow a complete argument, besides a comma."""
_NO_SLICE = "a slice stands only in an index: A[0:2]; an array lists its items: [0, 1]"
_RANGE = "a range stands only in a loop: for i in 0..n { ... }; the numbers as an array are arange(0, n)"
_TEXT = 'a text stands only behind print: print "x is", x'
_ATTRIBUTES = "for a product write *; what a node has is .grad, .grad_fn, .is_leaf, .requires_grad, .shape and .T"
_SLICE_PARTS = "a slice has at most three parts: start:stop:step"
_ITEM = "'...' is an item of an index: A[..., 0]"
_BEHIND_A_VALUE = {
    "ELLIPSIS": _ITEM, "EQUAL": "to compare, write ==; to assign, write name = value",
    **dict.fromkeys(("IF", "ELSE"), "write A if C else B"), "FOR": NO_VALUES["∑"],
}  # fmt: skip
"""What to write in place of a token where no value is missing."""
_FOR_A_VALUE = {
    "DOTS": _RANGE, "ELLIPSIS": _ITEM, "IF": "a condition stands in the middle: A if C else B",
    "NOT": "put the condition in parentheses: (not C)",
    "POSTFIX": "for the opposite of a condition write not; the factorial of n is n!",
}  # fmt: skip
"""What to write in place of a token where one is."""
_LIBRARIES = frozenset(("np", "numpy", "torch", "F", "math", "tf", "jnp", "scipy", "cmath", "Math"))
"""Names before a function that are those of libraries."""

_BROKEN_NUMBER = re.compile(r"([0-9.]+)[eE]([+\-−–]?[0-9]*\.[0-9]+|[+\-−–]?[0-9]+[eE][0-9]+)")
_OPTION = re.compile(r"(?:^|\s)(--[^\W\d]\w*(?:=|\s+)(?:[+-]?[0-9.]+\S*|[^\W\d]\w*))")
"""An option of the command line with its value, in an expression."""

_LONGEST_SHOWN = 20
"""Characters of an array that a hint repeats."""


def unexpected_character(text: str, position: int) -> GradcliError:
    """The error for a character that begins no token."""
    character = text[position]
    if broken := _BROKEN_NUMBER.match(text, position):
        power = f"an exponent is whole; the power itself is written {broken[1]}*10^{broken[2]}"
        hint = power if "." in broken[2] else "a number has one exponent"
        return GradcliError(f"'{broken[0]}' is not a number", broken.span(), hint)
    end = position + 1
    while character in "&|" and text[end : end + 1] == character:
        end += 1
    if character.isprintable() and not unicodedata.combining(character):
        shown, hint = text[position:end], _CHARACTERS.get(character) or NO_VALUES.get(character, "")
    else:
        shown, hint = f"U+{ord(character):04X}", "it is invisible: delete it"
    if character == '"':
        return GradcliError("this '\"' is never closed", (position, end), _TEXT)
    if character == "." and re.match(r"[^\W\d]", text[end:]) and position and not text[position - 1].isspace():
        hint = _no_attribute(text, end)
    elif character == "'" and _behind_print(text, position):
        hint = 'a text stands in double quotes: print "x is", x'
    elif character in "'′’" and re.search(r"[\w)\]]\Z", text[:position]):
        hint = _DERIVATIVE
    plain = unicodedata.normalize("NFKC", character).replace("\N{FRACTION SLASH}", "/")
    if "\ud800" <= character <= "\udfff":
        hint = "the text is not UTF-8"
    elif unicodedata.combining(character):
        hint = "it is a mark on the character before: write the letter without it"
    elif not hint and plain != character and plain.isascii() and plain.strip():
        kind = unicodedata.decomposition(character)
        hint = f"write ^{plain}" if kind.startswith("<super>") else f"write {plain}"
        if kind.startswith("<wide>"):
            hint += "; or --read lenient, which reads full-width signs"
    return GradcliError(f"unexpected character '{shown}'", (position, end), hint)


def closes_nothing(text: str, token: Token, opening: str, open_brackets: Sequence[int]) -> GradcliError:
    """The error for a closing bracket where none of its kind is the innermost open one.

    Args:
        text: The program.
        token: The closing bracket.
        opening: What it would close.
        open_brackets: Where each bracket stands that is not closed yet.
    """
    if open_brackets:
        other = text[open_brackets[-1]]
        hint = f"write '{_CLOSING[other]}', or the missing '{opening}'"
        return GradcliError(f"this '{token.text}' stands where a '{other}' is open", token.span, hint)
    return GradcliError(f"this '{token.text}' closes nothing", token.span, f"remove it, or write the missing '{opening}'")


def unexpected(text: str, token: Token, previous: Token, expected: Collection[str], open_brackets: Sequence[int]) -> GradcliError:
    """The error for a token that no rule allows where it stands.

    Args:
        text: The program.
        token: The token; its kind is ``$END`` at the end of the text.
        previous: The token before it; without text where there is none.
        expected: The kinds of token that may stand here.
        open_brackets: Where each parenthesis and bracket stands that is not closed yet.
    """
    end = previous.span[1]
    found = misplaced(text, token, previous)
    if found is not None:
        return found
    wants_value = "NUMBER" in expected
    opening = text[open_brackets[-1]] if open_brackets else ""
    separates_rows = opening == "[" and token.kind == "SEPARATOR"
    if token.kind in (END, "SEPARATOR"):
        if wants_value and token.kind == END and (previous.text == "{" or (opening == "[" and "RSQB" in expected)):
            return _not_closed(text, open_brackets[-1], "is never closed")
        if wants_value and not separates_rows:
            return _ends_early(text, token, previous)
        if "ELSE" in expected and END not in expected and not {"RPAR", "RSQB"} & set(expected):
            return GradcliError("the 'else' of an 'if' is missing", (end, end + 1), "write A if C else B")
        if open_brackets and not separates_rows:
            if token.text == ";" and opening == "(" and text[: open_brackets[-1]][-1:].isalnum():
                hint = "between the arguments of a function write ','"
                return GradcliError("unexpected ';' between parentheses", token.span, hint)
            return _not_closed(text, open_brackets[-1], "is never closed")
    shown = visible(token.text)
    if token.kind == "COLON" and opening != "[":
        return unexpected_character(text, token.span[0])
    if token.kind == "LBRACE":
        return GradcliError("unexpected '{'", token.span, brace(text, token.span))
    if token.kind == "STRING":
        return _misplaced_text(text, token, previous)
    if wants_value:
        if token.kind == "RSQB" and previous.kind == "LSQB":
            return _empty_brackets((previous.span[0], token.span[1]), "COLON" in expected)
        return _not_a_value(text, shown, token, previous, opening)
    if previous.kind == "RPAR" and {"COMMA", "RPAR"} <= set(expected) <= {"COMMA", *_ENDS}:
        hint = "(0, 1) stands alone as the value of a keyword; an array is written [0, 1]"
        return GradcliError(f"unexpected '{shown}' after a tuple", token.span, hint)
    if token.kind in _VALUES and previous.kind in _BEHIND_VALUES:
        if open_brackets and "\n" in text[end : token.span[0]]:
            missing = f", or {_between(opening)} before '{shown}'"
            return _not_closed(text, open_brackets[-1], "is not closed where its line ends", missing)
        return _no_operator(text, shown, token, previous, opening)
    if "ELSE" in expected and (token.kind in ("RPAR", "RSQB", "COLON") or (token.kind == "COMMA" and opening == "[")):
        return GradcliError("the 'else' of an 'if' is missing", token.span, "write A if C else B")
    if opening == "[" and token.kind in ("COLON", "SEPARATOR", "EQUAL"):
        return _misplaced_in_brackets(text, token, expected, open_brackets[-1])
    hint = "an operator or the end of the expression belongs here"
    hint = "between what is printed write ','" if previous.kind == "STRING" else hint
    if previous.kind == "RPAR" and not open_brackets and re.search(r"print[^\S\n]*\([^\n;{}]*\Z", text[:end]):
        hint = "all that is printed stands in the parentheses: print((x)^2, w)"
    elif token.kind == "EQUAL" and _behind_print(text, token.span[0]):
        hint = "assign before it: write name = value; output name"
    elif token.kind == "DOTS":
        hint = "a slice is written with ':': A[0:2]" if opening == "[" and "COLON" in expected else _RANGE
    elif previous.kind == "ATTRIBUTE" and token.kind == "LPAR":
        hint = f"write {previous.text} without parentheses"
    elif token.kind == "TRANSPOSED":
        hint = f"only a name, a parenthesis or an array is transposed: (...){shown}"
    elif token.kind == "COMMA" and previous.kind == "NUMBER":
        hint = _numbers_in_a_row(text, previous.span[0])
    elif token.kind == "COMMA":
        hint = ALONE["output"] if opening == "(" and _behind_print(text, open_brackets[-1]) else _STATEMENTS
    elif token.kind == previous.kind == "POSTFIX":
        hint = "!! may be a double factorial or a factorial twice: write (n!)! for the latter"
    else:
        hint = _BEHIND_A_VALUE.get(token.kind, hint)
    return GradcliError(f"unexpected '{shown}'", token.span, hint)


def _numbers_in_a_row(text: str, at: int) -> str:
    """What to write in place of a number and a comma: a decimal, an array, or the items of an index."""
    if re.compile(r"[^,]*,\s*[^\W\d]\w*\s*=(?!=)").match(text, at):
        return _STATEMENTS
    found = re.compile(r"[^,;()\[\]\n]+(?:,[^,;()\[\]\n]+)+").match(text, at)
    row = ", ".join(part.strip() for part in found[0].split(",")) if found else ""
    if text[max(0, at - 2) : at] == "[(":
        return f"the items of an index have no parentheses: A[{row}]" if row and len(row) <= _LONGEST_SHOWN else "write A[0, 1]"
    if re.fullmatch(r"[0-9]{1,3}(?:, [0-9]{3}){2,}", row):
        return f"digits are not grouped: write {row.replace(', ', '')}; an array is written [1, 2, 3]"
    if row.count(",") > 1 or text[:at].rstrip().endswith("("):
        return f"an array is written [{row if 0 < len(row) <= _LONGEST_SHOWN else '1, 2, 3'}]"
    a, b = (re.findall(r"(?<![0-9.])([0-9]{1,9}), ([0-9]{1,9})", row) or [("1", "5")])[0]
    return f"decimals take a point: {a}.{b}; an array is written [{a}, {b}]; ',' stands between the arguments of a function"


def _ends_early(text: str, token: Token, previous: Token) -> GradcliError:
    what, end = "the expression" if token.kind == END else "the statement", previous.span[1]
    hint = step(text, token, previous) or "write a value after it"
    if previous.text == "%":
        hint += "; % is the remainder: write 50/100 for 50%"
    return GradcliError(f"{what} ends after '{previous.text}', where a value is missing", (end, end + 1), hint)


def _not_closed(text: str, at: int, how: str, otherwise: str = "") -> GradcliError:
    return GradcliError(f"this '{text[at]}' {how}", (at, at + 1), f"write the missing '{_CLOSING[text[at]]}'{otherwise}")


def _between(opening: str) -> str:
    """What is missing between two values inside a bracket."""
    return "an operator or a comma" if opening == "[" else "an operator"


def _empty_brackets(place: tuple[int, int], index: bool) -> GradcliError:
    if index:
        return GradcliError("this index is empty", place, "write which part: A[0], A[0:2], or A[:] for all of it")
    return GradcliError("this array is empty", place, "an array has at least one number: [0]")


def _misplaced_in_brackets(text: str, token: Token, expected: Collection[str], at: int) -> GradcliError:
    """The error for ``:``, ``;`` or ``=`` behind a value inside brackets."""
    hint = _NO_SLICE if "SEPARATOR" in expected else _SLICE_PARTS
    if token.kind == "EQUAL":
        if "\n" in text[at : token.span[0]]:
            return _not_closed(text, at, "is never closed")
        hint = "to compare, write =="
    elif token.kind == "SEPARATOR":
        hint = "between the items of an index write ',': A[0, 1]"
    return GradcliError(f"unexpected '{token.text}'", token.span, hint)


def _not_a_value(text: str, shown: str, token: Token, previous: Token, opening: str) -> GradcliError:
    if token.kind == "RPAR" and previous.kind == "LPAR":
        return GradcliError("these parentheses are empty", (previous.span[0], token.span[1]), "write a value between them")
    if token.kind == previous.kind == "COLON":
        return GradcliError("unexpected ':'", token.span, _SLICE_PARTS)
    hint = _SPELLINGS.get((previous.text, token.text), "") or step(text, token, previous)
    if token.kind in _FOR_A_VALUE:
        hint = _FOR_A_VALUE[token.kind]
    elif token.text == "/" and text[token.span[1] : token.span[1] + 1] in ("/", "*"):
        hint = "a comment begins with #"
    elif token.kind == "COMMA" and opening == "[":
        hint = "leave the ',' out, or write the item that is missing"
    elif token.kind == "COLON" and previous.kind in ("LSQB", "COMMA"):
        hint = _NO_SLICE
    elif previous.kind in ("", "SEPARATOR") and not hint and "\n" in text[: token.span[0]].lstrip():
        hint = "a line is a statement of its own; parentheses around both lines make them one"
    after = f" after '{visible(previous.text)}'" if previous.text else ""
    return GradcliError(f"unexpected '{shown}'{after}: a value is missing before it", token.span, hint)


def _misplaced_text(text: str, token: Token, previous: Token) -> GradcliError:
    """The error for a text in quotes that is not what something prints."""
    hint = _TEXT
    if previous.span[1] == token.span[0] and previous.text in ("f", "F"):
        hint = 'write the text and the value one after the other: print "x is", x'
    elif _behind_print(text, token.span[0]):
        hint = "between what is printed write ','"
    return GradcliError(f"unexpected '{visible(token.text)}'", token.span, hint)


def _behind_print(text: str, at: int) -> bool:
    """Whether the statement of a place prints, or is an output."""
    start = max(text.rfind(mark, 0, at) for mark in "\n;{}") + 1
    return text[start:at].lstrip().startswith(("print ", "print(", "output "))


def _no_attribute(text: str, at: int) -> str:
    """What to write in place of an attribute or a method that there is not."""
    name = re.compile(r"\w*").match(text, at)[0]  # type: ignore[index]
    if name in ("backward", "zero_grad", "retain_grad", "requires_grad_"):
        return f"write {name.rstrip('_')} NAME"
    if not text.startswith("(", end := at + len(name)):
        return _ATTRIBUTES
    before = re.search(r"[^\W\d]\w*\Z", text[max(0, at - 40) : at - 1])
    inside = re.compile(r"\(([^()\n]{0,30})\)").match(text, end)
    if before is None or inside is None:
        return f"a function is called by {name}(...)"
    given = [before[0]] * (before[0] not in _LIBRARIES) + [inside[1]] * bool(inside[1])
    return f"write {name}({', '.join(given)})"


def _no_operator(text: str, shown: str, token: Token, previous: Token, opening: str) -> GradcliError:
    left = visible(previous.text)
    option = _OPTION.search(text)
    if option and option.start(1) < token.span[0] <= option.end(1):
        hint = f'the quotation marks end before it: "{text[: option.start(1)].strip()[:40]}" {option[1]}'
        return GradcliError(f"'{option[1].split('=')[0].split()[0]}' stands inside the expression", option.span(1), hint)
    if previous.kind == token.kind == "NUMBER" and previous.span[1] == token.span[0]:
        place = previous.span[0], token.span[1]
        return GradcliError(f"'{left}{shown}' is not a number", place, "a number has one decimal point")
    if token.kind == "LSQB":
        return _no_index(text, left, token, previous)
    if token.kind == "NOT":
        hint = "write and not, or or not"
    elif len(text) <= _LONGEST_SHOWN and re.fullmatch(r"[-+0-9.eE\s]+", text):
        hint = f"an array is written [{', '.join(text.split())}]"
    elif opening == "[":
        hint = "write ',' between the items, or * for a product"
    elif previous.kind in ("RSQB", "TRANSPOSED") and token.kind != "NUMBER":
        hint = "write * for a product"
    elif _behind_print(text, token.span[0]):
        hint = "write ',' between two values, or * for a product"
    elif re.search(r"(?<!\w)[d∂]\s*/\s*[d∂]\w+\s*\Z", text[: token.span[0]]):
        hint = _DERIVATIVE
    elif token.kind == "NAME" and text[token.span[1] :].lstrip().startswith("("):
        hint = f"write {left}*{shown}(...) for a product"
    elif previous.kind == "NAME" and token.kind in ("NAME", "NUMBER") and len(left) > 1 and left.isascii() and left.isalpha():
        hint = f"write {left}({shown}) for a function, or {left}*{shown} for a product"
    elif previous.kind == "NAME" and token.kind == "NAME":
        hint = f"write {left}*{shown} for a product, or {left}({shown}) for a function"
    elif previous.kind == "NAME" and token.kind == "NUMBER":
        hint = f"write {left}*{shown} for a product, {left}^{shown} for a power, or {left}({shown}) for a function"
    else:
        hint = f"write *{shown} for a product, or ^{shown} for a power" if token.kind == "NUMBER" else "write * for a product"
    return GradcliError(f"{_between(opening)} is missing before '{shown}'", token.span, hint)


def _no_index(text: str, left: str, token: Token, previous: Token) -> GradcliError:
    """The error for a bracket behind what has no parts."""
    start = token.span[0]
    end = text.find("]", start) + 1
    array = text[start:end] if start < end <= start + _LONGEST_SHOWN and "\n" not in text[start:end] else "[...]"
    if previous.kind == "NUMBER":
        return GradcliError("a number has no parts", token.span, f"write {left}*{array} for a product")
    return GradcliError(f"unexpected '[' after '{left}'", token.span, f"write *{array} for a product, or (...){array} for a part")
