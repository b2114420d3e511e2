"""Charts in the terminal, as pictures and as pages."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping

from gradcli.cli.framework.choices import chosen_format, file_format
from gradcli.cli.framework.command import flag, text
from gradcli.cli.framework.options import FileOptions, OutputOptions
from gradcli.cli.framework.streams import STDIN, can_print_signs, wants_rich, write, write_to
from gradcli.errors import GradcliError
from gradcli.output.formats import PLOTS, Format
from gradcli.output.plots.chart import Chart, Range


class ChartOptions(FileOptions):
    """How a chart is written."""

    format = text(
        "How to write it; where left out by the name of the file, else draw on a terminal and table in a pipe.",
        "FORMAT",
        choices=tuple(PLOTS),
    )
    json = OutputOptions.json
    ascii = flag("No signs beyond ASCII.")
    theme = text("Colours: light, dark, or those of the viewer.", "THEME", choices=("light", "dark", "auto"))
    window = text("What is shown from bottom to top; where left out, all, but beside poles what most places have.", "LOW:HIGH")


def window_of(options: ChartOptions) -> Range | None:
    """The heights that --window asks for; None where it is left out."""
    from gradcli.cli.inputs.ranges import range_of

    return None if options.window is None else range_of(options.window, "--window")


def chart_format(options: ChartOptions, formats: Mapping[str, Format] = PLOTS) -> Format:
    """The format of a call.

    Raises:
        GradcliError: Options ask for different ones, or for what its format does not have.
    """
    asked = file_format(chosen_format(options.format, json=options.json), options.output, formats)
    terminal = sys.stdout is not None and (sys.stdout.isatty() or wants_rich(sys.stdout))
    format = asked or formats["draw" if terminal else "table"]
    if options.theme is not None and "theme" not in format.options:
        pictures = ", ".join(one.name for one in formats.values() if "theme" in one.options)
        raise GradcliError(f"--theme is for {pictures}, not for {format.name}", hint="leave it out")
    return format


def write_chart(
    chart: Callable[[], Chart], format: Format, options: ChartOptions, others: Mapping[str, Callable[[], Iterable[str]]]
) -> None:
    """Write a chart, or what another format has of it.

    Args:
        chart: Makes the chart.
        format: The format.
        options: The options of the call.
        others: For each format that is no picture of the chart, what makes its text.
    """
    to_stdout = options.output in (None, STDIN)
    ascii = options.ascii or (to_stdout and not can_print_signs(sys.stdout))
    if format.name in others:
        write_to(options.output, others[format.name]())
    elif format.binary:
        if to_stdout and sys.stdout is not None and sys.stdout.isatty():
            raise GradcliError(f"{format.name} is not for a terminal", hint=f"add -o plot.{format.name}")
        from gradcli.output.diagrams.raster import converted

        shown = chart()
        svg = "".join(PLOTS["svg"].written(shown, theme=options.theme or "light"))
        write_to(options.output, converted(svg, format.name, title=shown.title))
    elif format.name == "draw" and to_stdout and wants_rich(sys.stdout):
        from gradcli.output.box_drawing.draw import rich_drawing
        from gradcli.output.plots.terminal import drawn_chart

        write([rich_drawing(drawn_chart(chart(), width=shutil.get_terminal_size().columns, ascii=ascii), sys.stdout)])
    else:
        width = shutil.get_terminal_size().columns if to_stdout else 80
        write_to(options.output, format.written(chart(), theme=options.theme or "auto", ascii=ascii, width=width))
