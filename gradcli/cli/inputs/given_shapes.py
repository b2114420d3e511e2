"""Where the variables of a call got their shapes from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gradcli.cli.framework.options import ValueOptions
from gradcli.graph.graph import Shape
from gradcli.graph.shapes import shape_text

MOST_SHAPES = 4
"""Variables up to which a hint says where each got its shape from."""


def given_shapes(
    variables: Mapping[str, Shape], options: ValueOptions, from_file: Collection[str], shapes: Collection[str]
) -> str:
    """Where the variables get their shapes from: ``--A has shape (2, 3)``; empty where they are many."""
    by_option = {given.name: given.option for given in options.variables}
    found: list[str] = []
    for name, shape in variables.items():
        if name in shapes:
            found.append(f"{name} has shape {shape_text(shape)} by --shape")
        elif name in from_file:
            found.append(f"{name} has shape {shape_text(shape)} in {options.bindings}")
        else:
            found.append(f"{by_option.get(name, f'--set {name}')} has shape {shape_text(shape)}")
    return ", ".join(found) if len(found) <= MOST_SHAPES else ""
