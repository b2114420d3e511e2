"""Standard input, output and error of the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from gradcli.cli.framework.progress import erased
from gradcli.errors import WARNED, ExitCode, GradcliError, Speech, label, said, speak_as, visible
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

STDIN = "-"
MOST_BYTES = 64 * 2**20
"""The largest file that is read: some hundred times what takes a minute to work on."""

_SIGNS = "∂·→≈²"
_CHINESE = "中文"

LANGUAGES = ("en", "zh")
"""What may be said to people in; English is the source, and what a catalogue lacks stays English."""


def speak(language: str) -> None:
    """From now on say everything for people in a language; in English where a stream cannot print the other one's signs."""
    if language == "en" or not all(_can_print(stream, _CHINESE) for stream in (sys.stdout, sys.stderr)):
        speak_as(Speech())
        return
    from gradcli.output.translation.translator import translator

    speak_as(translator(language))


def read_text(path: str, most: int = MOST_BYTES) -> tuple[str, str]:
    """The text of a file, or of standard input for ``-``, and what messages call it.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        GradcliError: It cannot be read, or is not UTF-8.
    """
    data, where = read_bytes(path, most)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), where
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GradcliError(
            f"{where} is not UTF-8 text: byte {error.start + 1}, in line {line}", hint="save it as UTF-8"
        ) from None


