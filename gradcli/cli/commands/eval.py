"""`gradcli eval`: value, gradient, graph and derivation of an expression."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format
from gradcli.cli.framework.command import (
    ASCII,
    COTANGENT,
    DTYPE,
    ELEMENTS,
    EXPRESSION,
    EXPRESSION_OPTIONS,
    FORMAT,
    GRAPH,
    HESSIAN,
    JACOBIAN,
    JACOBIAN_BY,
    JSON,
    MAX_ELEMENTS,
    MAX_NODES,
    MAX_STEPS,
    MODE,
    OPTIMIZE,
    RETAIN_GRAD,
    STRICT,
    TANGENT,
    Arguments,
    Command,
    Option,
)
from gradcli.cli.inputs.further import extra_of, not_finite
from gradcli.cli.inputs.run import run_of

HELP = """\
Value and gradient of an expression, its graph, and the chain rule step by step.

\b
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --wrt w
  gradcli eval "a = x + w; b = w + 1; y = a*b" --x 2 --w 1
  gradcli eval "-x^2" --x=-3 -q                     numbers only: the value, then the gradient
  gradcli eval "sin(θ)" --θ pi/2 --json | jq .grad
  gradcli eval "s = 0; for i in 0..n { s = s + x^i }; s" --x 2 --n 4        if, for, while, repeat, functions in braces
  gradcli eval -f neuron.grad --bindings weights.json
  echo "x*w" | gradcli eval - --x 2 --w -1
  gradcli eval --graph graph.json --x 3             a graph that gradcli graph wrote, at other values
  gradcli eval "sum((A @ x)^2)" --A "[[1,2],[3,4]]" --x @x.csv       arrays, from text or files of JSON, CSV, NumPy
  gradcli eval "x*w; x + w" --x 2 --w 3 --jacobian  every output by every variable
  gradcli eval "x^2*w" --x 2 --w 3 --hessian -q
  gradcli eval "x^2*w" --x 2 --w 3 --tangent x=1    forward mode: the tangent of each node as x moves

Each variable of the expression is an option of its own: --x 2, --x=-2, --x pi/2. A variable that is called like an option is
given by --set: --set json=3.

Exit codes: 0 success, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""

OPTIONS = (
    *EXPRESSION_OPTIONS,
    GRAPH,
    MODE,
    OPTIMIZE,
    DTYPE,
    RETAIN_GRAD,
    COTANGENT,
    TANGENT,
    JACOBIAN,
    JACOBIAN_BY,
    HESSIAN,
    ELEMENTS,
    FORMAT._replace(choices=(*FORMAT.choices, "numbers")),
    JSON,
    Option(
        "quiet",
        "The value, then the gradient, or what --tangent, --jacobian, --hessian ask for, a number a line: --format numbers.",
        short="-q",
    ),
    Option("all", "Leave nothing out, however large: table rows, derivations, derivatives."),
    Option(
        "save",
        "Also write the value, each gradient as grad_NAME, tangent, jacobian_OUTPUT_NAME and hessian_NAME_NAME into a file of"
        " NumPy.",
        "FILE.npz",
    ),
    ASCII,
    STRICT,
    MAX_NODES,
    MAX_ELEMENTS,
    MAX_STEPS,
)


def run(arguments: Arguments, command: Command) -> None:
    """Run the command."""
    format = chosen_format(arguments)
    run = run_of(arguments, command)
    extra = extra_of(arguments, run)
    warnings = [*run.warnings, *(not_finite(arguments, run, extra) if extra is not None else [])]
    file = arguments.text("save")
    if file is not None:
        from gradcli.cli.inputs.array_files import write_npz
        from gradcli.output.records.further import extra_arrays

        gradient = {f"grad_{name}": value for name, value in run.tape.gradient.items() if value is not None}
        more = {} if extra is None else extra_arrays(run.tape, extra)
        write_npz(file, {"value": run.tape.value, **gradient, **more})

    from gradcli.cli.views.show import show

    ascii, show_all = arguments.flag("ascii"), arguments.flag("all")
    show(run.tape, format, run.text, warnings, ascii=ascii, show_all=show_all, extra=extra)


COMMAND = Command("eval", HELP, EXPRESSION, OPTIONS, run, takes_variables=True)
