"""Files on this machine, and objects in a store: ``s3://bucket/rows.parquet``, by the file systems of Arrow and of fsspec.

Whatever reads and writes tables calls these functions with a path or an address. What a store needs to know, keys, regions and
servers, comes from its environment, as its own tools have it. An object takes its place when all of it is there.
"""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import io
import os
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from gradcli.data.tables.pieces import needed
from gradcli.errors import GradcliError
from gradcli.output.files import DRAFTS, draft, write_file
from gradcli.typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from typing import BinaryIO

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")

ARROW = ("s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")
"""The schemes of which Arrow has a file system; others are fsspec's."""

WHOLE = ("s3", "gcs", "abfs")
"""Of Arrow's file systems those where nothing is there before all of it is."""

_AT_ONCE = 2**20


class Place(NamedTuple):
    """Where an address lies.

    Attributes:
        system: The file system, of Arrow.
        path: The path there.
    """

    system: Any
    path: str


def is_address(path: str) -> bool:
    """Whether a path is the address of an object in a store."""
    return _ADDRESS.match(path) is not None


def as_path(path: str) -> str:
    """A path as it is; of ``file:///rows.csv`` that of the file."""
    scheme = _ADDRESS.match(path)
    return unquote(path[scheme.end() :]) if scheme and scheme[1].lower() == "file" else path


def joined(folder: str, *names: str) -> str:
    """The path or the address of something in a folder."""
    return "/".join([folder.rstrip("/"), *names]) if is_address(folder) else os.path.join(folder, *names)


def place_of(address: str) -> Place:
    """The file system of an address, and the path in it.

    Raises:
        GradcliError: There is no such file system, or its library is missing.
    """
    scheme = cast("re.Match[str]", _ADDRESS.match(address))[1].lower()
    systems = needed("pyarrow.fs", f"{scheme}://")
    try:
        if scheme in ARROW:
            return Place(*systems.FileSystem.from_uri(address.rstrip("/")))
        system, path = needed("fsspec.core", f"{scheme}://").url_to_fs(address)
    except (ImportError, ValueError, OSError, NotImplementedError) as error:
        raise GradcliError(f"cannot use {address}: {_said(error)}") from None
    return Place(systems.PyFileSystem(systems.FSSpecHandler(system)), path)


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).partition("\n")[0] or type(error).__name__


@contextlib.contextmanager
def _reachable(address: str, *, writing: bool = False) -> Iterator[None]:
    """Make what a store says an error of gradcli."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        why = os.strerror(errno.ENOENT) if isinstance(error, FileNotFoundError) else _said(error)
        raise GradcliError(f"cannot write {address}: {why}" if writing else f"cannot read {address}: {why}") from None


def open_file(path: str) -> BinaryIO:
    """Open a file or an object for reading.

    Raises:
        GradcliError: It cannot be read.
    """
    if not is_address(path):
        try:
            return open(path, "rb")
        except OSError as error:
            raise GradcliError(f"cannot read {path}: {error.strerror}") from None
    with _reachable(path):
        system, inner = place_of(path)
        stream: Any = system.open_input_file(inner)
        return cast("BinaryIO", io.BufferedReader(stream, _AT_ONCE))


def size_of(path: str) -> int | None:
    """The bytes of a file or an object; None for what is neither, such as a pipe."""
    return stamp(path)[0] if is_address(path) else os.path.getsize(path) if os.path.isfile(path) else None


def stamp(path: str) -> list[int]:
    """What tells a file from what it is when it is written again: its bytes, and the nanoseconds of its last change.

    Raises:
        GradcliError: A store does not tell.
    """
    if not is_address(path):
        stat = os.stat(path)
        return [stat.st_size, stat.st_mtime_ns]
    with _reachable(path):
        system, inner = place_of(path)
        found = system.get_file_info(inner)
    return [int(found.size or 0), int(found.mtime_ns or 0)]


def objects(address: str) -> tuple[str, list[str]] | None:
    """What an address of a folder, or a pattern of addresses, names.

    Args:
        address: The address.

    Returns:
        The folder, and the paths below it, in order; None where it is the address of one object.

    Raises:
        GradcliError: The store does not tell.
    """
    plain = re.split(r"[*?[]", address, maxsplit=1)[0]
    folder = address.rstrip("/") if plain == address else plain.rpartition("/")[0]
    below = _below(folder)
    if plain == address:
        return None if below is None else (folder, [name for name in below if not _is_passed_over(name)])
    pattern = _pattern(address[len(folder) + 1 :])
    return folder, [name for name in below or () if pattern.fullmatch(name) and not _is_passed_over(name)]


def _is_passed_over(path: str) -> bool:
    return any(name.startswith((".", "_")) for name in path.split("/"))


def _below(address: str) -> list[str] | None:
    """The paths of all objects below a folder, in order; None where it is no folder."""
    with _reachable(address):
        system, inner = place_of(address)
        kinds = needed("pyarrow.fs", address)
        if system.get_file_info(inner).type != kinds.FileType.Directory:
            return None
        found = system.get_file_info(kinds.FileSelector(inner, recursive=True))
        root = len(inner.rstrip("/")) + 1
        return sorted(info.path[root:] for info in found if info.type == kinds.FileType.File)


_SIGNS = {"**/": "(?:[^/]+/)*", "**": ".+", "*": "[^/]*", "?": "[^/]"}
"""What signs of a pattern stand for: ``*`` for anything within a name, ``**`` for names of any number of folders."""


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of paths."""

    def part(found: re.Match[str]) -> str:
        sign = found[0]
        if sign in _SIGNS:
            return _SIGNS[sign]
        return f"[{sign[1:-1].replace('!', '^', 1) if sign[1] == '!' else sign[1:-1]}]" if sign[1:] else re.escape(sign)

    return re.compile(re.sub(r"\*\*/|\*\*|\[[^]]+\]|[\s\S]", part, text))


