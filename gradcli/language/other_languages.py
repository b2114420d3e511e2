"""Statements that lack their block, or are written as in another language: what to write instead. Loaded when a text fails."""

from __future__ import annotations

import re
from collections.abc import Callable

from gradcli.errors import GradcliError, Span
from gradcli.language.grammar import END, Token

_HEAD = re.compile(r"\s*(?P<word>[^\W\d]\w*)(?P<rest>.*)", re.DOTALL)
_LONGEST_SHOWN = 30
"""Characters of a condition that a hint repeats."""

_FUNCTION = "a function is defined by f(u) = u^2, or by f(u) = {{ ...; value }}"
_RETURN = "the last statement of a function is its value: write {rest} alone"
_TYPE = "names need no declaration: write {rest}"
_IMPORT = "nothing is imported: `gradcli ops` lists the functions"
_CHOICE = "write else if C {{ ... }} behind the '}}' of an if"

_FOREIGN = {
    **dict.fromkeys(("def", "function", "func", "fn", "lambda"), _FUNCTION),
    **dict.fromkeys(("let", "var", "const", "int", "float", "double", "auto", "local"), _TYPE),
    **dict.fromkeys(("elif", "elsif", "elseif", "elseIf"), _CHOICE),
    **dict.fromkeys(("switch", "match", "case"), "write if C {{ ... }} else if C {{ ... }} else {{ ... }}"),
    **dict.fromkeys(("import", "from", "using", "include"), _IMPORT),
    **dict.fromkeys(("do", "loop", "until"), "write while C {{ ... }}, or repeat n {{ ... }}; break leaves a loop"),
    "foreach": "write for NAME in ARRAY {{ ... }}",
    "with": "write no_grad {{ ... }}",
    "return": _RETURN,
    "break": "break leaves the innermost loop, and stands alone",
}
"""What to write in place of a word that stands at the beginning of a statement, before a name, a number or a block."""

NO_VALUES = {
    **dict.fromkeys(("\\int", "\\iint", "\\oint", *"∫∬∭∮"), "there are derivatives here, and no integrals"),
    **dict.fromkeys(("\\lim", "lim"), "limits are not taken: write the expression alone"),
    "→": "to assign, write name = value; a limit is the first term of gradcli taylor EXPRESSION --about x=0",
    **dict.fromkeys(("\\sum", *"∑Σ"), "a sum is written sum(arange(1, 4)^2), or s = 0; for i in 1..4 { s = s + i^2 }; s"),
    **dict.fromkeys(("\\prod", *"∏Π"), "a product is written prod(arange(1, 4)), or p = 1; for i in 1..4 { p = p*i }; p"),
    **dict.fromkeys(("\\pm", "\\mp", *"±∓"), "write both expressions, one after the other"),
    **dict.fromkeys(("\\partial", "∂"), "--wrt NAME asks for a derivative"),
    **dict.fromkeys(
        ("\\nabla", "∇"), "gradcli diff gives the gradient, with --divergence, --curl or --laplacian what else ∇ stands for"
    ),
    **dict.fromkeys(("\\circ", "∘"), "write f(g(x)) for a function of a function"),
    **dict.fromkeys(("\\to", "\\in", *"∈∉∀∃⇒⇔≈≅≡∼∝"), "write the expression alone"),
    "\\prime": "write it behind what it is of: f', or (x^2)'",
}
"""What to write in place of a sign, or a command of LaTeX, that has no value here."""

