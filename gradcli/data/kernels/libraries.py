"""Libraries compiled from C, and kept where nobody but the user can put one: a folder of the user's own, mode 0700.

A library is named by a hash of what its source follows from, of the compiler, its options and the processor, and is moved there
whole. A folder or a file that belongs to somebody else, or that others may write, is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from ctypes import CDLL
from functools import cache
from pathlib import Path

COMPILERS = ("cc",)

OPTIONS = ("-O3", "-march=native", "-std=c99", "-D_GNU_SOURCE", "-fPIC", "-shared", "-fvisibility=hidden")
EXACT = ("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
"""Nothing that changes a result: products and sums are rounded apart, as NumPy rounds them."""

_SECONDS = 60
_KEPT = 200


class NoLibraryError(Exception):
    """There is no library, and why."""


def compiler() -> str | None:
    """The path of the C compiler; None where there is none."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


def folder() -> Path | None:
    """The folder of the libraries, made where it is not there; None where there is none that is the user's alone."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    home = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
    if not home.is_absolute():
        return None
    place = home / "gradcli" / "kernels"
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
        return place if _is_own(place, stat.S_ISDIR, 0o077) else None
    return None


def loaded(facts: str, sources: Callable[[], Sequence[str]]) -> CDLL:
    """The library of the first of some sources that compiles.

    Args:
        facts: What the sources follow from.
        sources: Writes them, where no library is kept.

    Raises:
        NoLibraryError: There is no compiler, or it compiles none of them.
    """
    program = compiler()
    if program is None:
        raise NoLibraryError("there is no C compiler (cc)")
    place = folder()
    kept = None if place is None else place / _name(facts, program)
    if kept is not None and _is_own(kept, stat.S_ISREG, 0o022):
        with contextlib.suppress(OSError):  # of another system, or cut off
            return CDLL(str(kept))
    message = ""
    for source in sources():
        with tempfile.TemporaryDirectory(dir=place, prefix="new-") as new:  # which has mode 0700
            built = Path(new) / "kernel.so"
            message = _compiled(program, source, built)
            if message:
                continue
            try:
                if place is None or kept is None:
                    return CDLL(str(built))
                os.replace(built, kept)
                _forget_oldest(place)
                return CDLL(str(kept))
            except OSError as error:
                message = str(error)
    raise NoLibraryError(f"{program} gives no library: {message}")


def _name(facts: str, program: str) -> str:
    found = os.stat(program)
    text = "\0".join((facts, program, str((found.st_size, found.st_mtime_ns)), *OPTIONS, *EXACT, _processor()))
    return hashlib.sha256(text.encode()).hexdigest() + ".so"


@cache
def _processor() -> str:
    """What says which instructions the processor has."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()
    return platform.platform() + platform.processor()


def _is_own(path: Path, kind: object, others: int) -> bool:
    """Whether a path is a file or folder of the user, and nobody else has these rights."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return own and callable(kind) and bool(kind(found.st_mode)) and not found.st_mode & others


def _compiled(program: str, source: str, result: Path) -> str:
    """Compile a source; gives what is wrong, empty where nothing is."""
    file = result.with_suffix(".c")
    file.write_text(source, "utf-8")
    words = [program, *OPTIONS, *EXACT, "-o", str(result), str(file), *(["-lmvec"] if VECTOR in source else []), "-lm"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode or not result.exists():
        return (done.stderr.strip().splitlines() or ["it failed"])[0]
    os.chmod(result, 0o700)
    return ""


VECTOR = '__attribute__((__simd__("notinbranch")))'
"""What declares that a function of C is also there for several numbers at once."""


def _forget_oldest(place: Path) -> None:
    with contextlib.suppress(OSError):
        files = sorted(place.glob("*.so"), key=lambda file: file.lstat().st_mtime)
        for file in files[:-_KEPT]:
            file.unlink(missing_ok=True)
