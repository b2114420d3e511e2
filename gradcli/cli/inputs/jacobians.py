"""What a call asks for beyond value and gradient: --tangent, --jacobian, --hessian."""

from __future__ import annotations

from gradcli.cli.framework.command import flag, text, texts
from gradcli.cli.framework.options import Limits
from gradcli.cli.framework.streams import write_warning
from gradcli.cli.inputs.run import Run
from gradcli.cli.inputs.variables import values_by_name
from gradcli.errors import ExitCode, GradcliError, located
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