ALONE = {
    "return": "the last statement of a function is its value: write the value alone",
    "continue": "there is no continue: put what it would skip into if C { ... }",
    "pass": "an empty block is { }",
    "end": "a block ends with '}'",
    "print": 'write print x, or print "x is", x',
    "output": "write output x, or output x, y",
    **{word: f"write {word} NAME" for word in ("backward", "retain_grad", "requires_grad")},
    "no_grad": "write no_grad { ... }",
    "while": "write while C { ... }",
    "repeat": "write repeat n { ... }",
    "for": "write for i in 0..n { ... }",
    "range": "write for i in 0..n { ... }",
    **dict.fromkeys(("lim", "limit"), "a limit is the first term of gradcli taylor EXPRESSION --about x=0"),
    **dict.fromkeys(("integral", "integrate"), "there are derivatives here, and no integrals"),
    **dict.fromkeys(
        ("grad", "gradient", "derivative", "deriv", "diff", "differentiate"),
        "the gradient is given beside the value: write the expression alone; in a program backward y, then w.grad",
    ),
}
"""What to write in place of a word that was read as a name or a function, and has no meaning as one."""


def misplaced(text: str, token: Token, previous: Token) -> GradcliError | None:
    """The error for a token that is wrong because of the statement that it stands in; None where that is not at fault.

    Args:
        text: The program.
        token: The token that no rule allows where it stands.
        previous: The token before it; without text where there is none.
    """
    if token.kind == "OTHERWISE" or (token.kind == "ELSE" and previous.kind in ("", "SEPARATOR", "LBRACE", "RBRACE")):
        hint = "write if C { ... } else { ... }, with further conditions as else if C { ... }"
        start = token.span[1] - len("else")
        return GradcliError("this 'else' belongs to no 'if'", (start, token.span[1]), hint)
    if previous.kind == "OTHERWISE" and token.kind != "LBRACE":
        rest = _line(text, token.span[0]).lstrip(": ")
        return _no_block(token, f"else {{ {_shown(rest) or '...'} }}", "else")
    if previous.kind == "IF" and token.kind == "LBRACE" and re.search(r"\}\s*else\s*\Z", text[: previous.span[0]][-200:]):
        return _no_condition(token, "else if C { ... }")
    start = _statement_start(text, previous.span[0] if previous.kind in ("LBRACE", "RBRACE", "SEPARATOR") else token.span[0])
    head = _HEAD.match(text, start)
    if head is None or head.start("word") > token.span[0]:
        return None
    word = head["word"]
    if word in _HEADS and head.end("word") <= token.span[0]:
        return _HEADS[word](text, head.end("word"), token, previous)
    if previous.text == "lambda":
        return GradcliError("'lambda' begins no value", previous.span, _FUNCTION.format())
    begins = head.end("word") + len(head["rest"]) - len(head["rest"].lstrip())
    if word in _FOREIGN and token.span[0] == begins and token.kind in ("NAME", "NUMBER", "LBRACE", "NO_GRAD", "WHILE", "IF"):
        rest = _shown(_line(text, begins))
        hint = _FOREIGN[word].format(rest=rest or "the rest")
        what = f"'{word}' begins no statement" if word != "break" else "this is more than a break"
        return GradcliError(what, head.span("word"), hint)
    return None


def _statement_start(text: str, end: int) -> int:
    return max(text.rfind(mark, 0, end) for mark in "\n;{}") + 1


def _line(text: str, start: int) -> str:
    """What stands between a place and the end of its statement."""
    found = re.compile("[^\n;{}#]*").match(text, start)
    assert found
    return found[0].strip()


def _shown(text: str) -> str:
    """The text, where it is short enough to be repeated."""
    return text if len(text) <= _LONGEST_SHOWN and text.isprintable() else ""


def _no_block(token: Token, example: str, after: str) -> GradcliError:
    ends = token.kind in (END, "SEPARATOR")
    place = (token.span[0], token.span[0] + 1) if ends else token.span
    return GradcliError(f"a block in braces must follow {after}", place, f"write {example}")


# ---- statements that have a block ----


def _condition(text: str, start: int, token: Token) -> str:
    """The condition behind a word, as far as it goes; C where it is long."""
    found = re.split(r":|\s(?:then|do)(?!\w)", _line(text, start))[0]
    return _shown(found.strip()) or "C"


