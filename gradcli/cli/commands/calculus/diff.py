"""`gradcli diff`: exact derivatives of any order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from gradcli.cli.framework.choices import refuse, split_names
from gradcli.cli.framework.command import Command, flag, text, whole
from gradcli.cli.framework.options import EXPRESSION, AssumeOptions, CombinedOptions, DerivativeOptions
from gradcli.cli.framework.streams import write_note
from gradcli.cli.inputs.combined import COMBINED, field_sums, totals, variables_asked
from gradcli.cli.inputs.run import warn_of_others
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import point
from gradcli.errors import GradcliError, located, visible
from gradcli.language.parser import ReadText
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions
    from gradcli.algebra.jacobian import Rows
    from gradcli.graph.graph import Graph

HELP = """\
Exact derivatives, simplified. Expressions alone, which can be fed back in.

\b
  gradcli diff "(x+w)*(w+1)" --wrt w             2*w + x + 1
  gradcli diff "x^3*sin(x)" --wrt x --order 2
  gradcli diff "x^2*y^3" --partial x,x,y
  gradcli diff "x^2*y" --hessian --at x=2,y=3
  gradcli diff "x*y; x + y" --jacobian
  gradcli diff "tanh(x)" --format latex
  gradcli diff "sum((A @ x - b)^2)" --shape A=3,4 --shape x=4 --shape b=3 --wrt x
  gradcli diff "A @ x" --shape A=2,3 --shape x=3 --jacobian
  gradcli diff "x^2 + y^2 = 25" --implicit y     -x/y  # y != 0
  gradcli diff "x^2*w" --direction x=3,w=4 --at x=1,w=2
  gradcli diff "[x*y, y*z, z*x]" --divergence    x + y + z
  gradcli diff "x*y^2" --depends "y(x)"          y*(2*x*y' + y)

Without --wrt the derivatives are those by every variable, one a line, in the order of first use. A derivative that would be much
longer than its graph is written in lines of its own, t1 = ..., which the last lines use. Variables are numbers but for those with
a --shape or values that are arrays; --jacobian, --gradient and --hessian give derivatives of arrays element by element.

The coordinates of --divergence, --curl and --laplacian are all variables in alphabetical order, or those of --wrt in its order.
They are options, as --gradient is: each is made of the derivatives of one expression, and takes the same points and formats.
--direction makes its vector one of length 1; eval --tangent takes it as it is.

--implicit takes an equation and says under which condition it gives the variable; by several others the derivatives are partial.
Values of --at have to satisfy the equation. With --depends derivatives by x follow every way of dependence on x: y' is that of a
variable y(x), z_x and z_xt are those of z(x,t), names that no option gives a value.
"""


class DiffOptions(CombinedOptions, DerivativeOptions, AssumeOptions):
    """What a call may ask for."""

    order = whole("The order of the derivatives, up to 100.", 1, maximum=100)
    partial = text("One mixed partial derivative, by these variables one after the other.", "NAMES")
    gradient = flag("The derivatives by all variables as a vector.")
    hessian = flag("The second derivatives as a matrix.")
    jacobian = flag("The derivatives of every output as a matrix; an expression that is a statement is an output.")


def run(options: DiffOptions) -> None:
    """Run the command."""
    if options.implicit is not None:
        refuse(options, ("depends", *COMBINED), "is not for --implicit")
        _implicit(options, options.implicit)
    elif options.depends:
        refuse(options, COMBINED, "is not for --depends")
        _total(options)
    elif options.direction or options.divergence or options.curl or options.laplacian:
        _combined(options)
    else:
        _partial(options)


def _partial(options: DiffOptions) -> None:
    """Derivatives of an expression in variables that do not depend on each other."""
    text, where = expression_text(options)
    values = point(options)
    if isinstance(text, ReadText):
        from gradcli.language.readings.left_sides import derivative_on_left

        if left := derivative_on_left(text):
            write_note(visible(f"note: {left} is a derivative already, and this is one of its right side"))

    from gradcli.autodiff.inner_derivatives import DERIVATIVE
    from gradcli.cli.inputs.symbolic import assumed, graph_of, write_derivatives
    from gradcli.graph.names import result_of
    from gradcli.language.ast import Call
    from gradcli.language.parser import parse
    from gradcli.output.reports.calculus.derivatives import Derivatives

    program = parse(text, where)
    graph = graph_of(text, where, values, options, program)
    value = getattr(program.statements[-1], "value", None)
    if program.may_differentiate and not options.wrt and isinstance(value, Call) and value.function == DERIVATIVE:
        note = "the expression is a derivative already, and this is the derivative of that; gradcli simplify writes it out"
        write_note(f"note: {note}")
    if not graph.variables and not options.wrt and "=" in text:
        hint = "a value is given by --at x=3, and an equation is what --implicit takes"
        raise GradcliError(f"the {where} has no variable to differentiate by", hint=hint)
    if not options.jacobian:
        warn_of_others(graph, options)
    if options.partial is not None:
        variables_asked(graph, split_names("--partial", [options.partial]), where, "--partial")
    wrt = variables_asked(graph, split_names("--wrt", options.wrt), where)
    requests, rows = _requests(options, graph.outputs if options.jacobian else [graph.output], wrt)
    assume = assumed(options, graph, values)
    output = result_of(graph)
    with located(text, where):
        if rows and graph.shapes:
            table, by, of = _element_rows(options, graph, wrt, assume=assume)
            found = Derivatives(output, by, table.simplified, len(table.names), of=of)
            derivatives, ids = table.graph, table.ids
        else:
            from gradcli.algebra.derivatives import derivative_graph, of_what_has_values
            from gradcli.algebra.simplified import Simplifier
            from gradcli.derivation.nodes.special_points import with_conditions

            derivatives, ids = derivative_graph(graph, requests)
            simplifier = Simplifier(derivatives, ids, generic=True, assume=assume)
            by, of = [variables for _, variables in requests], [(id, 0) for id, _ in requests]
            total = len(graph.variables) == 1 and not graph.shapes
            simplified = with_conditions(simplifier.together(ids), graph, by, assume)
            if not options.jacobian:
                simplified = of_what_has_values(simplified, graph, by, assume)
            found = Derivatives(output, by, simplified, rows, of=of, total=total)
    write_derivatives(found, options, text, graph, derivatives, ids, values)


def _implicit(options: DiffOptions, variable: str) -> None:
    """Derivatives of what an equation gives."""
    from gradcli.algebra.total_derivative import implicit_derivatives
    from gradcli.cli.inputs.relations import implicit_graph
    from gradcli.cli.inputs.symbolic import assumed, write_derivatives
    from gradcli.output.reports.calculus.derivatives import Derivatives

    values = point(options)
    equation, where, graph, wrt, why = implicit_graph(options, variable, values)
    _check_plain(options, "--implicit")
    requests, rows = _requests(options, [graph.output], wrt)
    with located(equation.text, where):
        asked = [request for _, request in requests]
        assume = assumed(options, graph, values)
        simplified, derivatives, ids = implicit_derivatives(graph, variable, asked, assume=assume, shorter=True)
    found = Derivatives(variable, asked, simplified, rows, total=len(graph.variables) == 2)
    write_derivatives(found, options, equation.text, graph, derivatives, ids, values, apart=True, undefined=why)


def _total(options: DiffOptions) -> None:
    """Total derivatives, along every way of dependence."""
    if point(options):
        raise GradcliError("a total derivative has no value where what depends has only a name", hint="leave --at out")

    from gradcli.algebra.total_derivative import total_derivatives
    from gradcli.cli.inputs.symbolic import assumed, write_derivatives
    from gradcli.graph.names import result_of
    from gradcli.output.reports.calculus.derivatives import Derivatives

    _check_plain(options, "--depends")
    asked = totals(options, split_names("--partial", [options.partial] if options.partial else []))
    requests, rows = _requests(options, [asked.graph.output], asked.wrt)
    with located(asked.text, asked.where):
        by = [request for _, request in requests]
        assume = assumed(options, asked.graph, {})
        simplified, derivatives, ids = total_derivatives(asked.graph, by, asked.dependences, assume=assume)
    output = result_of(asked.graph)
    found = Derivatives(output, by, simplified, rows, total=len(asked.known) == 1)
    write_derivatives(found, options, asked.text, asked.graph, derivatives, ids, {})


def _combined(options: DiffOptions) -> None:
    """Sums of derivatives: along a direction, divergence, curl, Laplacian."""
    values = point(options)

    from gradcli.algebra import vector_fields
    from gradcli.algebra.at_point import not_smooth
    from gradcli.cli.inputs.symbolic import assumed, write_derivatives
    from gradcli.derivation.nodes.special_points import with_conditions
    from gradcli.output.reports.calculus.derivatives import Derivatives

    asked = field_sums(options, values, ("partial", "gradient", "hessian", "jacobian", "order"))
    field, rows = asked.field, asked.rows
    with located(asked.text, asked.where):
        assume = assumed(options, field, values)
        simplified, derivatives, ids = vector_fields.combined(field, rows, assume=assume)
        terms = [(wrt, (field.outputs[at], 0)) for row in rows for _, at, wrt in row]
        why = not_smooth(field, [wrt for wrt, _ in terms], values, [of for _, of in terms]) if values else ""
    if options.laplacian:
        simplified = with_conditions(simplified, field, [[*asked.names, *asked.names]] * len(rows), assume)
    by = [(name,) for name in asked.names] if options.curl and len(rows) > 1 else [()] * len(rows)
    found = Derivatives("f", by, simplified, len(rows) if len(rows) > 1 else 0)
    write_derivatives(found, options, asked.text, field, derivatives, ids, values, apart=True, undefined=why)


def _check_plain(options: DiffOptions, option: str) -> None:
    if options.jacobian:
        raise GradcliError(f"{option} and --jacobian do not go together", hint="leave one out")


def _element_rows(
    options: DiffOptions, graph: Graph, wrt: Sequence[str], *, assume: Assumptions
) -> tuple[Rows, list[tuple[str, ...]], list[tuple[int, int]]]:
    """The derivatives of arrays, or by arrays, as rows of elements, and by what and of which element each of them is."""
    from gradcli.algebra.jacobian import hessian, jacobian

    if options.hessian:
        table = hessian(graph, graph.output, wrt, assume=assume)
        pairs = list(product(table.names, repeat=2))
        return table, pairs, [(graph.output, 0)] * len(pairs)
    outputs = graph.outputs if options.jacobian else [graph.output]
    table = jacobian(graph, outputs, wrt, assume=assume)
    elements = [(output, place) for output in outputs for place in range(prod(graph.shape(output)))]
    row: list[tuple[str, ...]] = [(name,) for name in table.names]
    return table, row * len(elements), [element for element in elements for _ in row]


def _requests(options: DiffOptions, outputs: Sequence[int], wrt: Sequence[str]) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """Which outputs to differentiate by what, and how many of the results stand in a row."""
    tables = {"partial": options.partial, "gradient": options.gradient, "hessian": options.hessian, "jacobian": options.jacobian}
    asked = [f"--{name}" for name, value in tables.items() if value]
    others = ["--order"] * (options.order > 1) + ["--wrt"] * bool(options.partial and options.wrt)
    if len(asked) > 1 or (asked and others):
        raise GradcliError(f"{' and '.join(asked + others)} do not go together", hint="leave one out")
    if options.partial is not None:
        return [(outputs[0], tuple(split_names("--partial", [options.partial])))], 0
    if options.hessian:
        return [(outputs[0], pair) for pair in product(wrt, repeat=2)], len(wrt)
    if options.jacobian:
        return [(output, (name,)) for output in outputs for name in wrt], len(wrt)
    if options.gradient:
        return [(outputs[0], (name,)) for name in wrt], len(wrt)
    return [(outputs[0], (name,) * options.order) for name in wrt], 0


COMMAND = Command(HELP, EXPRESSION, DiffOptions, run, takes_variables=True, work="taking derivatives")
