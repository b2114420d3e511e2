"""Options that several commands have, in groups; the record of a command extends those that it takes."""

from __future__ import annotations

from gradcli.cli.framework.command import Options, flag, text, texts, whole
from gradcli.typing import Any

EXPRESSION = ("EXPRESSION", "The expression or program; - is standard input.")
PROGRAM = ("FILE", "The program, a .grad file or its text; - is standard input.")
FORMATS = ("rich", "text", "json")
MODES = ("dynamic", "static")


READINGS = ("strict", "lenient", "latex", "mathml")
"""How an expression may be written."""


class ReadOptions(Options):
    """How an expression is written."""

    read = text(
        "How the expression is written: strict, the default or what GRADCLI_READ says, as programs are; lenient, as people "
        "write: 2x sin 3x, |x|, x(x+1), xy for x*y; latex, also by itself where a backslash or ^{ stands; mathml, also by "
        "itself where <math> stands. What was read is said. A strict text means the same to lenient but for names of two or "
        "three letters without a value (xy is x*y), a function and a number (sin2 is sin(2)), E (the number e), and names "
        "before a parenthesis (x(x+1) is a product, d/dx(x^2) a derivative), which strictly are errors.",
        "HOW",
        choices=READINGS,
    )


class ValueOptions(Options):
    """The values of variables, beside the options that are called like them."""

    set = texts("The value of a variable, whatever its name.", "NAME=VALUE", short="-s")
    bindings = text("Values from a JSON object; - is standard input.", "FILE")


class WatchOptions(Options):
    """Whether it runs once."""

    watch = text(
        "Run again each time this file changes: that of the expression, or one that another option reads. Ctrl-C ends.", "FILE"
    )


class SourceOptions(ReadOptions):
    """Where an expression stands."""

    file = text("Read the expression from a file; - is standard input.", "FILE", short="-f")


class ExpressionOptions(SourceOptions, ValueOptions, WatchOptions):
    """An expression."""


class ProgramOptions(ReadOptions, ValueOptions, WatchOptions):
    """A whole program."""

    expression = text("The program itself, in place of a file.", "TEXT", short="-e")
    file = text("The program, as FILE is; - is standard input.", "FILE", short="-f")


class WrtOptions(Options):
    """What to differentiate by."""

    wrt = texts("Differentiate by these variables (w,x or repeated); by all where left out.", "NAMES")


class ModeOptions(Options):
    """How a graph comes about, and of which numbers."""

    mode = text(
        "dynamic, the default, records each operation as it runs; static builds the graph first, shared and folded.",
        "MODE",
        choices=MODES,
    )
    dtype = text("Precision: float64 where left out; float32 is PyTorch's default.", "TYPE", choices=("float64", "float32"))


class OptimizeOptions(ModeOptions):
    """What a static graph leaves out."""

    optimize = text(
        "What building a static graph leaves out: 0 nothing; 1, the default, what is equal, constant or unused; 2 also x*1.",
        "LEVEL",
        choices=("0", "1", "2"),
    )


class BackwardOptions(Options):
    """What the backward pass begins with, and whether it may fail."""

    cotangent = text(
        "The adjoint of an output that is an array, of its shape: the gradient argument of PyTorch's backward.", "VALUE"
    )
    strict = flag("Fail (exit 3) where a value or a derivative is not finite.")


class ShapeOptions(Options):
    """Variables that are arrays without values."""

    shape = texts("The shape of a variable without a value: A=3,4, or 'A=3,4 x=4'.", "NAME=SIZES")


class ElementOptions(Options):
    """Arrays in numbers."""

    elements = flag("Write small arrays out in numbers, each element a variable of its own: W₀₁ is W[0, 1].")


class EquationOptions(ExpressionOptions, WrtOptions, ShapeOptions):
    """An expression, or an equation."""

    implicit = text(
        "The expression is an equation, x^2 + y^2 = 25, which gives this variable as a function of the others.", "NAME"
    )


