"""What a format makes of exercises: text, or several files as one archive, of the same bytes in every run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

from gradcli.output.formats import QuizFormat
from gradcli.teaching.exercises.exercises import Exercise


def content(format: QuizFormat, found: Sequence[Exercise], ask: str) -> list[str] | bytes:
    """The content of a file; what cannot be written fails before anything is.

    Args:
        format: The format.
        found: The exercises.
        ask: What they ask for.

    Raises:
        GradcliError: The format cannot carry an expression.
    """
    pieces = list(format.written(found, ask=ask))
    return _archive(pieces) if format.archive else pieces


def _archive(files: Iterable[tuple[str, str]]) -> bytes:
    """A zip archive of files, each a name and a text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # modes as of Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return packed.getvalue()
