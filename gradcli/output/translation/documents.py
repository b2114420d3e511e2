"""Documents in another language: their words, while formulas stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradcli.derivation.notation.prose import Words, words_said
from gradcli.errors import Speech
from gradcli.frozen import replace
from gradcli.output.documents.parts import Equations, Heading, Paragraph, Part


def document_said(parts: Iterable[Part], speech: Speech) -> Iterator[Part]:
    """A document as a speech says it.

    Args:
        parts: The document in English.
        speech: What says it in a language.
    """

    def said(words: Words) -> Words:
        return tuple(words_said(words, speech.said))

    for part in parts:
        if isinstance(part, Heading | Paragraph):
            yield replace(part, words=said(part.words))
        elif isinstance(part, Equations):
            rows = tuple(replace(row, note=said(row.note)) for row in part.rows)
            yield replace(part, title=said(part.title), rows=rows)
        else:
            cells = tuple(tuple(map(said, row)) for row in part.rows)
            yield replace(part, columns=tuple(map(said, part.columns)), rows=cells, note=said(part.note))
