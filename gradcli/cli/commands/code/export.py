"""`gradcli export`: a function and its derivatives as code of another language."""

from __future__ import annotations

from gradcli.cli.framework.choices import split_names
from gradcli.cli.framework.command import Command, flag, text
from gradcli.cli.framework.options import EXPRESSION, ExpressionOptions, FileOptions, ShapeOptions, SizeLimits, WrtOptions
from gradcli.cli.framework.streams import write_note, write_to
from gradcli.errors import ExitCode, GradcliError, UnknownVariableError, located
from gradcli.output.code.catalogue import language_for, language_names

HELP = """\
A function and its derivatives as C, Python or SQL code. The code runs without gradcli.

\b
  gradcli export "(x+w)*(w+1)" --to python
  gradcli export "exp(-(x-m)^2/(2*s^2))" --wrt m,s --to c -o gauss.c
  gradcli export "log(x)/w" -o ratio.rs --check
  gradcli export "log(1+exp(x*w))" --to sql --name samples
  gradcli export "x^2*y" --content hessian --to javascript --check
  gradcli export "A @ x" --shape A=3,3 --shape x=3 --wrt x --content vjp --to c

The code is reverse mode in straight lines: what is used twice stands once. What repeats is a loop, on the way back too: the
code does not grow with the turns of loops. A function takes its variables in the order of their first use and gives its value,
then the derivatives by those of --wrt, in its order; with --content hessian the derivatives are a table, whose first row is the
gradient. Of several numbers, or of an array, --content jacobian has a row of derivatives for each; with vjp the function also
takes a cotangent for each, y_bar, and gives the vector-Jacobian product; with jvp it takes a tangent for each variable, x_dot,
and gives the Jacobian-vector product: each costs a few times what the function does. Arrays (--shape A=2,2) are taken apart
into their elements. SQL adds columns to the table of the name. A function that a language lacks is written out before, or is an
error that says so.

Of a branch both ways are computed, and one is chosen, in value and derivatives. Outside of domains, at poles and beyond the range
of numbers the values are those of eval, nan and infinities, and no errors; in derivatives a product with the constant 0 is 0.

With --dtype float32 numbers, constants and the functions written out before are in single precision: in C (float, sinf), Rust,
Julia, MATLAB, NumPy, JAX, PyTorch, TensorFlow and ONNX. Python, JavaScript, SQL and SymPy compute in double precision alone. A
function of C returns one value, and fills an array that it is given with the derivatives, or with several values; --static makes
it one that other files do not see.

PyTorch gets the value alone, with arrays as they are, for autograd to differentiate; --content gradient writes derivatives out.

--check also runs the code, where the language is installed, at random points, and compares its numbers with gradcli's: to 1e-9;
in single precision to 1e-4, at points where rounding alone costs a tenth of that at most. Libraries are those of the Python that
GRADCLI_PYTHON names, or of this one.
"""


class ExportOptions(ExpressionOptions, WrtOptions, ShapeOptions, FileOptions, SizeLimits):
    """What a call may ask for."""

    to = text(
        "The language; where left out that of the end of the file's name, or python.",
        "LANGUAGE",
        other="--format",
        choices=language_names(),
    )
    content = text(
        "What it computes; where left out the value and the gradient, or the value alone where a library differentiates it.",
        "WHAT",
        choices=("value", "gradient", "jacobian", "hessian", "jvp", "vjp"),
    )
    name = text("The name of the function, or of the table; f where left out.", "NAME")
    dtype = text(
        "Precision of its numbers and constants: float64 where left out; float32 where the language has it.",
        "TYPE",
        choices=("float64", "float32"),
    )
    static = flag("A function that other files do not see: static in C, without pub in Rust, without export in JavaScript.")
    check = flag("Run the code and compare its numbers; exit 1 where they differ.")


def run(options: ExportOptions) -> ExitCode | None:
    """Run the command."""
    from gradcli.cli.inputs.source import expression_text
    from gradcli.cli.inputs.symbolic import graph_of
    from gradcli.output.code.contents import GRADIENT, VALUE
    from gradcli.output.code.language import SINGLE
    from gradcli.output.code.precision import in_single, of_its_file
    from gradcli.output.code.written import written

    if options.set or options.bindings:
        raise GradcliError("code takes its values when it is called", hint="leave --set and --bindings out")
    source, where = expression_text(options)
    name = options.name or "f"
    language = language_for(options.to, options.output)
    if options.dtype == SINGLE:
        language = in_single(language)
    if options.static:
        language = of_its_file(language)
    if options.check:  # before anything is written
        from gradcli.output.code.proof import check_runs

        check_runs(language)
    if language.names([name])[name] != name:
        raise GradcliError(f"{name} is no name for a function of {language.about}", hint="--name loss")
    graph = graph_of(source, where, {}, options)
    given = split_names("--wrt", options.wrt)
    content = options.content or language.content or GRADIENT
    if given and options.content is None:
        content = GRADIENT
    if given and content == VALUE:
        raise GradcliError("--wrt and --content value do not go together", hint="leave one out")
    for one in given:
        if one not in graph.variables:
            raise UnknownVariableError(one, list(graph.variables), f"--wrt {one}: ")
    with located(source, where):
        found = written(graph, content, given or list(graph.variables), language, name, source)
        pieces = list(language.source(found))
    binary = language.packed is not None and (options.output or "").lower().endswith(language.endings[0])
    write_to(options.output, language.packed("".join(pieces)) if binary and language.packed else pieces)
    if not options.check:
        return None
    from gradcli.output.code.proof import TOLERANCES, proved

    proof = proved(language, found)
    right = proof.error <= TOLERANCES[language.dtype]
    write_note(f"checked: {proof.text}" if right else f"the code differs: {proof.text}, {proof.worst}")
    return None if right else ExitCode.NEGATIVE


LACKS = {"-q": "it writes code alone as it is", "--json": "code is no document"}
COMMAND = Command(HELP, EXPRESSION, ExportOptions, run, work="writing code", lacks=LACKS)
