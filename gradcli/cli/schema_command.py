"""`gradcli schema`: the JSON Schemas of the tool's documents."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.errors import GradcliError, nearest

HELP = """\
The JSON Schema of a document that the tool writes.

\b
  gradcli schema            of gradcli eval --json
  gradcli schema ops        of gradcli ops --json
  gradcli schema error      of an error under --json
"""


def schema(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="eval, ops or error.")] = "eval",
) -> None:
    import json

    from gradcli.cli.streams import write
    from gradcli.output.schemas import SCHEMAS

    if name not in SCHEMAS:
        near = nearest(name, SCHEMAS)
        hint = f"did you mean {near}?" if near else f"the schemas are {', '.join(SCHEMAS)}"
        raise GradcliError(f"there is no schema {name}", hint=hint)
    write([json.dumps(SCHEMAS[name], indent=2), "\n"])


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema", help=HELP)(schema)
