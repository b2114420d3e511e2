"""The views of a run on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.cli.framework.streams import can_print_signs, wants_rich, write, write_json, write_note, write_warning
from gradcli.errors import spoken, visible
from gradcli.frozen import replace
from gradcli.language.numbers import number_text
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.documents.parts import Part
    from gradcli.output.jacobians import Jacobians
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
    jacobians: Jacobians | None = None,
    select: Collection[str] | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Write a run to standard output.

    Args:
        tape: The run.
        format: ``rich``, ``text``, ``json`` or ``numbers``; None for what suits the terminal or pipe.
        text: The source of the expression.
        warnings: What the JSON document should warn of.
        show_all: Leave nothing out.
        jacobians: What to write beyond value and gradient; None for nothing.
        select: The keys of the JSON document to write; None for all.
        only: The parts of the report to write, whole; None for all, cut to the screen where that is a terminal.
    """
    printed: list[str] = []
    if tape.printed:
        from gradcli.output.reports.runs.printed import printed_line

        printed = [printed_line(shown) for shown in tape.printed]
    if format == "numbers":
        for line in printed:
            write_note(visible(line), own=False)
        write(_numbers(tape) if jacobians is None else _jacobian_numbers(tape, jacobians))
        return
    derivation = None
    left_out: list[str] = []
    wanted = (select is None or not _DERIVED.isdisjoint(select)) and (only is None or "why" in only)
    if wanted and (show_all or len(tape.graph) <= DERIVATION_NODES):
        from gradcli.derivation.nodes.chain_rule import derive

        derivation = derive(tape)
        left_out += derivation.warnings
        jacobians = None if jacobians is None else _derived(tape, jacobians)
    elif wanted:
        size = f"{len(tape.graph):,}"
        left_out.append(f"the graph has {size} nodes: derivation and written-out derivatives are left out; --all brings them")
    if format == "json":
        from gradcli.output.serialization.evaluation import eval_json

        everything = [*warnings, *left_out]
        said = "\n".join([*printed, ""]) or None
        write_json(eval_json(tape, derivation, text, everything, jacobians=jacobians, printed=said, select=select))
        return
    from gradcli.output.reports.blocks import PARTS, Lines
    from gradcli.output.reports.runs.evaluation import eval_report

    for sentence in left_out:
        write_warning(sentence)
    parts = PARTS if only is None else only
    shown = [Lines([visible(line) for line in printed], own=False)] if printed and "answer" in parts else []
    show_blocks(
        lambda style: [
            *shown,
            *eval_report(tape, derivation, style=style, show_all=show_all, jacobians=jacobians, parts=parts),
        ],
        format,
        fit=only is None and not show_all,
    )


def show_blocks(blocks: Callable[[Style], Iterable[Block]], format: str | None, *, fit: bool = False) -> None:
    """Write blocks to standard output, by Rich on a terminal and as plain text in a pipe.

    Args:
        blocks: Makes the blocks in a style.
        format: ``rich`` or ``text``; None for what suits the terminal or pipe.
        fit: Whether a report on a run may be cut to the screen of a terminal.
    """
    from gradcli.output.reports.blocks import Style, in_ascii

    ascii = not can_print_signs()
    made = map(in_ascii, blocks(Style(ascii))) if ascii else blocks(Style(ascii))
    if format == "rich" or (format is None and wants_rich()):
        from gradcli.output.reports.rich import rich_text

        if fit and sys.stdout is not None and sys.stdout.isatty():
            from gradcli.output.reports.fitting import fitted

            made = fitted(made, lambda block: rich_text(blocks_said([block]), sys.stdout, ascii=ascii).count("\n"))
        write([rich_text(blocks_said(made), sys.stdout, ascii=ascii)])
    else:
        from gradcli.output.reports.plain import plain_lines

        write(f"{line}\n" for line in plain_lines(blocks_said(made)))


def blocks_said(blocks: Iterable[Block]) -> Iterable[Block]:
    """Blocks in the language of this call."""
    speech = spoken()
    if speech.language == "en":
        return blocks
    from gradcli.output.translation.blocks import block_said

    return (block_said(block, speech) for block in blocks)


def parts_said(parts: Iterable[Part]) -> Iterable[Part]:
    """A document in the language of this call."""
    speech = spoken()
    if speech.language == "en":
        return parts
    from gradcli.output.translation.documents import document_said

    return document_said(parts, speech)


def _numbers(tape: Tape) -> Iterable[str]:
    """The value, then the gradient, a number or an array a line; zeros where no gradient arrives."""
    yield f"{number_text(tape.value)}\n"
    if tape.requires_grad[tape.output] and tape.adjoints[tape.output] is None:
        return  # an array has no gradient without a cotangent
    for value in tape.full_gradient.values():
        yield f"{number_text(value)}\n"


def _jacobian_numbers(tape: Tape, jacobians: Jacobians) -> Iterable[str]:
    """The value, then what was asked for in place of the gradient, a number or an array a line."""
    from gradcli.output.serialization.jacobians import jacobian_numbers

    yield f"{number_text(tape.value)}\n"
    for value in jacobian_numbers(tape, jacobians):
        yield f"{number_text(value)}\n"


def _derived(tape: Tape, jacobians: Jacobians) -> Jacobians:
    """The same with the derivation of its tangents."""
    if jacobians.tangents is None:
        return jacobians
    from gradcli.derivation.nodes.forward_pass import derive_tangents

    return replace(jacobians, forward_pass=derive_tangents(tape, jacobians.tangents))
