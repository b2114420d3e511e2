"""Help pages and shell completion, by Typer, from the declarations of the commands."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Protocol

import typer
import typer.core

from gradcli.cli.framework.command import Command, Option
from gradcli.cli.framework.streams import write
from gradcli.cli.framework.table import GROUPS, command_named, command_names, grouped_names
from gradcli.errors import GradcliError, columns, said, spoken
from gradcli.output.reports.blocks import Lines, Table

_MARGIN = 4
"""What Typer writes before a line, and leaves free behind it."""

_FEWEST_COLUMNS = 52
"""How wide a page is for Typer, however narrow the terminal is."""

_LONGEST_METAVAR = 60
"""Characters up to which the values of an option stand beside its name, and not in what is said of it."""

_BEHIND = re.compile(r"(  \S.*?\S {2,})(\S.*)")
"""A line of an example, and what is remarked behind it."""

_MARK = "\ue000"
_CLOSING = "，。；：？！、）”"
_OPENING = "（“"

_LABELS = ("Usage:", "Arguments:", "Options:", "Show this message and exit.", "Print the version and exit.")

_WORD = re.compile(r"""(?:--?[\w-]+ (?![-|<>]))?(?:[^\s"']|"[^"]*"|'[^']*')+""")
"""A word of a shell, an option with its value; what stands in quotes is not taken apart."""

HELP = """\
Computation graphs, gradients, and the chain rule that leads to them.

\b
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w     value, gradient, why
  gradcli eval "x^2" --x 3 -q                        just the numbers
  gradcli eval "x*w" --x 2 --w 3 --json | jq .grad   for scripts
  gradcli explain "x^2*sin(x)" --by rules            by the rules of a class
  gradcli diff "(x+w)*(w+1)" --wrt w                 the derivative
  gradcli graph "(x+w)*(w+1)" --x 2 --w 1 --open     a page, step by step
  gradcli plot "x^3 - 3x" --tangent-at x=2           curve and tangent
  gradcli run newton.grad --feed rows.csv            for many inputs
  gradcli torch lesson.py                            PyTorch, without it
  gradcli help start                                 the manual
"""

MOST_COLUMNS = 120
"""How wide a page becomes, however wide the terminal is."""


class Suggesting(Protocol):
    """What knows what a call that is being typed may go on with."""

    def variables(self, command: Command[Any]) -> list[str]:
        """The variables that a command takes as options."""

    def values(self, option: Option[Any], begun: str) -> list[str]:
        """What the value of an option may be."""

    def positional(self, command: Command[Any], begun: str) -> list[str]:
        """What an argument of a command may be."""


class Grouped(typer.core.TyperGroup):
    """The commands under the headings of their groups."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each group, all with their second column at one place."""
        widest = max(map(len, self.commands))
        for folder, names in grouped_names().items():
            with formatter.section(_spread(said(GROUPS[folder]))):
                formatter.write_dl([(name.ljust(widest), self.commands[name].get_short_help_str(10**6)) for name in names])


def welcome() -> list[Lines | Table]:
    """What the tool is for and its commands by their names, on a screen of 24 lines."""
    text = _closed(fitted(help_said(HELP)).replace("\b\n", "")).strip()
    return [Lines(text.split("\n"), own=False), commands_table()]


def commands_table() -> Table:
    """The names of the commands, a row for each group."""
    rows = [(GROUPS[folder], " ".join(names)) for folder, names in grouped_names().items()]
    return Table("Commands; gradcli --help says what each does", ("for", "commands"), rows, wide=frozenset({"commands"}))


def application(commands: Sequence[Command[Any]], suggesting: Suggesting | None = None) -> typer.Typer:
    """The Typer application of the commands. It shows help and completes; calls are run by ``main``."""
    app = typer.Typer(
        name="gradcli",
        cls=Grouped,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": MOST_COLUMNS},
        help=fitted(help_said(HELP)),
    )

    @app.callback()
    def gradcli(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
        """Overwritten by the help of the application."""

    for command in commands:
        app.command(command.name, help=fitted(help_said(command.help)), short_help=_spread(command.summary))(
            _callback(command, suggesting)
        )
    return app


def show_help(arguments: Sequence[str], suggesting: Suggesting | None = None) -> None:
    """Write a help page, or what completion asks for, to standard output.

    Args:
        arguments: Those of the call.
        suggesting: What knows what the call that is being typed may go on with.

    Raises:
        GradcliError: An argument is not understood.
    """
    usage_error = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
    app = application([command_named(name) for name in command_names()], suggesting)
    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown):
            app(list(arguments) or ["--help"], prog_name="gradcli", standalone_mode=False)
    except Exception as error:
        if not isinstance(error, usage_error):
            raise
        message = getattr(error, "message", "") or str(error)
        raise GradcliError(message.rstrip("."), hint="`gradcli --help` lists the commands") from None
    except SystemExit as ended:  # so completion ends
        if ended.code:
            raise
    finally:
        write([_labels_said(_closed(shown.getvalue()))])


def fitted(help: str) -> str:
    """A help text whose examples fit the terminal: what is said of a long one stands below it, and lines break between words."""
    width = max(min(shutil.get_terminal_size().columns, MOST_COLUMNS), _FEWEST_COLUMNS) - _MARGIN
    paragraphs = help.split("\n\n")
    return "\n\n".join(
        "\n".join(line for written in paragraph.split("\n") for line in _fitted_line(written, width))
        if paragraph.startswith("\b")
        else paragraph
        for paragraph in paragraphs
    )


def _fitted_line(line: str, width: int) -> Iterator[str]:
    if len(line) <= width:
        yield line
        return
    call, *remark = re.split(" {2,}", line.strip(), maxsplit=1)
    shown = " "
    for word in _WORD.findall(call):
        if len(f"{shown} {word} \\") > width and shown.strip():
            yield f"{shown} \\"
            shown = " " * 5
        shown = f"{shown} {word}"
    yield shown
    for below in textwrap.wrap("".join(remark), width - 8):
        yield f"{' ' * 8}{below}"


def help_said(help: str) -> str:
    """A help text in the language of this call: its paragraphs, and what is remarked behind its examples."""
    if spoken().language == "en":
        return help
    paragraphs = []
    for paragraph in help.strip().split("\n\n"):
        if paragraph.startswith("\b"):
            lines = [_BEHIND.sub(lambda found: f"{found[1]}{_spread(said(found[2]))}", line) for line in paragraph.split("\n")]
            paragraphs.append("\n".join(lines))
        else:
            paragraphs.append(_spread(said(" ".join(paragraph.split()))))
    return "\n\n".join(paragraphs) + "\n"


def _spread(text: str) -> str:
    """A text as long as it is wide: behind a sign that takes two columns a space, where a line may end, or else a mark.

    What lays out help pages counts signs, and ends lines at spaces.
    """
    if text.isascii():
        return text
    spread = ""
    for sign, following in zip(text, f"{text[1:]} ", strict=True):
        glued = following.isspace() or following in _CLOSING or sign in _OPENING
        spread += sign + ("" if columns(sign) < 2 else _MARK if glued else " ")
    return spread


def _closed(text: str) -> str:
    """What was laid out, without what was put behind wide signs."""
    return text if text.isascii() else re.sub(f"([\u1100-\uffef])[ {_MARK}]", r"\1", text).replace(_MARK, "")


def _labels_said(text: str) -> str:
    """A help page with the words of Typer in the language of this call."""
    for label in _LABELS if spoken().language != "en" else ():
        shown = said(label)
        text = re.sub(rf"(^| ){label}( ?)", rf"\1{shown}" + (r"\2" if shown.isascii() else ""), text, flags=re.MULTILINE)
    return text


def _callback(command: Command[Any], suggesting: Suggesting | None) -> Callable[..., None]:
    """A function with the signature from which Typer makes a command's help page and completion."""

    def callback(**values: Any) -> None:
        """Never called: ``main`` runs commands."""

    metavar, meaning = command.positional
    parameters = []
    if metavar:
        suggested = (lambda incomplete: suggesting.positional(command, incomplete)) if suggesting else None
        argument = typer.Argument(metavar=metavar, help=_spread(said(meaning)), show_default=False, autocompletion=suggested)
        parameters.append(_parameter("positional", str | None, argument, None))
    for option in command.options:
        parameters.append(_parameter(option.attribute, _kind(option), _typer_option(option, suggesting), option.default or None))
    for number, name in enumerate(suggesting.variables(command) if suggesting else []):
        given = typer.Option(f"--{name}", help=f"The value of {name}.")
        parameters.append(_parameter(f"variable_{number}", str | None, given, None))
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return callback


def _parameter(name: str, kind: Any, declaration: Any, default: Any) -> inspect.Parameter:
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, declaration])


def _kind(option: Option[Any]) -> Any:
    if not option.metavar:
        return bool
    if option.repeated:
        return list[str] | None
    return int if option.minimum is not None else str | None


def _typer_option(option: Option[Any], suggesting: Suggesting | None) -> Any:
    if not option.metavar:
        return typer.Option(*option.flags, help=_spread(said(option.help)))
    metavar, help = "|".join(option.choices) or option.metavar, said(option.help)
    if len(metavar) > _LONGEST_METAVAR:
        metavar = option.metavar
        values = f"{metavar} is {', '.join(option.choices[:-1])} or {option.choices[-1]}."
        help = f"{help} {said(values)}"
    suggested = (lambda incomplete: suggesting.values(option, incomplete)) if suggesting else None
    return typer.Option(*option.flags, metavar=metavar, help=_spread(help), autocompletion=suggested)
