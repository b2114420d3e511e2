"""What the subset of Python has, and what is said of what it does not have."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from gradcli.errors import nearest

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Mod: "%",
    ast.FloorDiv: "//",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not", ast.Invert: "~"}
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

MODULES = (
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.utils", "torch.nn.init", "torch.autograd", "torch.autograd.functional",
    "torch.func", "torch.optim", "torch.optim.lr_scheduler", "torch.utils", "torch.utils.data", "copy", "numpy", "math",
    "random", "time",
)  # fmt: skip
"""The modules that a script for PyTorch may import."""

TENSORFLOW_MODULES = ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat", "numpy", "math")
"""The modules that a script for TensorFlow 1 may import."""

MACHINERY = (
    "__name__", "__version__", "__init__", "__class__", "__call__", "__dict__", "__len__", "__getitem__", "__iter__", "__repr__",
    "__str__",
    "__add__", "__sub__", "__mul__", "__truediv__", "__pow__", "__neg__", "__radd__", "__rsub__", "__rmul__", "__rtruediv__",
)  # fmt: skip
"""The names of Python's own machinery that a script may use."""

IGNORED = ("__future__", "typing", "warnings")
"""Modules whose import does nothing here."""

_REFUSALS = {
    ast.AsyncFunctionDef: ("async is not known here", "write def"),
    ast.AsyncFor: ("async is not known here", "write for"),
    ast.AsyncWith: ("async is not known here", "write with"),
    ast.Await: ("await is not known here", "call the function"),
    ast.Match: ("match is not known here", "write if and elif"),
    ast.Starred: ("* is known in calls, lists and assignments alone", ""),
}


def refusal(node: ast.AST) -> tuple[str, str]:
    """What is said of a kind of syntax that the subset does not have, and what to write instead."""
    for kind, words in _REFUSALS.items():
        if isinstance(node, kind):
            return words
    what = type(getattr(node, "op", node)).__name__
    return f"this is not known here: {what}", "gradcli torch --list shows what is"


def check_import(
    node: ast.Import | ast.ImportFrom, unknown: Callable[[ast.AST, str, str], Exception]
) -> Iterator[tuple[str, str, str]]:
    """What an import binds: for each name its module, the name in it (empty for the module), and the name that it gets.

    Raises:
        UnknownError: The module is not one of those known here.
    """
    known = (*MODULES, *TENSORFLOW_MODULES)
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if module in IGNORED:
            return
        if node.level or module not in known:
            raise unknown(node, *_no_module(module))
        for alias in node.names:
            if alias.name == "*":
                raise unknown(node, "import * is not known here", f"import {module}, or the names")
            full = f"{module}.{alias.name}"
            yield (full, "", alias.asname or alias.name) if full in known else (module, alias.name, alias.asname or alias.name)
        return
    for alias in node.names:
        if alias.name in IGNORED:
            continue
        if alias.name not in known:
            raise unknown(node, *_no_module(alias.name))
        if alias.asname:
            yield alias.name, "", alias.asname
        else:
            top = alias.name.partition(".")[0]
            yield top, "", top


def _no_module(name: str) -> tuple[str, str]:
    near = nearest(name, ("torch", "math", "torch.nn.functional", "tensorflow"))
    listed = "torch, torch.nn, torch.optim, numpy, math, random and time"
    hint = f"did you mean {near}?" if near else f"scripts may import {listed}"
    return f"the module {name or '.'} is not known here", hint
