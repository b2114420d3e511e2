"""Calls of PyTorch's functions with tensors of whole numbers and of truth values, generated from the registry.

Of an operation on arrays they are the calls of ``structural_cases``, of an elementwise one those of all its spellings.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy
from structural_cases import CASES

from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import Operation

MODULES = {"torch": "torch.{}", "F": "F.{}", "special": "torch.special.{}", "linalg": "torch.linalg.{}"}
MOST = 6
"""Calls of one operation on arrays with tensors of one dtype."""


def whole_numbers(given: Any, place: int) -> Any:
    """The elements of an operand, as nested lists: of a shape a few small numbers, of given elements those, without fractions."""
    if isinstance(given, tuple):
        values = [(7 * at * at + 3 * at + 2 * place) % 11 - 4 for at in range(prod(given))]
        return numpy.reshape(values, given).tolist()
    if isinstance(given, list):
        return [whole_numbers(item, place) for item in given]
    return int(given) if abs(given) < 2**31 else 7


def truths(values: Any) -> Any:
    """Whole numbers as truth values."""
    return [truths(value) for value in values] if isinstance(values, list) else values % 3 == 0


def cases() -> Iterator[tuple[str, list[Any], str]]:
    """The operations, each with its operands and a call of PyTorch with a, b and c."""
    counts: dict[str, int] = {}
    for name, operands, _, call in CASES:
        if STRUCTURAL[name].facts.torch and "lambda" not in call and all(map(_is_plain, operands)):
            counts[name] = counts.get(name, 0) + 1
            if counts[name] <= MOST:
                yield name, [whole_numbers(given, place) for place, given in enumerate(operands)], call
    for operation in OPERATIONS.values():
        for call in _calls(operation):
            count = operation.required if not operation.variadic else 2
            yield operation.name, [whole_numbers((2, 3), place) for place in range(count)], call


def _is_plain(given: Any) -> bool:
    """Whether an operand has elements, and none of them is nan."""
    if isinstance(given, tuple):
        return prod(given) > 0
    return bool(given) and all(map(_is_plain, given)) if isinstance(given, list) else given == given


def _calls(operation: Operation) -> Iterator[str]:
    count = 2 if operation.variadic else operation.required
    letters = "abc"[:count]
    for name, modules in operation.facts.torch_functions:
        for module in modules:
            if operation.variadic and name not in ("max", "min"):
                continue
            function = "a.{}" if module == "Tensor" else MODULES[module]
            arguments = ", ".join(letters[module == "Tensor" :])
            yield f"{function.format(name)}({arguments})"
            if count == 2 and module == "torch":
                yield f"{function.format(name)}(a, 2)"
                yield f"{function.format(name)}(a, 2.5)"


def script(rows: list[tuple[list[Any], str]]) -> str:
    """A script that prints the result of each call, or the exception."""
    lines = ["import torch", "import torch.nn.functional as F"]
    for operands, call in rows:
        lines += [f"{letter} = torch.tensor({values})" for letter, values in zip("abc", operands, strict=False)]
        lines += ["try:", f"    print({call})", "except Exception as error:", "    print(type(error).__name__)"]
    return "\n".join(lines) + "\n"
