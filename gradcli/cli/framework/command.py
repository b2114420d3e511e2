"""What a command of the command line is: a declaration of its options and a function that runs it.

One declaration serves twice. A call reads its arguments by it (``reader``), which takes no time; help pages and shell completion
are made from it by Typer (``help``), which takes a tenth of a second to load and is not needed for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gradcli.errors import ExitCode, nearest

HELP_FLAGS = ("-h", "--help")


class Option(NamedTuple):
    """An option of a command.

    Attributes:
        name: Its name without dashes.
        help: What it does, as one sentence.
        metavar: What its value is called; empty for a flag, which takes none.
        short: A short form with one dash.
        choices: The values that it takes; empty for any.
        default: Its value where it is left out.
        repeated: Whether it may be given several times; its value is a list then.
        minimum: For whole numbers the smallest; None for text.
        maximum: For whole numbers the largest.
    """

    name: str
    help: str
    metavar: str = ""
    short: str = ""
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    repeated: bool = False
    minimum: int | None = None
    maximum: int = 10**15

    @property
    def flags(self) -> tuple[str, ...]:
        """How it is written."""
        return (self.short, f"--{self.name}") if self.short else (f"--{self.name}",)


class Given(NamedTuple):
    """A variable's value as the user gave it, and the option that it came from."""

    name: str
    text: str
    option: str


class Arguments(NamedTuple):
    """The arguments of a call, sorted.

    Attributes:
        options: The value of each option that was given or has a default, by name.
        variables: The options that are not the command's own: variables of the expression.
        positional: Everything else.
    """

    options: dict[str, Any]
    variables: list[Given]
    positional: list[str]

    def flag(self, name: str) -> bool:
        """Whether a flag was given."""
        return name in self.options

    def text(self, name: str) -> str | None:
        """The value of an option, None where it was left out."""
        value: str | None = self.options.get(name)
        return value

    def integer(self, name: str) -> int:
        """The value of an option that takes a whole number and has a default."""
        value: int = self.options[name]
        return value

    def texts(self, name: str) -> list[str]:
        """The values of an option that may be repeated; empty where it was left out."""
        values: list[str] = self.options.get(name, [])
        return values


class Command(NamedTuple):
    """A command.

    Attributes:
        name: Its name.
        help: Its help page above the options; examples come first.
        positional: What its positional argument is called, and what it is.
        options: Its options.
        takes_variables: Whether further options are variables of an expression.
        takes_expressions: Whether an argument is an expression, which may begin with a minus, although it takes no variables.
        run: Runs it; gives the exit code where that is not 0.
    """

    name: str
    help: str
    positional: tuple[str, str]
    options: Sequence[Option]
    run: Callable[[Arguments, Command], ExitCode | None]
    takes_variables: bool = False
    takes_expressions: bool = False

    def option(self, flag: str) -> Option | None:
        """The option that a flag such as ``--file`` or ``-f`` belongs to."""
        return next((option for option in self.options if flag in option.flags), None)

    @property
    def flags(self) -> list[str]:
        """All flags that are not variables."""
        return [flag for option in self.options for flag in option.flags] + list(HELP_FLAGS)

    def near(self, flag: str) -> str | None:
        """The flag that is most like another one; the dashes, which all have, do not make them alike."""
        long = {known.lstrip("-"): known for known in self.flags if known.startswith("--")}
        found = nearest(flag.lstrip("-"), long)
        return long[found] if found else None


FORMAT = Option(
    "format",
    "How to write it; where left out rich on a terminal and text in a pipe.",
    "FORMAT",
    choices=("rich", "text", "json"),
)
JSON = Option("json", "One JSON document: --format json.")
ASCII = Option("ascii", "No signs beyond ASCII.")
EXPRESSION = ("EXPRESSION", "The expression or program; - is standard input.")
EXPRESSION_OPTIONS = (
    Option("file", "Read the expression from a file; - is standard input.", "FILE", short="-f"),
    Option("set", "The value of a variable, whatever its name.", "NAME=VALUE", short="-s", repeated=True),
    Option("bindings", "Values from a JSON object; - is standard input.", "FILE"),
    Option("wrt", "Differentiate by these variables (w,x or repeated); by all where left out.", "NAMES", repeated=True),
)
"""Where an expression and the values of its variables come from, and what to differentiate by."""

MODE = Option(
    "mode",
    "dynamic, the default, records each operation as it runs; static builds the graph first, shared and folded.",
    "MODE",
    choices=("dynamic", "static"),
)
DTYPE = Option(
    "dtype",
    "Precision: float64 where left out; float32 is PyTorch's default.",
    "TYPE",
    choices=("float64", "float32"),
)
RETAIN_GRAD = Option("retain-grad", "Keep .grad of these intermediate nodes (a,b), or of all.", "NAMES", repeated=True)
COTANGENT = Option(
    "cotangent", "The adjoint of an output that is an array, of its shape: the gradient argument of PyTorch's backward.", "VALUE"
)
TANGENT = Option(
    "tangent",
    "Forward mode: let a variable move by VALUE, of its shape, the others standing still; the derivative of the output along it.",
    "NAME=VALUE",
    repeated=True,
)
JACOBIAN = Option(
    "jacobian", "The derivatives of every output by every variable; an expression that is a statement is an output."
)
JACOBIAN_BY = Option(
    "jacobian-by",
    "The Jacobian by forward mode (a pass for each input element) or reverse mode (a pass for each output element); auto, the"
    " default, takes the fewer.",
    "MODE",
    choices=("auto", "forward", "reverse"),
)
HESSIAN = Option("hessian", "The second derivatives of an output that is a number.")
SHAPE = Option("shape", "The shape of a variable without a value: A=3,4, or 'A=3,4 x=4'.", "NAME=SIZES", repeated=True)
ELEMENTS = Option("elements", "Write small arrays out in numbers, each element a variable of its own: W₀₁ is W[0, 1].")
MAX_ELEMENTS = Option("max-elements", "The most elements of all arrays together.", "N", default=50_000_000, minimum=1)
GRAPH = Option("graph", "Read a graph that --format json or --json wrote, instead of an expression; - is standard input.", "FILE")
STRICT = Option("strict", "Fail (exit 3) where a value or a derivative is not finite.")
MAX_NODES = Option("max-nodes", "The largest graph to build.", "N", default=2_000_000, minimum=1)
MAX_STEPS = Option("max-steps", "The most turns that loops may take, all together.", "N", default=1_000_000, minimum=1)
OPTIMIZE = Option(
    "optimize",
    "What building a static graph leaves out: 0 nothing; 1, the default, what is equal, constant or unused; 2 also x*1.",
    "LEVEL",
    choices=("0", "1", "2"),
)