def contents(folder: str) -> list[str]:
    """The paths of all files or objects below a folder, in order; none where there is no such folder."""
    if is_address(folder):
        return _below(folder.rstrip("/")) or []
    return sorted(os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names)


def make_folder(folder: str) -> None:
    """Make a folder; stores have none.

    Raises:
        GradcliError: It cannot be made.
    """
    try:
        if not is_address(folder):
            os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise GradcliError(f"cannot write {folder}: {error.strerror}") from None


@contextlib.contextmanager
def drafted(path: str) -> Iterator[str]:
    """A draft of a file, as :func:`gradcli.output.files.draft`; that of an object is on this machine until it is complete.

    Raises:
        GradcliError: It cannot be written.
    """
    if not is_address(path):
        with draft(path) as name:
            yield name
        return
    import tempfile

    with _reachable(path, writing=True):
        system, inner = place_of(path)
        with tempfile.TemporaryDirectory(prefix="gradcli-") as folder:
            name = os.path.join(folder, "draft")
            with open(name, "xb"):
                pass
            yield name
            _put(system, name, inner)


def _put(system: Any, name: str, path: str) -> None:
    """Bring a file into a store: whole, as objects come, or by a name of its own that it changes when it is complete."""
    folder, _, _ = path.rpartition("/")
    target = path if system.type_name in WHOLE else f"{folder}/{DRAFTS.replace('*', os.urandom(8).hex())}"
    try:
        stream = system.open_output_stream(target)
    except FileNotFoundError:
        system.create_dir(folder, recursive=True)
        stream = system.open_output_stream(target)
    import shutil

    with open(name, "rb") as file, stream:
        shutil.copyfileobj(file, stream, _AT_ONCE)
    if target != path:
        system.move(target, path)


def write(path: str, content: Iterable[str]) -> None:
    """Write a file or an object of text, which takes its place once it is complete.

    Raises:
        GradcliError: It cannot be written.
    """
    if not is_address(path):
        write_file(path, content)
        return
    with drafted(path) as name, open(name, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(content)


def remove(path: str) -> None:
    """Take a file or an object away, which need not be there."""
    with contextlib.suppress(FileNotFoundError):
        if is_address(path):
            system, inner = place_of(path)
            system.delete_file(inner)
        else:
            os.remove(path)


def remove_drafts(folder: str) -> None:
    """Take drafts away that a kill left behind."""
    for path in contents(folder):
        if fnmatch.fnmatch(os.path.basename(path), DRAFTS):
            remove(joined(folder, path))
