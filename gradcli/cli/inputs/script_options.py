"""The options of the commands that interpret scripts."""

from __future__ import annotations

from gradcli.cli.framework.command import ASCII, JSON, MAX_ELEMENTS, MAX_NODES, Option

SCRIPT = ("FILE", "The script; - is standard input.")
GRAPH = Option("graph", "Show the graph of the last backward pass in a format of gradcli graph, or write it.", "FORMAT|FILE")
EXPLAIN = Option("explain", "Derive the gradient by these tensors (w,x).", "NAMES")
MAX_STEPS = Option("max-steps", "Stop the script after so many steps.", "N", default=3_000_000, minimum=1)
LIST = Option("list", "What a script may use.")
OPTIONS = (
    GRAPH,
    EXPLAIN,
    JSON._replace(help="One JSON document: that of gradcli eval, with what the script printed."),
    LIST,
    ASCII,
    MAX_STEPS,
    MAX_NODES,
    MAX_ELEMENTS,
)
