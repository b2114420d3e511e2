"""`gradcli schema`: the JSON Schemas of the tool's documents."""

from __future__ import annotations

from gradcli.cli.framework.choices import at_most_one
from gradcli.cli.framework.command import Command, Options
from gradcli.cli.framework.options import WRITTEN
from gradcli.errors import GradcliError, nearest

HELP = """\
The JSON Schema of a document that the tool writes.

\b
  gradcli schema            of gradcli eval --json
  gradcli schema graph      of gradcli graph --json
  gradcli schema trace      of gradcli trace --json
  gradcli schema compare-modes
  gradcli schema explain    of gradcli explain --json
  gradcli schema equal      of gradcli equal --json
  gradcli schema ops        of gradcli ops --json
  gradcli schema grade      of gradcli grade --json
  gradcli schema mistakes   of gradcli mistakes --json
  gradcli schema error      of an error under --json
"""


class SchemaOptions(Options):
    """What a call may ask for."""

    output = WRITTEN


def run(options: SchemaOptions) -> None:
    """Run the command."""
    import json

    from gradcli.cli.framework.streams import write
    from gradcli.output.schemas import SCHEMAS

    name = at_most_one(options, "schema") or "eval"
    if name not in SCHEMAS:
        near = nearest(name, SCHEMAS)
        if name in ("torch", "tf1"):
            raise GradcliError(
                f"there is no schema {name}",
                hint=f"gradcli {name} --json writes the document of gradcli eval: gradcli schema eval",
            )
        hint = f"did you mean {near}?" if near else f"the schemas are {', '.join(SCHEMAS)}"
        raise GradcliError(f"there is no schema {name}", hint=hint)
    write([json.dumps(SCHEMAS[name], indent=2), "\n"])


NAME = ("NAME", "eval, run, record, graph, trace, compare-modes, explain, diff, equal, grade, mistakes, ops or error.")
COMMAND = Command(
    HELP, NAME, SchemaOptions, run, lacks=dict.fromkeys(("-q", "--json", "--format"), "a schema is JSON, and nothing else")
)
