"""`gradcli descend`: gradient descent, watched."""

from __future__ import annotations

import math
from functools import partial

from gradcli.cli.framework.choices import refuse
from gradcli.cli.framework.command import Command, choice, flag, text, whole
from gradcli.cli.framework.options import EXPRESSION, ExpressionOptions, Limits, WrtOptions
from gradcli.cli.framework.progress import doing
from gradcli.cli.framework.streams import STDIN, wants_rich, write_to
from gradcli.cli.inputs.source import expression_text
from gradcli.cli.inputs.variables import bindings_of
from gradcli.cli.views.show_chart import ChartOptions, chart_format, in_ascii, write_chart
from gradcli.errors import GradcliError, located
from gradcli.language.numbers import number_text

HELP = """\
Gradient descent, watched. Steps, values, the way over the contours, and why it diverges or oscillates.

\b
  gradcli descend "(x-3)^2 + (w+1)^2" --x 0 --w 0                    a table, the values as a curve, how it went
  gradcli descend "x^2" --x 3 --lr 0.1,0.9,1.1                       several learning rates
  gradcli descend "x^2 + 10*w^2" --x 3 --w 1 -o way.svg              the way over the contours
  gradcli descend "sum((A@x - [1,2])^2)" --A [[2,0],[1,3]] --x [0,0] --wrt x
  gradcli descend "(1-x)^2 + 100*(w-x^2)^2" --x -1.2 --w 1 --optimizer bfgs
  gradcli descend "x^2" --x 3 --optimizer adam --to torch            the loop of PyTorch that does the same

In a pipe each step is a line. Momentum is 0.9, and the other numbers are PyTorch's. Of plain descent a step that is longer than
2 over the largest curvature, the largest eigenvalue of the Hessian, diverges; the answer says so with these numbers.
"""


class DescendOptions(ChartOptions, ExpressionOptions, WrtOptions, Limits):
    """What a call may ask for."""

    optimizer = choice(
        "How steps are made.", "NAME", ("gd", "momentum", "nesterov", "adam", "rmsprop", "newton", "bfgs", "line-search"), "gd"
    )
    lr = text("The learning rate, or several, 0.01,0.1,1: where left out 0.1, of rmsprop 0.01, of newton 1.", "NUMBERS")
    steps = whole("How many steps to take.", 100, minimum=1, maximum=1_000_000)
    quiet = flag("The parameters at the end, then the value there, a number a line.", short="-q")
    to = text("Write the loop that does the same in another library.", "LIBRARY", choices=("torch",))


def run(options: DescendOptions) -> None:
    """Run the command; numbers that overflow are no surprise where steps are too long."""
    from gradcli.autodiff.passes.reverse import quiet

    with quiet():
        _descend(options)


