"""Compressed files, gzip and zstd: read by their first bytes, written by the end of their name."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Mapping

from gradcli.data.tables.pieces import needed
from gradcli.typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing import BinaryIO

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

SUFFIXES: Mapping[str, str] = {".gz": "gzip", ".zst": "zstd"}
"""Ends of names of compressed files."""


def decompressed(file: BinaryIO, head: bytes, where: str) -> BinaryIO:
    """The content of a file.

    Args:
        file: The file.
        head: Its first bytes, which have not been read yet.
        where: What messages call it.

    Raises:
        GradcliError: A library for it is missing.
    """
    if head.startswith(GZIP):
        return cast("BinaryIO", _Gzip(file))
    if head.startswith(ZSTD):
        arrow = needed("pyarrow", f"{where} is compressed by zstd, which")
        return cast("BinaryIO", io.BufferedReader(_Stream(arrow.CompressedInputStream(file, "zstd"))))
    return file


def compressed(file: BinaryIO, kind: str | None) -> BinaryIO:
    """What writes into a file and compresses; it is closed before the file is.

    Args:
        file: The file.
        kind: ``gzip`` or ``zstd``; None for nothing.

    Raises:
        GradcliError: A library for it is missing.
    """
    if kind == "gzip":
        return cast("BinaryIO", gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0))
    if kind == "zstd":
        arrow = needed("pyarrow", "zstd")
        return cast("BinaryIO", arrow.CompressedOutputStream(open(os.dup(file.fileno()), "wb"), "zstd"))  # it closes what it gets
    return file


class _Gzip(gzip.GzipFile):
    """A file of gzip that is closed with what it stands in, unless that is standard input."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(fileobj=file, mode="rb")
        self.under = file

    def close(self) -> None:
        super().close()
        if not (sys.stdin is not None and self.under is sys.stdin.buffer):
            self.under.close()


class _Stream(io.RawIOBase):
    """A stream of Arrow as one of Python."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        super().close()
        self.stream.close()
