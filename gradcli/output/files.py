"""Files that the tool writes: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from gradcli.errors import GradcliError


def write_file(path: str, content: Iterable[str] | bytes) -> None:
    """Write a file, text as UTF-8. It takes the place of an earlier one once it is complete.

    Raises:
        GradcliError: It cannot be written.
    """
    target = os.path.realpath(path)
    special = os.path.exists(target) and not os.path.isfile(target)  # a device or a pipe, or a folder, which is refused
    draft = target if special else f"{target}.{os.getpid()}.part"
    try:
        if isinstance(content, bytes):
            with open(draft, "wb") as binary:
                binary.write(content)
        else:
            with open(draft, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(content)
        if not special:
            os.replace(draft, target)
    except (OSError, ValueError) as error:
        raise GradcliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from None
    finally:
        if not special:
            with contextlib.suppress(OSError):
                os.remove(draft)