def _if(text: str, start: int, token: Token, previous: Token) -> GradcliError | None:
    if token.kind == "LBRACE" and previous.kind == "IF" and not text[start : previous.span[0]].strip("if "):
        return _no_condition(token, "if C { ... }")
    if token.kind == "EQUAL" and previous.text == "if":
        return GradcliError("unexpected '=' after 'if'", token.span, "'if' begins a branch, and is no name")
    if token.kind == "EQUAL":
        opened = text.find("{", start, token.span[0])
        if opened < 0 and "(" not in text[start : token.span[0]]:
            return GradcliError("unexpected '='", token.span, "to compare, write ==")
    if token.kind in ("LBRACE", "ELSE", "IF") or _inside(text, start, token):
        return None
    test = _condition(text, start, token)
    if token.kind == "COMMA":
        return _no_block(token, "A if C else B for a value, or if C { ... } else { ... }", "the condition")
    if "then" in text[start : token.span[0]].split():
        at = text.rfind("then", start, token.span[0])
        place = Token("NAME", "then", (at, at + 4))
        return _no_block(place, f"if {test} {{ ... }} without 'then', or A if C else B for a value", "the condition")
    if not _ends_head(token) and test != _shown(text[start : token.span[0]].strip()):
        test = "C"
    return _no_block(token, _on_one_line(text, token) or f"if {test} {{ ... }}", "the condition")


def _while(text: str, start: int, token: Token, previous: Token) -> GradcliError | None:
    if token.kind == "LBRACE" and previous.text == "while":
        return _no_condition(token, "while C { ... }; while true { ... } runs until break")
    if previous.text != "while" and (token.kind in ("LBRACE", "EQUAL", "ELSE") or _inside(text, start, token)):
        return None
    if previous.text == "while" and token.span[0] == start:
        return None
    end = re.compile(r"[^:\n;{]*").match(text, start)
    assert end
    place = Token(END, "", (end.end(), end.end()))
    return _no_block(place, _on_one_line(text, place) or f"while {_condition(text, start, token)} {{ ... }}", "the condition")


def _for(text: str, start: int, token: Token, previous: Token) -> GradcliError | None:
    rest = text[start : start + 200].split("\n")[0]
    loop = re.match(r"\s*\(?\s*(?:\w+\s+)?([^\W\d]\w*)\s*(?:in(?!\w)|=|:)\s*(.*)", rest)
    name = loop[1] if loop else "i"
    if token.span[0] == start or (token.kind == "EQUAL" and not loop) or not re.match(r"\s", rest):
        return None
    if previous.kind == "FOR" and token.kind == "LBRACE":
        return GradcliError("what the loop goes over is missing", token.span, f"write for {name} in 0..n {{ ... }}")
    python = re.match(r"\s*([^\W\d]\w*)\s+in\s+range\((?:([\w.]+)\s*,\s*)?([\w.]+)\)", rest)
    if not python and (token.kind in ("DOTS", "ELLIPSIS", "COLON") or previous.kind == "DOTS"):
        return _range_error(token, previous, name, rest)
    if previous.kind == "FOR" or (loop and previous.kind != "NAME" and _inside(text, start, token) and "in" in rest.split()):
        return None
    if python:
        return _no_block(token, f"for {name} in {python[2] or 0}..{python[3]} {{ ... }}", "the range")
    if loop and re.match(r"\s*[^\W\d]\w*\s+in(?!\w)", rest):
        source = _shown(re.split(r":|\s", loop[2].strip())[0]) or "0..n"
        return _no_block(token, _on_one_line(text, token) or f"for {name} in {source} {{ ... }}", "what the loop goes over")
    return GradcliError("this is no loop", (start - len("for"), start), f"write for {name} in 0..n {{ ... }}")


