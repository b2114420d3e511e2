"""What a session knows, and what a line does to it.

``x = 2`` gives the variable x a value, as ``--x 2`` does on the command line, so that derivatives by x are taken; an
assignment of anything that depends on a variable, ``a = x + w``, is the language's own, and names a node.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from gradcli.autodiff.request import NOTHING, Request
from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.autodiff.runs.program_run import recorded
from gradcli.cli.framework.choices import done
from gradcli.cli.framework.command import HELP_FLAGS, Command
from gradcli.cli.framework.reader import read
from gradcli.cli.framework.streams import only_ascii, write, write_error, write_lines, write_note
from gradcli.cli.framework.table import command_named, command_names, option_like
from gradcli.cli.inputs.ranges import MOST
from gradcli.cli.inputs.variables import number
from gradcli.cli.repl.state import WORD, State
from gradcli.errors import WARNED, ExitCode, GradcliError, NoValueError, UnknownVariableError, located, nearest, said, visible
from gradcli.language.ast import Assignment, Definition, Program
from gradcli.language.numbers import number_text
from gradcli.language.parser import parse
from gradcli.language.program_text import statement_text
from gradcli.language.statements import Action, Print, free_names
from gradcli.language.text import to_text
from gradcli.lowering.programs.lower import is_fact
from gradcli.output.wrapping import wrapped
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape

_SLOW = re.compile(r"\w\(|@")
"""In a value what may take its time at each key: ones(9999, 9999), or a file."""
_DERIVATIVE = re.compile(r"(?<!\w)d\s*/\s*d[^\W\d]\s*\(")
"""A derivative of what stands in parentheses, which strictly is a quotient: d/dx(x^2)."""
_ASKED = re.compile(r"dy\s*/\s*d([^\W\d]\w*)|[yf]'(?:\(\s*[^\W\d]\w*\s*\))?")
"""What asks for the derivative of the last expression: dy/dx, y'."""
_AT = re.compile(r"([^\W\d]\w*)('+)\(\s*([^()]*(?:\([^()]*\)[^()]*)*)\s*\)")
"""What asks for the derivative of a function at a place: f'(2), y''(pi/2)."""
_LIKE_A_COMMAND = re.compile(r"([a-z][a-z-]+)(?:\s+(?:[\w\"'\[(]|--\w).*)?")
"""What may be a command without its colon: diff x^2, which as a formula is no product of letters."""
_SHELL = re.compile(rf"\bgradcli (?=(?:{'|'.join(command_names())})\b)")
"""What a hint says of a shell, where a command begins with a colon here."""
_SEVERAL = re.compile(r"{0}(?:,{0})+".format(r"\s*[^\W\d]\w*\s*=[^,;=()\[\]{}]+"))
"""Values as options take them: x = 2, w = 1."""

AHEAD_NODES = 2_000
"""Nodes, and turns of loops, up to which a value is shown while somebody types."""

OWN = {
    "help": "this list; :help TOPIC is a page of the manual, :help COMMAND the options of a command",
    "names": "the values of variables, and what is named",
    "undo": "back to before the last line that changed anything",
    "reset": "forget everything",
    "quit": "the end, as Ctrl-D",
}
"""The commands of a session itself; all others are those of the package."""

WORDS = {"help": "help", "?": "help", "quit": "quit", "exit": "quit", ":q": "quit"}
"""What people type for a command where it is no name."""


