"""JAX: arguments are numbers, or arrays of one shape."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.output.code.language import DOUBLE, Language, Written
from gradcli.output.code.languages.python import main
from gradcli.output.code.on_arrays import on_arrays


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    """The points in the precision of the code: JAX rounds to single precision where it is not told."""
    program = main(language, written, points)
    double = "import jax\n    jax.config.update('jax_enable_x64', True)\n\n    def flat("
    return program.replace("def flat(", double, 1) if language.dtype == DOUBLE else program


LANGUAGE = on_arrays("jax", "JAX", "jnp", _main)
