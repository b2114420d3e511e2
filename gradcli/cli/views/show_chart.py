"""Charts in the terminal, as pictures and as pages."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from gradcli.cli.framework.choices import chosen_format, file_format, refuse
from gradcli.cli.framework.command import text
from gradcli.cli.framework.options import FileOptions, OutputOptions
from gradcli.cli.framework.streams import STDIN, can_print_signs, wants_rich, write, write_json, write_to
from gradcli.cli.views.show import blocks_said
from gradcli.errors import GradcliError, said
from gradcli.frozen import replace
from gradcli.output.formats import PLOTS, Format
from gradcli.output.plots.chart import Chart


class ChartOptions(FileOptions):
    """How a chart is written."""

    format = text(
        "How to write it; where left out by the name of the file, else draw on a terminal and table in a pipe.",
        "FORMAT",
        choices=tuple(PLOTS),
    )
    json = OutputOptions.json
    theme = text("Colours: light, dark, or those of the viewer.", "THEME", choices=("light", "dark", "auto"))


def chart_format(options: ChartOptions) -> Format:
    """The format of a call.

    Raises:
        GradcliError: Options ask for different ones, or for what its format does not have.
    """
    if "quiet" in options.given:
        refuse(options, ("format", "json", "theme"), "is for more than numbers, and --quiet writes these alone")
        return PLOTS["csv"]
    asked = file_format(chosen_format(options), options.output, PLOTS)
    terminal = sys.stdout is not None and (sys.stdout.isatty() or wants_rich())
    format = asked or PLOTS["draw" if terminal else "table"]
    if options.theme is not None and "theme" not in format.options:
        pictures = ", ".join(one.name for one in PLOTS.values() if "theme" in one.options)
        raise GradcliError(f"--theme is for {pictures}, not for {format.name}", hint="leave it out")
    return format


def in_ascii(options: ChartOptions) -> bool:
    """Whether no signs beyond ASCII are written."""
    return options.ascii or (options.output in (None, STDIN) and not can_print_signs())


def write_chart(
    chart: Chart,
    format: Format,
    options: ChartOptions,
    rows: Callable[[], Iterator[list[float]]],
    columns: Sequence[str],
    json: Callable[[], Iterable[str]],
) -> None:
    """Write a chart, or its numbers.

    Args:
        chart: The chart.
        format: The format.
        options: The options of the call.
        rows: Makes the rows of its numbers.
        columns: What they are.
        json: Makes its document.
    """
    to_stdout = options.output in (None, STDIN)
    ascii = in_ascii(options)
    chart = replace(chart, notes=[said(note) for note in chart.notes])
    if format.name == "json":
        write_json(json(), options.output, ascii=options.ascii)
    elif format.name == "csv":
        from gradcli.output.plots.records import csv_lines

        heading = () if "quiet" in options.given else [columns]
        write_to(options.output, csv_lines(heading, rows()), ascii=ascii)
    elif format.name == "table":
        from gradcli.output.plots.records import number_table
        from gradcli.output.reports.plain import plain_lines

        write_to(
            options.output,
            (f"{line}\n" for line in plain_lines(blocks_said(number_table(columns, rows(), chart.notes)))),
            ascii=ascii,
        )
    elif format.binary:
        if to_stdout and sys.stdout is not None and sys.stdout.isatty():
            raise GradcliError(f"{format.name} is not for a terminal", hint=f"add -o plot.{format.name}")
        from gradcli.output.diagrams.raster import converted

        svg = "".join(PLOTS["svg"].written(chart, theme=options.theme or "light"))
        write_to(options.output, converted(svg, format.name, title=chart.title))
    elif format.name == "draw" and to_stdout and wants_rich():
        from gradcli.output.box_drawing.draw import rich_drawing
        from gradcli.output.plots.terminal import drawn_chart

        write(
            [
                rich_drawing(
                    drawn_chart(chart, width=shutil.get_terminal_size().columns, ascii=ascii),
                    sys.stdout,
                )
            ]
        )
    else:
        width = shutil.get_terminal_size().columns if to_stdout else 80
        write_to(options.output, format.written(chart, theme=options.theme or "auto", ascii=ascii, width=width))
