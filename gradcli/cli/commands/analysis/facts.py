"""`gradcli facts`: what follows of a function from its graph alone."""

from __future__ import annotations

from gradcli.cli.framework.choices import chosen_format, split_names
from gradcli.cli.framework.command import Command, flag, whole
from gradcli.cli.framework.options import (
    EXPRESSION,
    AssumeOptions,
    ExpressionOptions,
    ResultOptions,
    ShapeOptions,
    SizeLimits,
    WrtOptions,
)
from gradcli.cli.framework.streams import write, write_json
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of
from gradcli.errors import GradcliError

HELP = """\
What follows of a function from its graph. Where it is linear, convex or increasing, its bounds, patterns and costs.

\b
  gradcli facts "x^2 + exp(w)"                        convex, by which rule, in each variable alone, at each node
  gradcli facts "x*log(x)" --assume "x>1"             what variables may be decides signs
  gradcli facts "a*x^2 + b*x" --wrt x                 in x alone: a polynomial of degree 2
  gradcli facts "sum((A@x - b)^2)" --shape "A=3,2 x=2 b=3"
  gradcli facts -f model.grad --json                  a program; all nodes, patterns with their colours

Convex and concave follow by composition rules (disciplined convex programming), bounds by interval arithmetic. Where nothing
follows it says unknown. A pattern has the entries of Jacobian and Hessian that may be other than 0; its colours are the passes
that find all of them.
"""


class FactsOptions(ExpressionOptions, WrtOptions, AssumeOptions, ShapeOptions, ResultOptions, SizeLimits):
    """What a call may ask for."""

    max_entries = whole("The most entries of a pattern, and nodes to look at for single variables.", 1_000_000)
    all = flag("All nodes in the table, however many.")
    quiet = flag("What it is in all variables together, alone: linear, convex, concave, neither or unknown.", short="-q")


def run(options: FactsOptions) -> None:
    """Run the command."""
    source, where = expression_text(options)
    if bindings_of(options, [])[0]:
        raise GradcliError("facts hold for all values, and none is given", hint='leave the values out; --assume "x>0" bounds x')

    from gradcli.analysis.properties.function_facts import facts_of
    from gradcli.cli.inputs.symbolic import assumed, graph_of

    graph = graph_of(source, where, {}, options)
    assume = assumed(options, graph, {})
    found = facts_of(graph, split_names("--wrt", options.wrt), assumptions=assume, max_entries=options.max_entries)
    format = chosen_format(options)
    if format == "json":
        from gradcli.output.serialization.facts import facts_json

        write_json(facts_json(found, source, assume.text), ascii=options.ascii)
        return
    if options.quiet:
        write([f"{found.run.kind}\n"])
        return
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.reports.calculus.facts import facts_blocks

    show_blocks(lambda style: facts_blocks(found, style, all_nodes=options.all), format)


COMMAND = Command(HELP, EXPRESSION, FactsOptions, run, takes_variables=True, uses_values=False, work="looking at the graph")
