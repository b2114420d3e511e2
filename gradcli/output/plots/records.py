"""What is plotted as numbers: CSV, a table for pipes, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradcli.analysis.sampling.curves import Curves
from gradcli.language.numbers import number_text
from gradcli.output.json import document, json_number, json_numbers
from gradcli.output.plots.of_curves import Touching, curve_name, marks_of
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.output.reports.blocks import Block
    from gradcli.output.schemas.plots import PlotDocument


def curve_columns(found: Curves, names: Sequence[str]) -> list[str]:
    """The heading of each column: the variable, then the curves."""
    return [found.variable, *[curve_name(names, curve, found.variable) for curve in found.curves]]


def curve_rows(found: Curves) -> Iterator[list[float]]:
    """The value of the variable, and those of the curves there."""
    for place, *values in zip(found.places.tolist(), *[curve.values.tolist() for curve in found.curves], strict=True):
        yield [place, *values]


def csv_lines(heading: Sequence[Sequence[str]], rows: Iterator[list[float]]) -> Iterator[str]:
    """A file of rows, below those of a heading."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in (*heading, *rows):
        writer.writerow(row)
        if stream.tell() > 2**16:
            yield stream.getvalue()
            stream.seek(0)
            stream.truncate()
    yield stream.getvalue()


def number_table(columns: Sequence[str], rows: Iterator[list[float]], notes: Sequence[str]) -> Iterator[Block]:
    """The same as a table for people, and what is said of it."""
    from gradcli.output.reports.blocks import Lines, Table

    yield Table("points", columns, [[*map(number_text, row)] for row in rows], frozenset(columns), frozenset())
    if notes:
        yield Lines(notes)


def curves_json(
    found: Curves,
    names: Sequence[str],
    bindings: Mapping[str, float],
    tangents: Sequence[Touching],
) -> Iterator[str]:
    """The document of `gradcli plot --json`."""
    parts: PlotDocument = {
        "expressions": list(names),
        "variable": found.variable,
        "bindings": json_numbers(bindings),
        "window": list(found.window),
        "places": found.places.tolist(),
        "curves": [
            {
                "expression": names[curve.function],
                "name": curve_name(names, curve, found.variable),
                "order": curve.order,
                "values": _numbers(curve.values),
                "marks": marks_of(curve),
            }
            for curve in found.curves
        ],
        "tangents": [
            {
                "expression": names[found.curves[one.curve].function],
                "place": one.place,
                "value": one.value,
                "slope": one.slope,
                "tangent": one.text,
            }
            for one in tangents
        ],
    }
    return document("plot", parts)


def _numbers(values: Any) -> list[Any]:
    """Numbers for JSON."""
    import numpy

    found: list[Any] = values.tolist()
    return found if numpy.isfinite(values).all() else list(map(json_number, found))