def _range_error(token: Token, previous: Token, name: str, rest: str) -> GradcliError | None:
    if token.kind in ("ELLIPSIS", "COLON"):
        if token.kind == "COLON" and (".." in rest or "(" in rest or not re.search(r"\w\s*:\s*\w", rest)):
            return _no_block(token, f"for {name} in 0..n {{ ... }}", "what the loop goes over")
        return GradcliError(f"unexpected '{token.text}'", token.span, f"a range has two dots: for {name} in 0..n {{ ... }}")
    if previous.kind == "DOTS" and token.kind == "EQUAL":
        hint = f"a range leaves out its end: for {name} in 0..n + 1 {{ ... }} has n as the last"
    elif token.kind == "DOTS" and rest.count("..") > 1:
        hint = "a range has no step: count in steps of 1, and multiply"
    elif previous.kind == "DOTS" or token.kind == "DOTS":
        return GradcliError("an end of the range is missing", token.span, f"write for {name} in 0..n {{ ... }}")
    else:
        return None
    return GradcliError(f"unexpected '{token.text}'", token.span, hint)


def _repeat(text: str, start: int, token: Token, previous: Token) -> GradcliError | None:
    if previous.text != "repeat":
        return None
    if token.kind == "LBRACE":
        return GradcliError("the count is missing", token.span, "write repeat n { ... }; while true { ... } runs until break")
    if token.span[0] == start or token.kind in (END, "SEPARATOR"):
        return None
    count = _shown(re.split(r":|\s", _line(text, start))[0]) or "n"
    end = token.span[1] if token.text == count else token.span[0]
    return _no_block(Token("NAME", "", (end, end + 1)), f"repeat {count} {{ ... }}", "the count")


def _no_grad(text: str, start: int, token: Token, previous: Token) -> GradcliError | None:
    if previous.text != "no_grad" or token.kind not in ("NAME", "NUMBER", "COLON"):
        return None
    return _no_block(token, "no_grad { ... }", "no_grad")


def _ends_head(token: Token) -> bool:
    return token.kind in (END, "SEPARATOR", "COLON")


def _inside(text: str, start: int, token: Token) -> bool:
    """Whether a parenthesis or bracket is open before a token of a statement."""
    before = text[start : token.span[0]]
    return any(before.count(opening) > before.count(closing) for opening, closing in ("()", "[]")) and token.kind != "COMMA"


def _on_one_line(text: str, token: Token) -> str:
    """What to write where the block begins on the next line."""
    rest = text[token.span[0] : token.span[0] + 200].lstrip("\n \t") if token.kind in (END, "SEPARATOR") else ""
    return "the '{' on the same line" if rest.startswith("{") else ""


def _no_condition(token: Token, example: str) -> GradcliError:
    return GradcliError("the condition is missing", token.span, f"write {example}")


_HEADS: dict[str, Callable[[str, int, Token, Token], GradcliError | None]] = {
    "if": _if,
    "while": _while,
    "for": _for,
    "repeat": _repeat,
    "no_grad": _no_grad,
}


# ---- assignments of other languages ----


def step(text: str, token: Token, previous: Token) -> str:
    """What to write in place of ``i++``, where a token follows an operator; empty where it is not that."""
    twice = re.compile(r"([^\W\d]\w*)\s?(\+\+|--)").match
    start = _statement_start(text, previous.span[0])
    line = text[start : previous.span[1]].strip()
    found = twice(line)
    if token.kind in (END, "SEPARATOR", "RPAR", "RBRACE") and found and found.end() == len(line):
        return f"to assign, write {found[1]} = {found[1]} {found[2][0]} 1"
    return ""


def brace(text: str, span: Span) -> str:
    """What to write in place of a ``{`` that begins no block."""
    start = _statement_start(text, span[0])
    before = text[start : span[0]]
    if re.search(r"(?<!\w)if\W.*(?<!\w)else\s*\Z", before):
        return "a value is written A if C else B; a branch begins with if"
    function = re.fullmatch(r"\s*([^\W\d]\w*\([\w\s,]*\))\s*", before)
    if function:
        return f"a function is written {function[1]} = {{ ...; value }}"
    if re.search(r"(?<!\w)(?:and|or|not)\s*\Z", before):
        return "a value is missing before it"
    if before[-1:].isspace() and before.strip() and before.rstrip()[-1].isalnum():
        return "a block follows if, else, for, while, repeat or no_grad; to group, write parentheses ( )"
    return "group with parentheses ( )"
