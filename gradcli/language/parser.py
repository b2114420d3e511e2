"""Text to AST: a shift-reduce parser driven by the tables of the grammar."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from gradcli.errors import GradcliError, Span, visible
from gradcli.language import builder
from gradcli.language.ast import Program
from gradcli.language.grammar import Tables, load_tables, scanner

END = "$END"


class _Token(NamedTuple):
    kind: str
    text: str
    span: Span


class _Automaton(NamedTuple):
    tables: Tables
    match: Callable[..., Any]
    builds: list[Any]


@functools.lru_cache(maxsize=1)
def _automaton() -> _Automaton:
    tables = load_tables()
    return _Automaton(tables, scanner(tables).match, builder.builders([rule.builds for rule in tables.rules]))


def parse(text: str, where: str = "expression") -> Program:
    """Parse a program.

    Args:
        text: One or more statements, separated by newlines or semicolons.
        where: What error messages call the text.

    Returns:
        The program; its last statement is its output.

    Raises:
        GradcliError: The text is not a program; the error names the place and what to write instead.
    """
    try:
        statements = _run(text)
        program = builder.program(statements)
        if not program.statements:
            raise GradcliError("the expression is empty", (0, 0), 'write one, such as "(x+w)*(w+1)"')
        return program
    except GradcliError as error:
        raise error.located(text, where) from None


def is_name(text: str) -> bool:
    """Whether the language reads a text as one name."""
    found = _automaton().match(text, 0)
    return found.lastgroup == "NAME" and found["NAME"] == text


def _run(text: str) -> Sequence[Any]:
    """The shift-reduce loop (Aho, Lam, Sethi and Ullman, Compilers, 2nd ed., algorithm 4.44).

    Three stacks grow and shrink together: states, values, and the position in the text where each value starts.
    """
    tables, match, builds = _automaton()
    rules, actions, gotos, accept = tables.rules, tables.actions, tables.gotos, tables.accept
    # Most reductions pass one symbol on to the next level of precedence. Where such a chain of them leads depends only on the
    # state below, the state, and the coming token, so it is walked once and remembered.
    chains: dict[tuple[int, int, str], int] = {}
    states = [0]
    values: list[Any] = []
    starts: list[int] = []
    open_parentheses: list[int] = []
    position = end = 0
    while True:
        found = match(text, position)
        position = found.end()
        kind = found.lastgroup
        if kind is None:
            if position < len(text):
                raise _unexpected_character(text, position)
            kind, token_start, token = END, position, ""
        else:
            token_start, token = found.start(kind), found[kind]
            if kind == "LPAR":
                open_parentheses.append(token_start)
            elif kind == "RPAR":
                if not open_parentheses:
                    raise GradcliError("this ')' closes nothing", (token_start, position), "remove it, or write the missing '('")
                open_parentheses.pop()
            elif open_parentheses and kind == "SEPARATOR" and token == "\n":
                continue
        state = states[-1]
        while True:
            action = actions[state].get(kind)
            if action is None:
                raise _unexpected(text, _Token(kind, token, (token_start, position)), end, actions[state], open_parentheses)
            if action >= 0:
                states.append(action)
                values.append(token)
                starts.append(token_start)
                end = position
                break
            rule = rules[-1 - action]
            length = rule.length
            build = builds[-1 - action]
            if build is None and length == 1:
                below = states[-2]
                key = (below, state, kind)
                target = chains.get(key, -1)
                if target < 0:
                    target = chains[key] = _chain(tables, builds, below, state, kind)
                states[-1] = state = target
                if state == accept:
                    return cast("Sequence[Any]", values[-1])
                continue
            if length:
                start = starts[-length]
                value = build(values[-length:], (start, end))
                del states[-length:], values[-length:], starts[-length:]
            else:
                start = token_start
                value = build((), (start, start))
            values.append(value)
            starts.append(start)
            state = gotos[states[-1]][rule.symbol]
            states.append(state)


def _chain(tables: Tables, builds: Sequence[Any], below: int, state: int, kind: str) -> int:
    """The state after all reductions that only pass a symbol on."""
    while True:
        action = tables.actions[state].get(kind, 0)
        if action >= 0 or builds[-1 - action] is not None or tables.rules[-1 - action].length != 1:
            return state
        state = tables.gotos[below][tables.rules[-1 - action].symbol]
        if state == tables.accept:
            return state


_HINTS = {
    "&": "write and",
    "|": "write or; the absolute value is abs(x)",
    "!": "write not; the factorial of n is exp(lgamma(n + 1))",
    "'": "quotation marks are not part of an expression",
    '"': "quotation marks are not part of an expression",
    "$": "variables are written without '$'",
    "\\": "write functions by their names: sqrt(x), not \\sqrt{x}",
    "{": "group with parentheses ( )",
    "}": "group with parentheses ( )",
    "[": "group with parentheses ( )",
    "]": "group with parentheses ( )",
}


def _unexpected_character(text: str, position: int) -> GradcliError:
    character = text[position]
    shown = visible(character) if character.isprintable() else f"U+{ord(character):04X}"
    return GradcliError(f"unexpected character '{shown}'", (position, position + 1), _HINTS.get(character, ""))


_KEYWORDS = {"IF", "ELSE", "AND", "OR", "NOT"}


def _unexpected(
    text: str, token: _Token, end: int, expected: dict[str, int], open_parentheses: Sequence[int]
) -> GradcliError:
    """The error for a token that no rule allows here; ``end`` is where the token before it ends."""
    previous = _last_token(text, end)
    wants_value = "NUMBER" in expected
    if token.kind in (END, "SEPARATOR"):
        if wants_value:
            hint = "write a value after it" if previous.text else 'write one, such as "(x+w)*(w+1)"'
            what = "the expression" if token.kind == END else "the statement"
            message = f"{what} ends after '{previous.text}', where a value is missing" if previous.text else f"{what} is empty"
            return GradcliError(message, (end, end + 1), hint)
        if "ELSE" in expected and "RPAR" not in expected:
            return GradcliError("this 'if' has no 'else'", previous.span, "write A if C else B")
        if open_parentheses:
            at = open_parentheses[-1]
            return GradcliError("this '(' is never closed", (at, at + 1), "write the missing ')'")
    shown = visible(token.text)
    if wants_value:
        return _not_a_value(shown, token, previous)
    if token.kind in ("NAME", "NUMBER", "LPAR", "ROOT") and previous.kind in ("NAME", "NUMBER", "RPAR", "SUPERSCRIPT"):
        return _no_operator(shown, token, previous)
    if token.kind == "COMMA" and previous.kind == "NUMBER":
        return GradcliError("unexpected ','", token.span, "decimals take a point: 1.5; ',' stands between the arguments of a function")
    if token.kind == "COMMA":
        return GradcliError("unexpected ','", token.span, "',' stands only between the arguments of a function; separate statements with ';'")
    if token.kind == "EQUAL":
        return GradcliError("unexpected '='", token.span, "to compare, write ==; to assign, write name = value")
    if token.kind in _KEYWORDS:
        return GradcliError(f"unexpected '{shown}'", token.span, "write A if C else B" if token.kind in ("IF", "ELSE") else "")
    return GradcliError(f"unexpected '{shown}'", token.span, "an operator or the end of the expression belongs here")


def _not_a_value(shown: str, token: _Token, previous: _Token) -> GradcliError:
    hint = ""
    if token.kind == "RPAR" and previous.kind == "LPAR":
        return GradcliError("these parentheses are empty", (previous.span[0], token.span[1]), "write a value between them")
    if token.kind == "IF":
        hint = "a condition stands in the middle: A if C else B"
    elif previous.text + token.text in ("=>", "=<"):
        hint = f"write {token.text}="
    elif previous.text == "=" and token.text == "=":
        hint = "to compare, write =="
    elif token.kind == "NOT":
        hint = "put the condition in parentheses: (not C)"
    after = f" after '{visible(previous.text)}'" if previous.text else ""
    return GradcliError(f"unexpected '{shown}'{after}: a value is missing before it", token.span, hint)


def _no_operator(shown: str, token: _Token, previous: _Token) -> GradcliError:
    left = visible(previous.text)
    if previous.kind == "NAME" and token.kind == "NAME":
        hint = f"write {left}*{shown} for a product, or {left}({shown}) for a function"
    elif previous.kind == "NAME" and token.kind == "NUMBER":
        hint = f"write {left}*{shown} for a product, {left}^{shown} for a power, or {left}({shown}) for a function"
    elif token.kind == "NUMBER":
        hint = f"write *{shown} for a product, or ^{shown} for a power"
    else:
        hint = "write * for a product"
    return GradcliError(f"an operator is missing before '{shown}'", token.span, hint)


def _last_token(text: str, end: int) -> _Token:
    """The token that ends at a position; a token of no text where there is none."""
    _, match, _ = _automaton()
    line_start = max(text.rfind("\n", 0, end) + 1, end - 10_000)
    position = line_start
    while position < end:
        found = match(text, position)
        if found.lastgroup is None:
            break
        if found.end() >= end:
            return _Token(found.lastgroup, found[found.lastgroup], found.span(found.lastgroup))
        position = found.end()
    return _Token("", "", (end, end))
