"""What a command of the command line is: a record of its options and a function that gets that record, filled.

One declaration serves three times. A call reads its arguments by it (``reader``), which takes no time; code has each option as a
typed attribute, so that a misspelt one is an error of the type checker; help pages and shell completion are made from it by Typer
(``help``), which takes a tenth of a second to load and is not needed for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradcli.cli.framework.streams import LANGUAGES
from gradcli.errors import ExitCode, nearest, said
from gradcli.typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    from typing import NoReturn

HELP_FLAGS = ("-h", "--help")

T = TypeVar("T")


class Option(Generic[T]):
    """The declaration of an option, as an attribute of a record of options; read from a filled record it is the option's value.

    Attributes:
        attribute: The name of the attribute.
        name: Its name without dashes: that of the attribute, but ``for_`` is --for.
        help: What it does, as one sentence.
        metavar: What its value is called; empty for a flag, which takes none.
        short: A short form with one dash.
        other: What else it may be called, with dashes, since other commands call the same so.
        choices: The values that it takes; empty for any.
        default: Its value where it is left out.
        minimum: For whole numbers the smallest; None for text.
        maximum: For whole numbers the largest.
    """

    def __init__(
        self,
        help: str,
        metavar: str,
        default: T,
        *,
        short: str = "",
        other: str = "",
        choices: tuple[str, ...] = (),
        minimum: int | None = None,
        maximum: int = 10**15,
    ) -> None:
        self.attribute = self.name = ""
        self.help = help
        self.metavar = metavar
        self.default = default
        self.short = short
        self.other = other
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum

    def __set_name__(self, owner: type[Options], name: str) -> None:
        self.attribute = name
        self.name = name.rstrip("_").replace("_", "-")

    @overload
    def __get__(self, record: None, owner: type[Options]) -> Option[T]: ...

    @overload
    def __get__(self, record: Options, owner: type[Options]) -> T: ...

    def __get__(self, record: Options | None, owner: type[Options]) -> Option[T] | T:
        if record is None:
            return self
        value: T = record.given.get(self.name, self.default)
        return value

    def __set__(self, record: Options, value: NoReturn) -> None:
        raise AttributeError(f"what is given as --{self.name} does not change")

    @property
    def flags(self) -> tuple[str, ...]:
        """How it is written."""
        return tuple(filter(None, (self.short, f"--{self.name}", self.other)))

    @property
    def repeated(self) -> bool:
        """Whether it may be given several times; its value has all of them."""
        return self.default == ()


def flag(help: str, *, short: str = "") -> Option[bool]:
    """An option without a value."""
    return Option(help, "", False, short=short)


def text(help: str, metavar: str, *, short: str = "", other: str = "", choices: tuple[str, ...] = ()) -> Option[str | None]:
    """An option with a text, one of the choices where there are any; None where it is left out."""
    return Option(help, metavar, None, short=short, other=other, choices=choices)


def choice(help: str, metavar: str, choices: tuple[str, ...], default: str) -> Option[str]:
    """An option with one of some texts."""
    return Option(help, metavar, default, choices=choices)


def texts(help: str, metavar: str, *, short: str = "") -> Option[Sequence[str]]:
    """An option with a text that may be repeated."""
    return Option(help, metavar, (), short=short)


def whole(help: str, default: int, *, short: str = "", minimum: int = 1, maximum: int = 10**15) -> Option[int]:
    """An option with a whole number."""
    return Option(help, "N", default, short=short, minimum=minimum, maximum=maximum)


def some_whole(help: str, *, minimum: int = 1, maximum: int = 10**15) -> Option[int | None]:
    """An option with a whole number; None where it is left out."""
    return Option(help, "N", None, minimum=minimum, maximum=maximum)


class Given(NamedTuple):
    """A variable's value as the user gave it, and the option that it came from."""

    name: str
    text: str
    option: str


class Options:
    """What a call gives; the options of a command are attributes of a class below this one.

    Attributes:
        command: The command that is called.
        given: The value of each option that was given, by its name.
        variables: The options that are not the command's own: variables of the expression.
        positional: Everything else.
    """

    lang = Option[str | None](
        "Say everything in English, en, or Chinese, zh; where left out as LC_ALL, LC_MESSAGES or LANG have it. JSON is English.",
        "LANG",
        None,
        choices=LANGUAGES,
    )
    ascii = Option("No signs beyond ASCII.", "", False)

    def __init__(
        self, command: Command[Any], given: Mapping[str, Any], variables: Sequence[Given] = (), positional: Sequence[str] = ()
    ) -> None:
        self.command = command
        self.given = given
        self.variables = variables
        self.positional = positional

    @classmethod
    def declared(cls) -> list[Option[Any]]:
        """The options, those of a class before those of the classes that it extends; what it declares anew counts."""
        found: dict[str, Option[Any]] = {}
        for kind in cls.__mro__:
            for name, value in vars(kind).items():
                if isinstance(value, Option):
                    found.setdefault(name, value)
        return list(found.values())


O = TypeVar("O", bound=Options)  # noqa: E741


class Command(Generic[O]):
    """A command.

    Args:
        help: Its help page above the options; examples come first.
        positional: What its positional argument is called, and what it is; empty where it takes none.
        record: Its options.
        run: Runs it; gives the exit code where that is not 0. The command is called like the module in which this stands.
        takes_variables: Whether further options are variables of an expression.
        takes_expressions: Whether an argument is an expression, which may begin with a minus; so it is where there are variables.
        uses_values: Whether it is about an expression at values of its variables; one that is not says so of those it is given.
        over_ranges: Whether a variable without a value goes over a range.
        work: What is said that it does where that takes long; empty for a command that asks and is answered.
        lacks: Options that most commands have and this one has not, and why; each ends like a sentence behind its name.
    """

    def __init__(
        self,
        help: str,
        positional: tuple[str, str],
        record: type[O],
        run: Callable[[O], ExitCode | None],
        *,
        takes_variables: bool = False,
        takes_expressions: bool = False,
        uses_values: bool = True,
        over_ranges: bool = False,
        work: str = "working on it",
        lacks: Mapping[str, str] | None = None,
    ) -> None:
        self.name = run.__module__.rpartition(".")[2].replace("_", "-")
        self.help = help
        self.positional = positional
        self.record = record
        self.run = run
        self.takes_variables = takes_variables
        self.takes_expressions = takes_expressions or takes_variables
        self.uses_values = takes_variables and uses_values
        self.over_ranges = over_ranges
        self.work = work
        self.lacks = lacks or {}
        self.options = record.declared()
        self.by_flag = {flag: option for option in self.options for flag in option.flags}

    @property
    def summary(self) -> str:
        """The first sentence of its help page, in the language of this call."""
        paragraph = said(" ".join(self.help.partition("\n\n")[0].split()))
        end = min((at for at in map(paragraph.find, (". ", "? ", "。", "？")) if at >= 0), default=len(paragraph) - 1)
        return paragraph[: end + 1].rstrip(".。")

    @property
    def flags(self) -> list[str]:
        """All flags that are not variables."""
        return [*self.by_flag, *HELP_FLAGS]

    def near(self, flag: str) -> str | None:
        """The flag that is most like another one; the dashes, which all have, do not make them alike."""
        long = {known.lstrip("-"): known for known in self.flags if known.startswith("--")}
        found = nearest(flag.lstrip("-"), long)
        return long[found] if found else None
