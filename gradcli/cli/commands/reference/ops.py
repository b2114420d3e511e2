"""`gradcli ops`: the operations, from their declarations."""

from __future__ import annotations

from gradcli.cli.framework.choices import at_most_one, chosen_format
from gradcli.cli.framework.command import Command, flag
from gradcli.cli.framework.options import ResultOptions
from gradcli.errors import GradcliError, nearest

HELP = """\
The operations that an expression may use. Each with its meaning, derivative, domain and PyTorch's grad_fn.

\b
  gradcli ops               all of them
  gradcli ops tanh          one of them, explained
  gradcli ops --json | jq -r '.operations[].name'
"""


class OpsOptions(ResultOptions):
    """What a call may ask for."""

    quiet = flag("The names alone, a line each.", short="-q")


def run(options: OpsOptions) -> None:
    """Run the command."""
    from gradcli.cli.framework.streams import write, write_json
    from gradcli.cli.views.show import show_blocks
    from gradcli.derivation.notation.arrays import BACKWARD
    from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL, function_names, spelled
    from gradcli.output.reports.operations import operations_json, operations_report

    format = chosen_format(options)
    name = at_most_one(options, "operation")
    operations = list(OPERATIONS.values())
    on_arrays = [operation for operation in STRUCTURAL.values() if operation.spellings]
    if name is not None:
        operations = spelled(name)
        whose = name.removesuffix(BACKWARD)
        on_arrays = [o for o in on_arrays if name in o.spellings or (o.backward and whose != name and whose in o.spellings)]
        if not operations and not on_arrays:
            near = nearest(name, [*function_names(), *(s for o in STRUCTURAL.values() for s in o.spellings)])
            hint = f"did you mean {near}?" if near else "`gradcli ops` lists them"
            raise GradcliError(f"there is no operation {name}", hint=hint)
    if format == "json":
        write_json(operations_json(operations, on_arrays))
    elif options.quiet:
        names = [*(own.name for own in operations), *(other for own in on_arrays for other in own.spellings)]
        write(f"{own}\n" for own in dict.fromkeys(names))
    else:
        detailed = name is not None
        show_blocks(lambda style: operations_report(operations, on_arrays, style, detailed=detailed), format)


COMMAND = Command(HELP, ("NAME", "A function or an operator."), OpsOptions, run)
