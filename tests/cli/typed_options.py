"""Mistakes with an option that the type checker sees: where it sees one no longer, its comment is unused, which is an error."""

from __future__ import annotations

from gradcli.cli.commands.values.eval import EvalOptions


def run(options: EvalOptions) -> int:
    print(options.jsn)  # type: ignore[attr-defined]
    options.json = True  # type: ignore[assignment]
    return options.format  # type: ignore[return-value]
