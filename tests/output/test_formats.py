"""Formats: what their records say is so."""

from __future__ import annotations

import inspect
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from commandline import command

from gradcli.cli.views.graph_formats import ViewOptions
from gradcli.errors import GradcliError
from gradcli.output.formats import ALL, CHECKS, EXERCISES, EXPLANATIONS, GRAPHS, PLOTS, Format, check_file, format_of_file

WRITTEN = [format for format in (*GRAPHS.values(), *EXPLANATIONS.values()) if format.writer]


@pytest.mark.parametrize("format", WRITTEN, ids=lambda written: written.writer)
def test_a_writer_takes_what_its_record_says(format: Format) -> None:
    module, _, name = format.writer.partition(":")
    parameters = inspect.signature(getattr(import_module(module), name)).parameters
    told = [
        option for option in format.options if option not in ("direction", "facts", "show", "hide", "layers")
    ]  # the diagram has these
    assert told == [option for option in format.options if option in parameters]
    assert {*parameters} & {"theme", "layout", "ascii", "scale", "size"} <= {*told}


@pytest.mark.parametrize("formats", ALL, ids=["graphs", "explanations", "plots", "checks", "exercises"])
def test_a_file_has_one_format(formats: dict[str, Format]) -> None:
    ends = Counter(suffix for format in formats.values() for suffix in format.suffixes)
    for suffix, count in ends.items():
        if count == 1:
            assert suffix in format_of_file(f"lesson.v2{suffix.upper()}", formats).suffixes
        else:
            with pytest.raises(GradcliError, match="several formats end in"):
                format_of_file(f"lesson{suffix}", formats)
    with pytest.raises(GradcliError, match="does not tell its format") as caught:
        format_of_file("lesson", formats)
    assert all(suffix in caught.value.hint for suffix in ends)


CALLS = {
    "graph": (GRAPHS, ["x^2"], "--format"),
    "explain": (EXPLANATIONS, ["x^2", "--x", "2"], "--format"),
    "plot": (PLOTS, ["x^2", "--x", "0:1"], "--format"),
    "check": (CHECKS, ["x^2", "--x", "2"], "--format"),
    "exercise": (EXERCISES, ["-n", "1"], "--to"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_suffix_that_contradicts_the_format_is_an_error(name: str, tmp_path: Path) -> None:
    formats, call, option = CALLS[name]
    every = {suffix for own in ALL for format in own.values() for suffix in format.suffixes}
    for format in formats.values():
        if format.terminal:
            continue
        fitting = {*format.suffixes, *(() if format.packed else (".txt",))}
        for suffix in sorted(every - fitting):
            path = tmp_path / f"a{suffix}"
            code, _, err = command([name, *call, option, format.name, "-o", str(path)])
            assert (code, path.exists()) == (2, False), (format.name, suffix)
            assert f"not {option} {format.name}" in err
            assert f"end it in {(*format.suffixes, '.txt')[0]}" in err
        check_file(format, "a.own", "")
        for suffix in fitting:
            check_file(format, f"a{suffix}", "")


def test_options_of_graphs_are_options_of_the_command() -> None:
    named = {option for format in GRAPHS.values() for option in format.options}
    known = ("theme", "layout", "direction", "ascii", "facts", "show", "hide", "layers", "legend", "scale", "size")
    assert named == {option for option in known if hasattr(ViewOptions, option)}
