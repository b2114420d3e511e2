"""The views of a run on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from gradcli.autodiff.passes.tape import Tape
from gradcli.cli.framework.streams import can_print_signs, wants_rich, write, write_note, write_warning
from gradcli.errors import visible
from gradcli.frozen import replace
from gradcli.language.numbers import number_text

if TYPE_CHECKING:
    from gradcli.output.further import Extra
    from gradcli.output.reports.blocks import Block, Style

DERIVATION_NODES = 300
"""Nodes up to which a derivation is written without being asked for."""

_DERIVED = frozenset({"derivative", "derivation", "tangent"})
"""Keys of the JSON document that hold derivations."""


def show(
    tape: Tape,
    format: str | None,
    text: str,
    warnings: Sequence[str],
    *,
    show_all: bool = False,
    extra: Extra | None = None,
    select: Collection[str] | None = None,
) -> None:
    """Write a run to standard output.

    Args:
        tape: The run.
        format: ``rich``, ``text``, ``json`` or ``numbers``; None for what suits the terminal or pipe.
        text: The source of the expression.
        warnings: What the JSON document should warn of.
        show_all: Leave nothing out.
        extra: What to write beyond value and gradient; None for nothing.
        select: The keys of the JSON document to write; None for all.
    """
    printed: list[str] = []
    if tape.printed:
        from gradcli.output.reports.printed import printed_line

        printed = [printed_line(shown) for shown in tape.printed]
    if format == "numbers":
        for line in printed:
            write_note(visible(line))
        write(_numbers(tape) if extra is None else _extra_numbers(tape, extra))
        return
    derivation = None
    left_out: list[str] = []
    wanted = select is None or not _DERIVED.isdisjoint(select)
    if wanted and (show_all or len(tape.graph) <= DERIVATION_NODES):
        from gradcli.derivation.nodes.chain_rule import derive

        derivation = derive(tape)
        left_out += derivation.warnings
        extra = None if extra is None else _derived(tape, extra)
    elif wanted:
        size = f"{len(tape.graph):,}"
        left_out.append(f"the graph has {size} nodes: derivation and written-out derivatives are left out; --all brings them")
    if format == "json":
        from gradcli.output.records.run import eval_json

        signs = can_print_signs(sys.stdout)
        everything = [*warnings, *left_out]
        said = "\n".join([*printed, ""]) or None
        write(eval_json(tape, derivation, text, everything, ascii=not signs, extra=extra, printed=said, select=select))
        return
    from gradcli.output.reports.blocks import Lines
    from gradcli.output.reports.run import eval_report

    for sentence in left_out:
        write_warning(sentence)
    shown = [Lines([visible(line) for line in printed])] if printed else []
    show_blocks(lambda style: [*shown, *eval_report(tape, derivation, style=style, show_all=show_all, extra=extra)], format)


def show_blocks(blocks: Callable[[Style], Iterable[Block]], format: str | None) -> None:
    """Write blocks to standard output, by Rich on a terminal and as plain text in a pipe.

    Args:
        blocks: Makes the blocks in a style.
        format: ``rich`` or ``text``; None for what suits the terminal or pipe.
    """
    from gradcli.output.reports.blocks import Style, in_ascii

    ascii = not can_print_signs(sys.stdout)
    made = map(in_ascii, blocks(Style(ascii))) if ascii else blocks(Style(ascii))
    if format == "rich" or (format is None and wants_rich(sys.stdout)):
        from gradcli.output.reports.rich import rich_text

        write([rich_text(made, sys.stdout, ascii=ascii)])
    else:
        from gradcli.output.reports.plain import plain_lines

        write(f"{line}\n" for line in plain_lines(made))


def _numbers(tape: Tape) -> Iterable[str]:
    """The value, then the gradient, a number or an array a line; zeros where no gradient arrives."""
    yield f"{number_text(tape.value)}\n"
    if tape.requires_grad[tape.output] and tape.adjoints[tape.output] is None:
        return  # an array has no gradient without a cotangent
    for value in tape.full_gradient.values():
        yield f"{number_text(value)}\n"


def _extra_numbers(tape: Tape, extra: Extra) -> Iterable[str]:
    """The value, then what was asked for in place of the gradient, a number or an array a line."""
    from gradcli.output.records.further import extra_numbers

    yield f"{number_text(tape.value)}\n"
    for value in extra_numbers(tape, extra):
        yield f"{number_text(value)}\n"


def _derived(tape: Tape, extra: Extra) -> Extra:
    """The same with the derivation of its tangents."""
    if extra.tangents is None:
        return extra
    from gradcli.derivation.nodes.forward_pass import derive_tangents

    return replace(extra, forward_pass=derive_tangents(tape, extra.tangents))
