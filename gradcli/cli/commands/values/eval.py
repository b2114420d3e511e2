"""`gradcli eval`: value, gradient, graph and derivation of an expression."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.cli.framework.choices import chosen_format, refuse, split_names
from gradcli.cli.framework.command import Command, flag, text, texts
from gradcli.cli.framework.options import EXPRESSION, FORMATS, ElementOptions, Limits, ResultOptions, RunOptions, SelectOptions
from gradcli.cli.framework.streams import write, write_note, write_warning
from gradcli.cli.inputs.run import Run, run_of, warn_of_others
from gradcli.cli.inputs.variables import values_by_name
from gradcli.errors import ExitCode, GradcliError, located, nearest
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.jacobians import Jacobians


class JacobianOptions(Limits):
    """Derivatives beyond the gradient."""

    tangent = texts(
        "Forward mode: let a variable move by VALUE, of its shape, the others standing still; the derivative of the output"
        " along it.",
        "NAME=VALUE",
    )
    jacobian = flag("The derivatives of every output by every variable; an expression that is a statement is an output.")
    jacobian_by = text(
        "The Jacobian by forward mode (a pass for each input element) or reverse mode (a pass for each output element); auto,"
        " the default, takes the fewer.",
        "MODE",
        choices=("auto", "forward", "reverse"),
    )
    hessian = flag("The second derivatives of an output that is a number.")


def asks_jacobians(options: JacobianOptions) -> bool:
    """Whether a call asks for derivatives which an output that is an array has without a cotangent."""
    return bool(options.tangent or options.jacobian or options.jacobian_by or options.hessian)


def jacobians_of(options: JacobianOptions, run: Run) -> Jacobians | None:
    """Compute what a call asks for; None where it asks for nothing of this kind.

    Raises:
        GradcliError: A direction does not fit, the output has no Hessian, or a matrix would be too large (exit code 4).
    """
    if not asks_jacobians(options):
        return None
    direction = values_by_name("--tangent", options.tangent, "x=1", options=options)

    from gradcli.autodiff.passes.jacobian import hessian, jacobian
    from gradcli.autodiff.passes.tangent import tangents_of
    from gradcli.output.jacobians import Jacobians

    tape, most, by = run.tape, options.max_elements, options.jacobian_by
    with located(run.text, run.where):
        return Jacobians(
            tangents=tangents_of(tape, direction) if direction else None,
            jacobian=jacobian(tape, by=by or "auto", max_elements=most) if by or options.jacobian else None,
            hessian=hessian(tape, max_elements=most) if options.hessian else None,
        )


def not_finite(run: Run, jacobians: Jacobians, *, strict: bool) -> list[str]:
    """Warnings for what is not finite among what was asked for, where the run itself warned of nothing.

    Raises:
        GradcliError: There is such a value, and ``strict`` is asked for (exit code 3).
    """
    from gradcli.autodiff.passes.tape import all_finite
    from gradcli.output.serialization.jacobians import jacobian_arrays

    if run.tape.not_finite():
        return []
    found = [name for name, value in jacobian_arrays(run.tape, jacobians).items() if not all_finite(value)]
    if not found:
        return []
    message = f"not finite: {', '.join(found[:5])}" + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    if strict:
        raise GradcliError(message, exit_code=ExitCode.NOT_FINITE)
    write_warning(message)
    return [message]


HELP = """\
Value and gradient of an expression, and why, step by step. Its computation graph stands below, as tables of nodes and edges.

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
  gradcli eval "x^2*w" --x 2 --w 3 --only why       or answer, nodes, edges
  gradcli eval "(x+w)*(w+1)" --x 2 --w 1 --format torch > proof.py       a script that asserts it all with PyTorch

Each variable of the expression is an option of its own: --x 2, --x=-2, --x pi/2. A variable that is called like an option is
given by --set: --set json=3.

Exit codes: 0 success, 1 PyTorch says otherwise, 2 bad input, 3 not finite under --strict, 4 a limit reached, 130 interrupted.
"""


class EvalOptions(RunOptions, JacobianOptions, ElementOptions, ResultOptions, SelectOptions):
    """What a call may ask for."""

    quiet = flag(
        "The value, then the gradient, or what --tangent, --jacobian, --hessian ask for, a number a line: --format numbers.",
        short="-q",
    )
    format = text(ResultOptions.format.help, "FORMAT", choices=(*FORMATS, "numbers", "torch"))
    verify_torch = flag(
        "Assert with PyTorch itself every value, flag, function and gradient that is printed; exit 1 where one differs. It runs"
        " what --format torch writes by the Python that GRADCLI_PYTHON names, or by this one."
    )
    all = flag("Leave nothing out, however large: table rows, derivations, derivatives.")
    only = texts("Only these parts of the report: answer, why, nodes, edges.", "PARTS")
    save = text(
        "Also write the value, each gradient as grad_NAME, tangent, jacobian_OUTPUT_NAME and hessian_NAME_NAME into a file of"
        " NumPy.",
        "FILE.npz",
    )


def run(options: EvalOptions) -> ExitCode | None:
    """Run the command."""
    format = chosen_format(options)
    only = _parts(options.only)
    if format in ("json", "numbers", "torch"):
        refuse(options, ["only"], f"chooses parts of the report, and {format} has none", "--select chooses keys of JSON")
    run = run_of(options, elements=options.elements, needs_cotangent=not asks_jacobians(options))
    proof = ""
    if format == "torch" or options.verify_torch:
        from gradcli.output.code.torch_proof import torch_proof

        proof = "".join(torch_proof(run.tape, run.text))
    jacobians = jacobians_of(options, run)
    if jacobians is None:
        warn_of_others(run.tape.graph, options)
    warnings = [*run.warnings, *(not_finite(run, jacobians, strict=options.strict) if jacobians is not None else [])]
    if options.save is not None:
        from gradcli.cli.inputs.array_files import write_npz
        from gradcli.output.serialization.jacobians import jacobian_arrays

        gradient = {f"grad_{name}": value for name, value in run.tape.gradient.items() if value is not None}
        more = {} if jacobians is None else jacobian_arrays(run.tape, jacobians)
        write_npz(options.save, {"value": run.tape.value, **gradient, **more})

    if format == "torch":
        write(proof)
    else:
        from gradcli.cli.views.show import show

        select = split_names("--select", options.select) or None
        show(run.tape, format, run.text, warnings, show_all=options.all, jacobians=jacobians, select=select, only=only)
    if not options.verify_torch:
        return None
    from gradcli.output.code.torch_proof import verified

    verdict = verified(proof)
    for line in verdict.lines:
        write_note(line)
    return None if verdict.right else ExitCode.NEGATIVE


def _parts(only: Sequence[str]) -> list[str] | None:
    """The parts of the report that were asked for; None for all.

    Raises:
        GradcliError: There is no such part.
    """
    if not only:
        return None
    from gradcli.output.reports.blocks import PARTS

    names = split_names("--only", only)
    for name in names:
        if name not in PARTS:
            near = nearest(name, PARTS)
            hint = f"did you mean {near}?" if near else f"the parts are {', '.join(PARTS)}"
            raise GradcliError(f"the report has no part {name}", hint=hint)
    return names


COMMAND = Command(HELP, EXPRESSION, EvalOptions, run, takes_variables=True)