def read_bytes(path: str, most: int = MOST_BYTES) -> tuple[bytes, str]:
    """What stands in a file, or in standard input for ``-``, and what messages call it.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        GradcliError: It cannot be read.
    """
    where = "standard input" if path == STDIN else path
    try:
        if path == STDIN and sys.stdin is None:
            raise GradcliError("standard input is closed")
        if path == STDIN:
            erased(for_good=sys.stdin.isatty())
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise GradcliError(f"cannot read {where}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > most:
        raise GradcliError(f"{where} has more than {most // 2**20} MiB", exit_code=ExitCode.LIMIT)
    return data, where


def can_print_signs() -> bool:
    """Whether the encoding of standard output has the signs of a derivation."""
    return _can_print(sys.stdout, _SIGNS)


def _can_print(stream: TextIO | None, signs: str) -> bool:
    if stream is None:
        return True
    try:
        signs.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def only_ascii() -> None:
    """From now on write no signs beyond ASCII to standard output and error: views choose others, and what is left is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="ascii", errors="backslashreplace")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sees what is written to a stream, and lines may be written over."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_rich(*, error: bool = False) -> bool:
    """Whether standard output, or error, goes to a terminal that can do more than plain text, or the user asks for it."""
    stream = sys.stderr if error else sys.stdout
    return is_terminal(stream) or bool(stream is not None and os.environ.get("FORCE_COLOR"))


def write(pieces: Iterable[str] | bytes) -> bool:
    """Write to standard output, text piece by piece; characters that its encoding lacks are escaped.

    Returns:
        Whether there is still somebody who reads it.

    Raises:
        GradcliError: It cannot be written to.
    """
    if sys.stdout is None:  # closed by the caller, who wants the exit code alone
        return True
    if hasattr(sys.stdout, "reconfigure") and not can_print_signs():
        sys.stdout.reconfigure(errors="backslashreplace")
    erased(for_good=sys.stdout.isatty())
    try:
        if isinstance(pieces, bytes):
            sys.stdout.buffer.write(pieces)
        else:
            sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_stdout()
        return False
    except OSError as error:
        abandon_stdout()
        raise GradcliError(f"cannot write to standard output: {error.strerror or error}") from None
    return True


def write_lines(lines: Iterable[str]) -> bool:
    """Write lines for people to standard output, in the language of this call; see :func:`write`."""
    return write(f"{said(line)}\n" for line in lines)


def write_fitted(lines: Iterable[str]) -> bool:
    """Write lines as :func:`write_lines` does, on a terminal broken between words, further lines below where the last column of
    the first one began."""
    return write(f"{part}\n" for line in lines for part in _parts(said(line)))


def _parts(line: str) -> list[str]:
    if sys.stdout is None or not sys.stdout.isatty():
        return [line]
    import shutil

    from gradcli.output.wrapping import wrapped

    width = shutil.get_terminal_size().columns
    words = line.lstrip()
    column = len(line) - len(words.rpartition("   ")[2].lstrip() if "   " in words else words)
    return wrapped(line, width, " " * min(column, width // 2)) or [""]


def remark_said(line: str) -> str:
    """A line of a formula, with what is remarked behind it in the language of this call."""
    sign = next((sign for sign in ("  # ", "  % ") if sign in line), "")
    formula, _, remark = line.partition(sign) if sign else (line, "", "")
    return f"{formula}{sign}{said(remark)}"


def write_to(path: str | None, pieces: Iterable[str] | bytes, *, ascii: bool = False, html: bool = False) -> None:
    """Write to a file, or to standard output where there is none or it is ``-``.

    Args:
        path: The file.
        pieces: What to write.
        ascii: Whether signs beyond ASCII are escaped.
        html: Whether they are escaped as in HTML.

    Raises:
        GradcliError: It cannot be written to.
    """
    if ascii and not isinstance(pieces, bytes):
        escape = "xmlcharrefreplace" if html else "backslashreplace"
        pieces = (piece.encode("ascii", escape).decode() for piece in pieces)
    if path is None or path == STDIN:
        write(pieces)
    else:
        from gradcli.output.files import write_file

        write_file(path, pieces)


def write_json(pieces: Iterable[str], path: str | None = None, *, ascii: bool = False) -> None:
    """Write a document to a file, or to standard output; see :func:`write_to`. Where signs are escaped they are so as in JSON."""
    from gradcli.output.json import escaped

    write_to(path, escaped(pieces) if ascii or (path in (None, STDIN) and not can_print_signs()) else pieces)


def abandon_stdout() -> None:
    """The reader is gone: what is still buffered goes nowhere, quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_warning(text: str) -> None:
    """Write a warning to standard error, and keep it for the JSON document that may follow."""
    WARNED.append(text)
    yellow, end = ("\x1b[1;33m", "\x1b[0m") if _in_colour() else ("", "")
    _to_stderr(_fitted(f"{yellow}{label(said('warning:'), end)}{said(visible(text))}") + "\n")


def write_note(text: str, *, own: bool = True) -> None:
    """Write a line to standard error; one that is not the tool's own, such as what a program prints, as it is."""
    _to_stderr(f"{_fitted(said(text)) if own else text}\n")


def write_error(error: GradcliError, *, as_json: bool) -> None:
    """Write an error to standard error, as text or as one JSON object."""
    if as_json:  # a script reads it: it is English, whatever the language of people
        import json

        _to_stderr(json.dumps(error.as_json()) + "\n")
    else:
        _to_stderr("\n".join(map(_fitted, error.render(said, colour=_in_colour()).split("\n"))) + "\n")


def _in_colour() -> bool:
    """Whether standard error shows colours."""
    return wants_rich(error=True) and not os.environ.get("NO_COLOR")


def _fitted(line: str) -> str:
    """A sentence whose lines on a terminal end between words; a picture, which is indented, is as it is."""
    if sys.stderr is None or not sys.stderr.isatty() or line.startswith(" "):
        return line
    import shutil

    from gradcli.output.wrapping import wrapped

    begin, end, rest = line.rpartition("\x1b[0m")
    word = begin.partition("m")[2]
    first, *others = wrapped(word + rest, shutil.get_terminal_size().columns) or [""]
    return "\n".join([f"{begin}{end}{first[len(word) :]}", *others])


def _to_stderr(text: str) -> None:
    if sys.stderr is None:
        return
    erased(for_good=False)
    encoding = sys.stderr.encoding or "ascii"
    try:
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()
    except OSError:
        # There is nobody left to tell; the exit code says what happened.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
