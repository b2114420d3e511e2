"""Formats: what their records say is so."""

from __future__ import annotations

import inspect
from collections import Counter
from importlib import import_module

import pytest

from gradcli.cli.views.graph_formats import ViewOptions
from gradcli.errors import GradcliError
from gradcli.output.formats import EXPLANATIONS, GRAPHS, Format, format_of_file

WRITTEN = [format for format in (*GRAPHS.values(), *EXPLANATIONS.values()) if format.writer]


@pytest.mark.parametrize("format", WRITTEN, ids=lambda written: written.writer)
def test_a_writer_takes_what_its_record_says(format: Format) -> None:
    module, _, name = format.writer.partition(":")
    parameters = inspect.signature(getattr(import_module(module), name)).parameters
    told = [option for option in format.options if option not in ("direction", "facts", "show", "hide")]  # the diagram has these
    assert told == [option for option in format.options if option in parameters]
    assert {*parameters} & {"theme", "layout", "ascii", "scale", "size"} <= {*told}


@pytest.mark.parametrize("formats", [GRAPHS, EXPLANATIONS], ids=["graphs", "explanations"])
def test_a_file_has_one_format(formats: dict[str, Format]) -> None:
    ends = Counter(suffix for format in formats.values() for suffix in format.suffixes)
    assert set(ends.values()) == {1}
    for suffix in ends:
        assert suffix in format_of_file(f"lesson.v2{suffix.upper()}", formats).suffixes
    with pytest.raises(GradcliError, match="does not tell its format") as caught:
        format_of_file("lesson", formats)
    assert all(suffix in caught.value.hint for suffix in ends)


def test_options_of_graphs_are_options_of_the_command() -> None:
    named = {option for format in GRAPHS.values() for option in format.options}
    known = ("theme", "layout", "direction", "ascii", "facts", "show", "hide", "legend", "scale", "size")
    assert named == {option for option in known if hasattr(ViewOptions, option)}