class CombinedOptions(EquationOptions):
    """What is made of several derivatives."""

    direction = texts("The derivative along a vector, taken as one of length 1: x=1,w=2.", "NAME=VALUE,...")
    divergence = flag("Of a vector of expressions: the sum of the derivatives of each by its own coordinate.")
    curl = flag("Of a vector in three coordinates its curl; in two the one component that is left.")
    laplacian = flag("The sum of the second derivatives; of a vector for each component.")
    depends = texts("What depends on what, for total derivatives: 'y(x), z(x,t)'; y' and z_x stand for theirs.", "NAME(NAMES)")


class OutputOptions(Options):
    """How to write what was found."""

    format = text("How to write it; where left out rich on a terminal and text in a pipe.", "FORMAT", choices=FORMATS)
    json = flag("One JSON document: --format json.")


WRITTEN = text(
    "Write to a file, in the format that its name ends in (.json, or another of --format), else as text.", "FILE", short="-o"
)
"""Where what a command writes to standard output goes instead."""


class ResultOptions(OutputOptions):
    """How and where to write what was found."""

    output = WRITTEN


VERDICT = flag("Print nothing: the exit code is the answer.", short="-q")
"""For a command whose exit code says it all; what it writes is not written."""

FORMULAS = flag("The formulas alone, without remarks; with values these alone, one a line.", short="-q")
"""For a command whose answers are formulas, in one of its formats."""


class SelectOptions(Options):
    """Which part of a JSON document to write."""

    select = texts("Only these keys of the JSON document (value,grad or repeated); no others are computed.", "KEYS")


class FileOptions(Options):
    """Where to write it."""

    output = text("Write to a file; the end of its name decides the format where --format is left out.", "FILE", short="-o")


class ElementLimit(Options):
    """How large arrays may become."""

    max_elements = whole("The most elements of all arrays together.", 50_000_000)


class SizeLimits(ElementLimit):
    """How large graphs and arrays may become."""

    max_nodes = whole("The largest graph to build.", 2_000_000)


class Limits(SizeLimits):
    """How large and how long runs may become."""

    max_steps = whole("The most turns that loops may take, all together.", 100_000)


def limits_of(options: Options) -> dict[str, Any]:
    """The limits that a call gives, by the names of the fields of a request."""
    fields: dict[str, Any] = {}
    if isinstance(options, ElementLimit):
        fields["max_elements"] = options.max_elements
    if isinstance(options, SizeLimits):
        fields["max_nodes"] = options.max_nodes
    if isinstance(options, Limits):
        fields["max_steps"] = options.max_steps
    return fields


ASSUME = texts("What may be assumed of variables: x>0, n integer, a!=0; positive is of every one.", "FACTS,...")


class SymbolicOptions(Options):
    """How expressions are found and written."""

    at = texts("Give values as well, at a point: x=2,w=1.", "NAME=VALUE,...")
    format = text("How to write it; as text where left out.", "FORMAT", choices=("text", "unicode", "latex", "sympy", "json"))
    json = flag("One JSON document: --format json.")
    quiet = FORMULAS
    output = WRITTEN


class AssumeOptions(Options):
    """What holds of variables."""

    assume = ASSUME


class ExplainedOptions(CombinedOptions, AssumeOptions):
    """What is made of derivatives, under assumptions."""


class DerivativeOptions(ExpressionOptions, SymbolicOptions, ShapeOptions, SizeLimits):
    """Expressions that are made from an expression, and values of them."""


class RunOptions(ExpressionOptions, WrtOptions, OptimizeOptions, BackwardOptions, Limits):
    """A run of an expression, or of a graph from a file."""

    graph = text("Read a graph that --format json or --json wrote, instead of an expression; - is standard input.", "FILE")
    retain_grad = texts("Keep .grad of these intermediate nodes (a,b), or of all.", "NAMES")
