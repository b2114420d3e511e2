"""Text to AST: a shift-reduce parser driven by the tables of the grammar."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from gradcli.errors import GradcliError, Span
from gradcli.language import builder, statement_builder
from gradcli.language.ast import Expression, Output, Program
from gradcli.language.grammar import END, Tables, Token, load_tables
from gradcli.language.scanner import Scanner
from gradcli.typing import Any, NamedTuple, cast

_BRACKETS = {"LPAR": "", "LSQB": "", "LBRACE": "", "RPAR": "(", "RSQB": "[", "RBRACE": "{", "OTHERWISE": "{"}
"""What each closing bracket closes; an opening one closes nothing."""

_TAPE_WORDS = ("backward", "grad", "is_leaf")


Last = Callable[[str, int], Token]


class Automaton(NamedTuple):
    """What the loop of the parser runs on: the tables of a grammar, what finds the next token, and the function of each rule."""

    tables: Tables
    match: Callable[..., Any]
    builds: list[Any]


class ReadText(str):
    """A text that has been read already, other than strictly; to everybody else it is what was typed.

    Attributes:
        program: What it means.
        read_as: The same in the strict language.
        notes: What could have meant something else.
        others: The places that may mean something else, as :func:`gradcli.language.readings.otherwise.otherwise` takes them.
    """

    program: Program
    read_as: str
    notes: tuple[str, ...]
    others: tuple[Any, ...] = ()


def _builders(names: Sequence[str | None]) -> list[Callable[[Sequence[Any], Span], Any] | None]:
    """The function of each rule; None for a rule that passes its symbol on."""
    functions = {**vars(builder), **vars(statement_builder)}
    return [None if name is None else functions[name] for name in names]


@functools.lru_cache(maxsize=1)
def _grammar() -> tuple[Tables, Scanner, list[Any]]:
    tables = load_tables()
    return tables, Scanner(tables), _builders([rule.builds for rule in tables.rules])


def _automaton(text: str) -> Automaton:
    tables, scanner, builds = _grammar()
    return Automaton(tables, scanner.expression(text).match, builds)


def parse_expression(text: str) -> Expression:
    """The expression that a text is and nothing else."""
    statement = parse(text).statements[0]
    assert isinstance(statement, Output)
    return statement.value


def parse(text: str, where: str = "expression") -> Program:
    """Parse a program.

    Args:
        text: One or more statements, separated by newlines or semicolons; one that has been read is not read again.
        where: What error messages call the text.

    Returns:
        The program; its last statement is its output.

    Raises:
        GradcliError: The text is not a program; the error names the place and what to write instead.
    """
    if isinstance(text, ReadText):
        return text.program
    try:
        statements = tuple(run(text, _automaton(text), _last_token))
        program = Program(statements, any(word in text for word in _TAPE_WORDS), "diff" in text)
        if not program.statements:
            raise GradcliError("the expression is empty", (0, 0), 'write one, such as "(x+w)*(w+1)"')
        return program
    except GradcliError as error:
        raise error.located(text, where) from None


def is_name(text: str) -> bool:
    """Whether the language reads a text as one name."""
    found = _automaton(text).match(text, 0)
    return bool(found.lastgroup == "NAME" and found["NAME"] == text)


def run(text: str, automaton: Automaton, last_token: Last) -> Sequence[Any]:
    """The shift-reduce loop (Aho, Lam, Sethi and Ullman, Compilers, 2nd ed., algorithm 4.44).

    Args:
        text: What is read.
        automaton: By what.
        last_token: Gives the token that ends at a place, for messages.

    Three stacks grow and shrink together: states, values, and the position in the text where each value starts.
    """
    tables, match, builds = automaton
    rules, actions, gotos, accept, brackets = tables.rules, tables.actions, tables.gotos, tables.accept, _BRACKETS
    # Most reductions pass one symbol on to the next level of precedence. Where such a chain of them leads depends only on the
    # state below, the state, and the coming token, so it is walked once and remembered.
    chains: dict[tuple[int, int, str], int] = {}
    states = [0]
    values: list[Any] = []
    starts: list[int] = []
    open_brackets: list[int] = []
    position = end = 0
    while True:
        found = match(text, position)
        position = found.end()
        kind = found.lastgroup
        if kind is None:
            if position < len(text):
                from gradcli.language.diagnosis import unexpected_character

                raise unexpected_character(text, position)
            kind, token_start, token = END, position, ""
        else:
            token_start, token = found.start(kind), found[kind]
            if kind in brackets:
                if not (closes := brackets[kind]):
                    open_brackets.append(token_start)
                elif open_brackets and text[open_brackets[-1]] == closes:
                    open_brackets.pop()
                else:
                    from gradcli.language.diagnosis import closes_nothing

                    raise closes_nothing(text, Token(kind, token, (token_start, position)), closes, open_brackets)
            elif open_brackets and kind == "SEPARATOR" and token == "\n" and text[open_brackets[-1]] != "{":
                continue
        state = states[-1]
        while True:
            action = actions[state].get(kind)
            if action is None:
                from gradcli.language.diagnosis import unexpected

                found_token = Token(kind, token, (token_start, position))
                raise unexpected(text, found_token, last_token(text, end), actions[state], open_brackets)
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


def _last_token(text: str, end: int) -> Token:
    """The token that ends at a position; a token of no text where there is none."""
    match = _automaton(text).match
    line_start = max(text.rfind("\n", 0, end) + 1, end - 10_000)
    position = line_start
    while position < end:
        found = match(text, position)
        if found.lastgroup is None:
            break
        if found.end() >= end:
            return Token(found.lastgroup, found[found.lastgroup], found.span(found.lastgroup))
        position = found.end()
    return Token("", "", (end, end))
