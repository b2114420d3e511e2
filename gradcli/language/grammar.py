"""The parse tables: what Lark's LALR(1) analysis makes of ``grammar/gradcli.lark``.

Loading Lark and analysing the grammar would cost each call of the command line several times the work it came for. So the
analysis is done once (``python -m gradcli.language.grammar`` writes ``grammar/tables.txt``), and each call reads the tables.
The grammar stays the one source: tables that were made from another text of it are not used, and the grammar is analysed
afresh.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping, Sequence

from gradcli.errors import Span
from gradcli.typing import Any, NamedTuple

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GRAMMAR_NAME = "gradcli.lark"
TABLES_NAME = "tables.txt"
READINGS = {
    "strict": (GRAMMAR_NAME,),
    "lenient": (GRAMMAR_NAME, "lenient.lark"),
    "latex": (GRAMMAR_NAME, "lenient.lark", "latex.lark"),
}
"""The grammars of each reading: a rule or a token of a later one stands in place of the one of the same name before it."""
END = "$END"
"""The terminal after the last one of a text."""


class Token(NamedTuple):
    """A terminal in a text."""

    kind: str
    text: str
    span: Span


class Rule(NamedTuple):
    """A production: the symbol it makes, how many symbols it takes, and what it builds (None passes its symbol on)."""

    symbol: str
    length: int
    builds: str | None


class Rows(dict[int, dict[str, int]]):
    """A table of numbers by state and symbol. The row of a state is read when the parser first comes to that: a line of a program
    comes to few.

    Attributes:
        texts: For each state the symbols with their numbers: ``"PLUS 12 MINUS 13"``.
    """

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.texts = texts

    def __missing__(self, state: int) -> dict[str, int]:
        words = self.texts[state].split()
        row = self[state] = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        return row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.texts == other.texts

    __hash__ = None


class Tables(NamedTuple):
    """An LALR(1) automaton (Aho, Lam, Sethi and Ullman, Compilers, 2nd ed., section 4.7).

    ``actions[state][terminal]`` is the next state where that is not negative, else rule ``-1 - action`` is reduced;
    ``gotos[state][symbol]`` is the state after a reduction; ``terminals`` are pairs of a name and a regular expression in the
    order in which they are tried; ``accept`` is the state in which the text is complete.
    """

    source: int
    terminals: list[list[str]]
    ignored: list[str]
    rules: list[Rule]
    actions: Rows
    gotos: Rows
    accept: int


def grammar_folder() -> str:
    """Where the grammar stands: inside the installed package, or beside it in a checkout."""
    inside = os.path.join(_PACKAGE, "grammar")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), "grammar")


def _read(name: str) -> bytes:
    with open(os.path.join(grammar_folder(), name), "rb") as file:
        return file.read()


def tables_name(reading: str) -> str:
    """The file of the tables of a reading."""
    return TABLES_NAME if reading == "strict" else f"{reading}.txt"


def load_tables(reading: str = "strict") -> Tables:
    """The tables of the grammar of a reading, one of :data:`READINGS`, as it is now."""
    texts = [_read(name) for name in READINGS[reading]]
    try:
        with open(os.path.join(grammar_folder(), tables_name(reading)), encoding="utf-8") as file:
            found = read_tables(file.read())
    except FileNotFoundError:
        found = None
    if found and found.source == zlib.crc32(b"".join(texts)):
        return found
    return analyse(*(text.decode("utf-8") for text in texts))


def tables_text(tables: Tables) -> str:
    """Tables as a file has them: each under its name, with a line for each of its rows."""
    parts = {
        "source": [str(tables.source)],
        "accept": [str(tables.accept)],
        "ignored": tables.ignored,
        "terminals": [f"{name} {regexp}" for name, regexp in tables.terminals],
        "rules": [f"{rule.symbol} {rule.length} {rule.builds or ''}".rstrip() for rule in tables.rules],
        "actions": tables.actions.texts,
        "gotos": tables.gotos.texts,
    }
    return "".join([f"[{name}]\n" + "".join([f"{row}\n" for row in rows]) for name, rows in parts.items()])


def read_tables(text: str) -> Tables:
    """Tables from the text of a file; see :func:`tables_text`."""
    parts: dict[str, list[str]] = {}
    for part in text[1:-1].split("\n["):
        name, *rows = part.split("\n")
        parts[name.rstrip("]")] = rows
    rules = [rule.split() for rule in parts["rules"]]
    return Tables(
        source=int(parts["source"][0]),
        terminals=[terminal.split(" ", 1) for terminal in parts["terminals"]],
        ignored=parts["ignored"],
        rules=[Rule(symbol, int(length), builds[0] if builds else None) for symbol, length, *builds in rules],
        actions=Rows(parts["actions"]),
        gotos=Rows(parts["gotos"]),
        accept=int(parts["accept"][0]),
    )


_DECLARATION = r"^([A-Za-z]\w*)(?:\.[0-9]+)?:.*\n(?:(?:[ \t]+.*)?\n(?=[ \t]|\n))*"
"""A rule or a token with the lines that continue it, which are indented."""


def merged(texts: Sequence[str]) -> str:
    """One grammar of several, each of which replaces declarations of those before it."""
    whole = texts[0]
    for text in texts[1:]:
        own = {found[1] for found in re.finditer(_DECLARATION, text, re.MULTILINE)}
        replaced = [found for found in re.finditer(_DECLARATION, whole, re.MULTILINE) if found[1] in own]
        for found in reversed(replaced):
            whole = whole[: found.start()] + whole[found.end() :]
        whole += "\n" + text
    return whole


class _BeforeRules:
    """Tells Lark of the terminals that a reading turns into others before rules see them, and which no rule has."""

    always_accept = ("COMMAND", "INDEX", "DOLLAR", "PRIMES", "OF_UNICODE")

    def process(self, stream: Any) -> Any:
        return stream


def analyse(*texts: str) -> Tables:
    """Let Lark analyse a grammar.

    Args:
        texts: The grammar in Lark's notation, and those that extend it.

    Raises:
        lark.exceptions.GrammarError: The text is not an LALR(1) grammar.
    """
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(merged(texts), parser="lalr", lexer="basic", propagate_positions=False, postlex=_BeforeRules())
    table: Any = lark.parser.parser._parse_table
    order = _breadth_first(table.states, table.start_states["start"], Shift)
    number = {state: index for index, state in enumerate(order)}
    rules: dict[Any, int] = {}
    actions: list[str] = []
    gotos: list[str] = []
    terminal_names = {symbol for row in table.states.values() for symbol in row if str(symbol).lstrip("_").isupper()} | {END}
    for state in order:
        row: list[str] = []
        jumps: list[str] = []
        for symbol, (kind, argument) in sorted(table.states[state].items(), key=lambda item: str(item[0])):
            if kind is not Shift:
                row.append(f"{symbol} {-1 - rules.setdefault(argument, len(rules))}")
            elif symbol in terminal_names:
                row.append(f"{symbol} {number[argument]}")
            else:
                jumps.append(f"{symbol} {number[argument]}")
        actions.append(" ".join(row))
        gotos.append(" ".join(jumps))
    return Tables(
        source=zlib.crc32("".join(texts).encode("utf-8")),
        terminals=[[t.name, t.pattern.to_regexp().replace("\n", "\\n")] for t in sorted(lark.terminals, key=_lexing_order)],
        ignored=sorted(lark.ignore_tokens),
        rules=[Rule(str(rule.origin.name), len(rule.expansion), rule.alias and str(rule.alias)) for rule in rules],
        actions=Rows(actions),
        gotos=Rows(gotos),
        accept=number[table.end_states["start"]],
    )


def _breadth_first(states: Mapping[Any, Any], start: Any, shift: Any) -> list[Any]:
    """The states in an order that depends on the grammar alone, so that the written tables are the same in every run."""
    order = [start]
    seen = {start}
    for state in order:
        for _, (kind, target) in sorted(states[state].items(), key=lambda item: str(item[0])):
            if kind is shift and target not in seen:
                seen.add(target)
                order.append(target)
    return order


def _lexing_order(terminal: Any) -> tuple[int, int, str]:
    """Higher priority first, then the longer literal, as Lark's lexer has it."""
    literal = len(terminal.pattern.value) if terminal.pattern.type == "str" else 0
    return -terminal.priority, -literal, terminal.name


def write_tables() -> list[str]:
    """Analyse the grammars and write the tables beside them; returns where."""
    paths = []
    for reading, names in READINGS.items():
        tables = analyse(*(_read(name).decode("utf-8") for name in names))
        paths.append(os.path.join(grammar_folder(), tables_name(reading)))
        with open(paths[-1], "w", encoding="utf-8", newline="\n") as file:
            file.write(tables_text(tables))
    return paths


if __name__ == "__main__":
    print("\n".join(write_tables()))
