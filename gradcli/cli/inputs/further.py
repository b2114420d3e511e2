"""What a call asks for beyond value and gradient: --tangent, --jacobian, --hessian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcli.cli.framework.command import Arguments
from gradcli.cli.framework.streams import write_warning
from gradcli.cli.inputs.run import WHOLE, Run
from gradcli.cli.inputs.variables import number
from gradcli.errors import ExitCode, GradcliError

if TYPE_CHECKING:
    from gradcli.output.further import Extra


def extra_of(arguments: Arguments, run: Run) -> Extra | None:
    """Compute what a call asks for; None where it asks for nothing of this kind.

    Raises:
        GradcliError: A direction does not fit, the output has no Hessian, or a matrix would be too large (exit code 4).
    """
    if not any(arguments.flag(name) for name in WHOLE):
        return None
    direction = _direction(arguments.texts("tangent"))

    from gradcli.autodiff.passes.jacobian import hessian, jacobian
    from gradcli.autodiff.passes.tangent import tangents_of
    from gradcli.output.further import Extra

    tape, most = run.tape, arguments.integer("max-elements")
    by = arguments.text("jacobian-by")
    try:
        return Extra(
            tangents=tangents_of(tape, direction) if direction else None,
            jacobian=jacobian(tape, by=by or "auto", max_elements=most) if by or arguments.flag("jacobian") else None,
            hessian=hessian(tape, max_elements=most) if arguments.flag("hessian") else None,
        )
    except GradcliError as error:
        raise error.located(run.text, run.where) from None


def not_finite(arguments: Arguments, run: Run, extra: Extra) -> list[str]:
    """Warnings for what is not finite among what was asked for, where the run itself warned of nothing.

    Raises:
        GradcliError: There is such a value, and ``--strict`` is asked for (exit code 3).
    """
    from gradcli.autodiff.passes.tape import all_finite
    from gradcli.output.records.further import extra_arrays

    if run.tape.not_finite():
        return []
    found = [name for name, value in extra_arrays(run.tape, extra).items() if not all_finite(value)]
    if not found:
        return []
    message = f"not finite: {', '.join(found[:5])}" + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    if arguments.flag("strict"):
        raise GradcliError(message, exit_code=ExitCode.NOT_FINITE)
    write_warning(message)
    return [message]


def _direction(given: Sequence[str]) -> dict[str, Any]:
    """The tangent of each variable of ``x=1``.

    Raises:
        GradcliError: One is written otherwise, or a variable is given twice.
    """
    from gradcli.language.builder import identifier
    from gradcli.language.parser import is_name

    direction: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not is_name(name) or not value.strip():
            raise GradcliError(f"--tangent takes NAME=VALUE, not '{text}'", hint="for example --tangent x=1")
        if identifier(name) in direction:
            raise GradcliError(f"--tangent {name} is given twice", hint="leave one out")
        direction[identifier(name)] = number(value, f"--tangent {name}")
    return direction
