"""What a script may use, from the tables of the interpreter."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from gradcli.emulation.python.builtin import builtins
from gradcli.emulation.python.methods import METHODS as OF_PYTHON
from gradcli.emulation.python.values import Namespace
from gradcli.emulation.torch.calls import functions
from gradcli.emulation.torch.tensor.members import METHODS, PROPERTIES

STATEMENTS = (
    "=", "+=", "if", "elif", "else", "for", "while", "break", "continue", "def", "class", "@", "lambda", "return", "with", "try",
    "except", "raise", "assert", "del", "pass", "import", "from", "global", "nonlocal",
)  # fmt: skip
"""The statements of the subset."""


def listing(modules: Mapping[str, Namespace]) -> Iterator[str]:
    """The lines of the list.

    Args:
        modules: The modules that a script may import, by name.
    """
    yield from _entry("statements", STATEMENTS, sort=False)
    yield from _entry("functions of Python", builtins())
    for kind, names in OF_PYTHON.items():
        yield from _entry(f"methods of {kind.__name__}", names)
    for module, namespace in modules.items():
        known = [name for name, value in namespace.names.items() if not isinstance(value, Namespace)]
        if known:
            yield from _entry(module, known)


def tensor_entries() -> Iterator[str]:
    """The lines about PyTorch's tensors."""
    yield from _entry("attributes of tensors", PROPERTIES)
    yield from _entry("methods of tensors", {*METHODS, *functions("Tensor")})
    yield "  also with _ behind the name, to change the tensor in place: add_, mul_, ..."


def _entry(title: str, names: object, *, sort: bool = True) -> Iterator[str]:
    known = list(names)  # type: ignore[call-overload]
    yield f"{title}:"
    text = " ".join(sorted(known) if sort else known)
    yield from textwrap.wrap(text, 100, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
