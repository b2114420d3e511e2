"""Files that the tool writes: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
import sys
from collections.abc import Iterable, Iterator

from gradcli.errors import GradcliError

_DESCRIPTOR = re.compile(r"/dev/(?P<name>stdin|stdout|stderr)|(?:/dev/fd|/proc/self/fd)/(?P<number>[0-9]{1,6})")
"""Names of what is open already: what a shell redirects, and ``>(command)``."""


_drafts: set[str] = set()
"""Drafts that are there, or will be at once: a signal that ends the process takes them away."""


def write_file(path: str, content: Iterable[str] | bytes) -> None:
    """Write a file, text as UTF-8. It takes the place of an earlier one, whose mode it keeps, once it is complete.

    Devices, pipes and what is open already are written to as they are. A draft beside the file is gone whatever ends the writing.

    Raises:
        GradcliError: It cannot be written.
    """
    opened = _DESCRIPTOR.fullmatch(path)
    if not opened and not _is_special(path):
        with draft(path) as name:
            _write(os.open(name, os.O_WRONLY), content)
        return
    try:
        if opened:
            if sys.stdout is not None:
                sys.stdout.flush()
            number = ("stdin", "stdout", "stderr").index(opened["name"]) if opened["name"] else int(opened["number"])
            _write(os.dup(number), content)
        else:
            _write(os.open(path, os.O_WRONLY), content)
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from None


DRAFTS = ".gradcli-*.part"
"""How drafts are called; one that a kill left behind can go."""


@contextlib.contextmanager
def draft(path: str) -> Iterator[str]:
    """A draft of a name that nobody can guess, which takes the place of a file once it is complete, and is gone if it is not.

    Args:
        path: The file. It keeps the mode of an earlier one.

    Yields:
        The name of the draft, an empty file; that of a device or a pipe itself, which nothing takes the place of.

    Raises:
        GradcliError: It cannot be written.
    """
    try:
        if _is_special(path):
            yield path
            return
        target = os.path.realpath(path)
        with _signals_take_drafts():
            mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
            if mode is not None and not os.access(target, os.W_OK):
                raise PermissionError(0, "it may not be changed")
            name = os.path.join(os.path.dirname(target), DRAFTS.replace("*", os.urandom(8).hex()))
            _drafts.add(name)  # before it is there: a signal may come as soon as it is
            try:
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
                if mode is not None:
                    os.chmod(name, mode)
                yield name
                os.replace(name, target)
            finally:
                with contextlib.suppress(OSError):
                    os.remove(name)
                _drafts.discard(name)
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: str, error: Exception) -> GradcliError:
    return GradcliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}")


def _is_special(path: str) -> bool:
    """Whether a path is that of a device or a pipe; a folder is refused where it is opened."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def _write(descriptor: int, content: Iterable[str] | bytes) -> None:
    if isinstance(content, bytes):
        with open(descriptor, "wb") as binary:
            binary.write(content)
    else:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(content)


@contextlib.contextmanager
def _signals_take_drafts() -> Iterator[None]:
    """Remove drafts before a signal ends the process.

    An error raised by the handler would not do: where it interrupts a callback of a weak reference, as imports have them, Python
    ignores it.
    """
    before: dict[int, signal.Handlers] = {}

    def end(number: int, frame: object) -> None:
        for name in _drafts:
            with contextlib.suppress(OSError):
                os.remove(name)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    try:
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                with contextlib.suppress(ValueError):  # another thread than the first gets no signals
                    signal.signal(number, end)
                    before[number] = signal.SIG_DFL
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