def _descend(options: DescendOptions) -> None:
    if options.quiet:
        refuse(options, ("to",), "is for the whole descent, and --quiet writes its end alone")
    format = chart_format(options)
    source, where = expression_text(options)
    values = bindings_of(options)[0]

    from gradcli.analysis.descent.methods import OPTIMISERS, steps
    from gradcli.analysis.descent.objective import Objective
    from gradcli.analysis.descent.verdict import verdict
    from gradcli.cli.inputs.run import request_of
    from gradcli.language.parser import parse

    optimiser = OPTIMISERS[options.optimizer]
    rates = _rates(options, optimiser.lr)
    with located(source, where):
        program = parse(source, where)
        objective = Objective(program, request_of(options, bindings=values))
        if options.to is not None:
            _write_loop(objective, source, options, rates)
            return
        from gradcli.output.plots.of_descent import Run

        runs: list[Run] = []
        for lr in rates:
            taken = []
            for step in steps(objective, options.optimizer, lr, options.steps):
                taken.append(step)
                doing("taking steps", len(runs) * options.steps + len(taken), len(rates) * options.steps)
            found = verdict(objective, taken, options.optimizer, lr, options.steps)
            runs.append(Run(options.optimizer, lr, taken, found, objective.labels))

    if options.quiet:
        ends = [end for run in runs for end in (*run.steps[-1].point, run.steps[-1].value)]
        write_to(options.output, [f"{number_text(float(end))}\n" for end in ends])
        return
    from gradcli.output.plots import of_descent

    columns = of_descent.descent_columns(objective, runs)
    if format.name == "draw":
        if options.output in (None, STDIN) and len(columns) < 10:
            rows = [*of_descent.descent_rows(runs, of_descent.ROWS)]
            _show_table(options, columns, rows, sum(len(run.steps) for run in runs))
        chart = of_descent.loss_chart(runs, source)
    elif format.name in ("table", "csv", "json"):
        chart = of_descent.loss_chart(runs, source, ends=False)
    else:
        from gradcli.autodiff.runs.static_graphs import build

        with located(source, where):
            shapes = {**objective.shapes, **{name: getattr(value, "shape", ()) for name, value in objective.fixed.items()}}
            graph = build(program, request_of(options, shapes=shapes, steered=False, wrt=None))
            chart, over = of_descent.path_chart(runs, graph, objective, source)
        if format.name == "html":
            from gradcli.output.plots.page import descent_page

            page = descent_page(chart, over, graph, source, objective.fixed, theme=options.theme or "auto")
            write_to(options.output, page, ascii=in_ascii(options), html=True)
            return
    json = partial(of_descent.descent_json, objective, runs, source, optimiser.numbers)
    write_chart(chart, format, options, lambda: of_descent.descent_rows(runs), columns, json)


def _rates(options: DescendOptions, default: float | None) -> list[float | None]:
    """The learning rates."""
    if options.lr is None:
        return [default]
    if default is None:
        raise GradcliError(f"{options.optimizer} searches for its steps, and has no --lr", hint="leave it out")
    found: dict[float | None, None] = {}
    for part in options.lr.split(","):
        try:
            rate = float(part)
        except ValueError:
            rate = math.nan
        if not 0 < rate < math.inf:
            raise GradcliError(f"--lr takes numbers above 0, not '{part}'", hint="for example --lr 0.01,0.1,1")
        found[rate] = None
    return list(found)


def _show_table(options: DescendOptions, columns: list[str], rows: list[list[float]], count: int) -> None:
    """Some of the steps, above the curve."""
    from gradcli.cli.views.show import show_blocks
    from gradcli.language.numbers import short_text
    from gradcli.output.reports.blocks import Table

    left = count - len(rows)
    note = f"... {left:,} more step{'s' * (left > 1)}; --format table shows all, --json has them" if left else ""
    table = Table("steps", columns, [[*map(short_text, row)] for row in rows], frozenset(columns), frozenset(), note=note)
    show_blocks(lambda style: [table], "rich" if wants_rich() else "text")
    write_to(options.output, ["\n"])


def _write_loop(objective: object, source: str, options: DescendOptions, rates: list[float | None]) -> None:
    """Write the loop of PyTorch."""
    from gradcli.analysis.descent.methods import OPTIMISERS
    from gradcli.analysis.descent.objective import Objective
    from gradcli.output.code.torch_loop import torch_loop

    assert isinstance(objective, Objective)
    refuse(options, ("format", "json", "theme"), "is for the descent itself, and --to writes code")
    optimiser = OPTIMISERS[options.optimizer]
    if not optimiser.torch:
        raise GradcliError(f"torch.optim has no {options.optimizer}", hint="--optimizer gd, momentum, nesterov, adam or rmsprop")
    if len(rates) > 1:
        raise GradcliError("a loop has one learning rate", hint="give one to --lr")
    numbers = {"lr": rates[0], **optimiser.numbers}
    write_to(options.output, torch_loop(objective.tape(objective.start), source, optimiser.torch, numbers, options.steps))


COMMAND = Command(HELP, EXPRESSION, DescendOptions, run, takes_variables=True, work="taking steps")