class Session:
    """A session.

    Attributes:
        state: What has been typed so far.
        code: The exit code: the highest of all lines.
        ended: Whether somebody asked for the end.
    """

    def __init__(self) -> None:
        self.state = State({}, ())
        self.before: list[State] = []
        self.code = 0
        self.ended = False

    def enter(self, text: str) -> None:
        """Do what a line says, and write what comes of it; what is wrong is written, and changes nothing."""
        try:
            if (word := WORDS.get(text)) and not self._is_name(text):
                code = self._command(word)
            elif (own := _LIKE_A_COMMAND.fullmatch(text)) and own[1] in (*command_names(), *OWN) and not self._is_name(own[1]):
                code = self._as_command(text)
            elif (at := _AT.fullmatch(text)) and (self._is_name(at[1]) or not _ASKED.fullmatch(text)):
                code = self._as_command(self.state.derivative_at(*at.groups()))
            elif (asked := _ASKED.fullmatch(text)) and not self._is_name("dy"):
                code = self._as_command(" ".join(["diff", *(["--wrt", asked[1]] if asked[1] else [])]))
            else:
                code = self._command(text[1:]) if text.startswith(":") else self._statements(text)
        except GradcliError as error:
            code = self._failed(error)
        except KeyboardInterrupt:
            write_note("interrupted")
            code = ExitCode.INTERRUPTED
        self.code = max(self.code, code or 0)

    def _as_command(self, own: str) -> ExitCode | None:
        """Run a command that is typed in another way."""
        write_note(f"read as: :{own}")
        return self._command(own)

    def _is_name(self, text: str) -> bool:
        """Whether a word is a name that somebody gave a meaning."""
        return text in self.state.values or any(name == text for name, _ in self.state.named)

    def _failed(self, error: GradcliError) -> ExitCode:
        if isinstance(error, NoValueError):
            name = error.message.removeprefix("no value for ").partition(",")[0].partition(" ")[0]
            error.hint = f"write {name} = 1, or any other value"
        error.hint = _SHELL.sub(":", error.hint)
        write_error(error, as_json=False)
        return error.exit_code

    # ---- lines of the language ----

    def _as_read(self, text: str, *, aloud: bool = True) -> str:
        """A text in the strict language, which may be written as people write; then it is said as what it was read.

        Raises:
            GradcliError: It cannot be read in either way.
        """
        try:
            if not _DERIVATIVE.search(text):
                parse(text, "line")
                return text
            raise GradcliError("a derivative")
        except GradcliError:
            from gradcli.ops.words import read as read_text

            try:
                found = read_text(text, "line", known=[*self.state.values, *[name for name, _ in self.state.named]])
            except GradcliError:
                return text  # what is wrong with it strictly is said
            for note in [f"read as: {found.read_as}", *[f"note: {note}" for note in found.notes]] if aloud else ():
                write_note(visible(note))
            return found.read_as

    def _statements(self, text: str) -> ExitCode | None:
        if _SEVERAL.fullmatch(text):
            text = text.replace(",", ";")
            write_note(f"read as: {visible(text)}")
        text = self._as_read(text)
        if all(isinstance(one, Print) or is_fact(one) for one in parse(text, "line").statements):
            self._show(text)
            return None
        state, bound = self._after(text)
        shown = [f"{name} = {state.values[name]}" for name in dict.fromkeys(bound)]
        alone = state.last == self.state.last and state.named != self.state.named  # a function, which shows nothing
        if state.last and not alone:
            try:
                shown = [*shown, self._result(state)]
            except NoValueError as error:
                shown = [*shown, f"{error.message}; :diff, :simplify and :explain need none"]
        self._become(state)
        write_lines(visible(line) for line in shown)
        return None

    def _show(self, text: str) -> None:
        """Write what a line shows of the session: w.grad, W.shape, print w. It becomes no expression of the session."""
        from gradcli.output.reports.runs.printed import printed_line

        before = self.state.last
        acts = bool(before) and any(isinstance(one, Action) for one in parse(before).statements)
        tape = self._tape(self.state, f"{before}\n{text}\n0" if acts else f"{text}\n0")
        write_lines(visible(printed_line(one)) for one in tape.printed)

    def _after(self, text: str, *, check: bool = True) -> tuple[State, list[str]]:
        """The state after a line, and the variables that it gives a value."""
        values, named, last = dict(self.state.values), list(self.state.named), self.state.last
        bound: list[str] = []
        program = parse(text, "line")
        simple = all(isinstance(statement, Assignment | Definition) for statement in program.statements[:-1])
        for at, statement in enumerate(program.statements if simple else ()):
            own = text if len(program.statements) == 1 else _said(text, program, at)
            if isinstance(statement, Assignment):
                one = Program((statement,))
                known = {*values, *[name for name, _ in named]}
                if not variables_among(free_names(one), known):
                    value = own.partition("=")[2].strip()
                    if check:
                        number(value, statement.name)  # it must be one that options take as well
                    named = [one for one in named if one[0] != statement.name]
                    values[statement.name] = value
                    bound.append(statement.name)
                    continue
            if isinstance(statement, Assignment | Definition):
                if isinstance(statement, Assignment):
                    values.pop(statement.name, None)
                named.append((statement.name, own))
            if not isinstance(statement, Definition):
                last = own
        return State(values, tuple(named), last if simple else text), bound

    def _result(self, state: State, limits: Mapping[str, Any] = NOTHING) -> str:
        """Value and gradient in one line."""
        tape = self._tape(state, state.last, limits)
        found = [f"{tape.names[tape.output]} = {number_text(tape.value)}"]
        if tape.adjoints[tape.output] is not None:
            found += [
                f"{to_text(tape.derivative(name), pretty=True)} = {number_text(value)}"
                for name, value in tape.full_gradient.items()
            ]
        return "    ".join(" ".join(part.split()) for part in found)

    def _tape(self, state: State, last: str, limits: Mapping[str, Any] = NOTHING) -> Tape:
        """The run of a text, at the values of its variables."""
        text = state.program(last)
        with located(text, "line"):
            program = parse(text, "line")
            point = {name: number(value, name) for name, value in state.values_of(program).items()}
            return recorded(program, Request(point, **limits))

    def ahead(self, text: str) -> str:
        """What a line would give, while somebody types it; what is wrong with it where it is not whole."""
        if not text.strip() or text.startswith(":"):
            return self.state.last.replace("\n", "; ")
        try:
            state, _ = self._after(self._as_read(text, aloud=False), check=False)
            if not state.last or len(text) > AHEAD_NODES or any(_SLOW.search(value) for value in state.values.values()):
                return ""
            return self._result(state, dict.fromkeys(("max_nodes", "max_steps", "max_elements"), AHEAD_NODES))
        except GradcliError as error:
            return said(error.message)

    def _become(self, state: State) -> None:
        if state != self.state:
            self.before.append(self.state)
            self.state = state

    # ---- commands ----

    def _command(self, text: str) -> ExitCode | None:
        try:
            name, *arguments = shlex.split(text) or ["help"]
        except ValueError as error:
            raise GradcliError(f"the line cannot be taken apart: {str(error).lower()}", hint="close the quotation") from None
        own: dict[str, Callable[[], None]] = {
            "help": self._help, "names": self._names, "undo": self._undo, "reset": self._reset, "quit": self._quit,
        }  # fmt: skip
        if name in own and not arguments:
            own[name]()
            return None
        if name not in command_names() or name == "repl":
            near = nearest(name, [*OWN, *[one for one in command_names() if one != "repl"]])
            hint = f"did you mean :{near}?" if near else ":help lists the commands"
            raise GradcliError(f"there is no command :{name}", hint=hint)
        if {*HELP_FLAGS} & {*arguments}:
            name, arguments = "help", [name]
        command = command_named(name)
        kind, own_options = command.positional[0].strip("[]"), read(command, arguments)
        others = own_options.positional[: {"EXPRESSION": 1, "EXPRESSIONS": None}.get(kind, 0)]
        if kind == "EXPRESSION" and not {*"'\""} & {*text}:
            others = own_options.positional  # sin x
        for other in others:  # an expression that is given takes the place of the last one
            arguments.remove(other)
        others = [" ".join(others)] if kind == "EXPRESSION" and others else others
        named = {given.name for given in own_options.variables} | {
            one.partition("=")[0] for one in own_options.given.get("set", ())
        }
        options = read(command, [*self.given(command, [self._as_read(other) for other in others], named), *arguments])
        if "ascii" in options.given:
            only_ascii()
        WARNED.clear()
        try:
            return done(command, options)
        except UnknownVariableError as error:
            raise option_like(error, options) from None

    def given(self, command: Command[Any], texts: Sequence[str] = (), named: Collection[str] = ()) -> Sequence[str]:
        """What a command is given: the programs that end so, and the values of their variables, but for those named."""
        takes_program = "--expression" in command.by_flag
        if not takes_program and not command.takes_expressions and "--set" not in command.by_flag:
            return ()
        texts = texts or [self.state.last]
        if not texts[0]:
            raise GradcliError("there is no expression yet", hint="type one, such as (x+w)*(w+1)")
        programs = list(map(self.state.program, texts))
        values = [self._values(command, parse(text), named) for text in programs if command.uses_values]
        set = [f"--set={name}={value}" for name, value in (one for each in values for one in each.items()) if name not in named]
        return [*(["--expression"] if takes_program else []), *programs, *dict.fromkeys(set)]

    def _values(self, command: Command[Any], program: Program, named: Collection[str]) -> Mapping[str, str]:
        """The values that a command is given; none where its one or two variables all have some and go over ranges."""
        values = self.state.values_of(program)
        if not command.over_ranges:
            return values
        if not named and len(values) == len(variables_among(free_names(program), self.state.values)) <= MOST:
            return {}
        return {name: value for name, value in values.items() if not value.lstrip().startswith("[")}

    def _help(self) -> None:
        lines = [
            "An expression; x = 2 for a value; a = x + w, f(u) = u^2 for a name; then :COMMAND, for the expression:",
            "",
        ]
        commands = {name: command_named(name).summary for name in command_names() if name not in ("help", "repl")}
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
        lines += [f"  :{name:15} {about}" for name, about in commands.items()]
        lines += ["", *(f"  :{name:15} {about}" for name, about in OWN.items())]
        for line in map(said, lines):
            indent = " " * (19 * line.startswith("  :"))
            write(f"{part}\n" for part in wrapped(line, width - 1, indent) or [""])

    def _names(self) -> None:
        lines = [*[f"{name} = {value}" for name, value in self.state.values.items()], *[text for _, text in self.state.named]]
        write(f"{visible(line)}\n" for line in lines)

    def _undo(self) -> None:
        if not self.before:
            raise GradcliError("there is nothing to undo")
        self.state = self.before.pop()
        write([visible(self.state.last.replace("\n", "; ")) + "\n"])

    def _reset(self) -> None:
        self._become(State({}, ()))

    def _quit(self) -> None:
        self.ended = True

    # ---- completion ----

    def completions(self, before: str) -> list[str]:
        """What the word at the end of a text may become: commands, their options, names and functions."""
        if before.startswith(":"):
            name, blank, _ = before[1:].partition(" ")
            if not blank:
                return [f":{word}" for word in sorted({*OWN, *command_names()} - {"repl"})]
            return command_named(name).flags if name in command_names() else []
        from gradcli.ops.declaration.constants import VALUES
        from gradcli.ops.words import vocabulary

        own = [*self.state.values, *[name for name, _ in self.state.named], *WORD.findall(self.state.last)]
        return sorted({*own, *vocabulary().functions, *VALUES})


def _said(text: str, program: Program, at: int) -> str:
    """The text of one of several statements."""
    start, end = program.statements[at].span
    return text[start:end] if end > start else statement_text(program.statements[at])
