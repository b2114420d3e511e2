"""Calls of PyTorch's functions, derived from the declarations of operations: operands first, then settings.

A declaration says what PyTorch calls its operation, and in which modules. The tables here say what PyTorch calls arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import prod

from gradcli.autodiff.torch_tape.dtypes import FLOATS
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Raised, Size, type_name
from gradcli.emulation.torch.results import Pair
from gradcli.emulation.torch.shapes import check_ranks
from gradcli.emulation.torch.tensor.memory_layout import NOT_COMPATIBLE, shares
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.errors import GradcliError, nearest
from gradcli.graph.graph import Setting
from gradcli.lowering.programs.array_calls import SYNONYMS
from gradcli.ops.catalogue import OPERATIONS, STRUCTURAL
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.typing import Any

ARGUMENTS = {
    **SYNONYMS, "dim0": "axis0", "dim1": "axis1", "start_dim": "start_axis", "end_dim": "end_axis", "dims": "axes", "input": "a",
    "tensors": "a", "exponent": "b", "other": "b", "mat2": "b", "vec": "b", "vec2": "b", "tensor": "b",
    "tensor1": "a", "tensor2": "b", "size": "shape", "A": "a", "B": "b", "end": "b",
}  # fmt: skip
"""PyTorch's names of arguments, and those of the declarations."""

_WORDS = {"torch": "torch", "Tensor": "Tensor", "torch.nn.functional": "F", "torch.special": "special", "torch.linalg": "linalg"}
"""The modules, and what declarations call them."""

_LOSSES = "mean_"


@cache
def functions(module: str) -> dict[str, list[Operation | Structural]]:
    """The operations that the functions of a module may be, by name, those on arrays first; ``Tensor`` is one for its methods."""
    found: dict[str, list[Operation | Structural]] = {}
    every: list[Operation | Structural] = [*STRUCTURAL.values(), *OPERATIONS.values()]
    for operation in every:
        for name, modules in operation.facts.torch_functions:
            if _WORDS[module] in modules:
                found.setdefault(name, []).append(operation)
    return found


@cache
def foreign_names() -> frozenset[str]:
    """What expressions call operations that PyTorch has not at all."""
    ours = {name for operation in STRUCTURAL.values() for name in operation.spellings}
    ours |= {name for operation in OPERATIONS.values() for name in (operation.name, *operation.spellings)}
    return frozenset(ours.difference(*map(functions, _WORDS)))


def caller(session: Session, name: str, operations: list[Operation | Structural]) -> Callable[..., Any]:
    """The function of PyTorch that a name means: called with the machine and the arguments."""

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        given = list(arguments)
        dtype = keywords.pop("dtype", None)
        for ignored in ("inplace", "out"):
            if keywords.pop(ignored, None):
                raise UnknownError(f"the argument {ignored} is not known here", hint=f"use the result of {name}")
        if dtype is not None and given and isinstance(given[0], Tensor) and given[0].dtype not in FLOATS:
            given[0] = given[0].cast(machine, dtype.name.removeprefix("torch."))
        result = _special(machine, session, name, given, keywords)
        if result is None:
            result = _call(machine, session, name, operations, given, keywords)
        if dtype is not None and isinstance(result, Tensor):
            result = result.cast(machine, dtype.name.removeprefix("torch."))
        return result

    return call


def _special(machine: Interpreter, session: Session, name: str, given: list[Any], keywords: dict[str, Any]) -> Any:
    """The result where PyTorch's function does more than the operation; None where it does not."""
    if name in ("add", "sub") and "alpha" in keywords:
        alpha = keywords.pop("alpha")
        given[1:] = [machine.binary("*", alpha, value) for value in given[1:]]
    elif name in ("max", "min", "median", "nanmedian") and given:
        axis = given[1] if len(given) > 1 else keywords.get("dim")
        if isinstance(axis, Tensor) and name in ("max", "min"):
            return session.operate(machine, f"{name}imum", given[:2])
        if isinstance(axis, int):
            settings = (
                ("axis", axis),
                ("keepdims", machine.truth(keywords.get("keepdim", given[2] if len(given) > 2 else False))),
            )
            values = session.operate(machine, f"reduce_{name}", given[:1], settings)
            places = [given[0].cast(machine, "int64") if given[0].dtype == "bool" else given[0]]
            return Pair(f"torch.return_types.{name}", values, session.operate(machine, f"arg{name}", places, settings))
    elif name in ("var", "std") and "unbiased" in keywords:
        keywords["correction"] = int(machine.truth(keywords.pop("unbiased")))
    elif name == "norm":
        order = keywords.pop("p", keywords.pop("ord", given.pop(1) if len(given) > 1 else 2))
        if order not in (2, "fro", None):
            raise UnknownError("norm is the Euclidean one here", hint="write abs and sum for another")
    elif name == "expand":
        sizes = given[1:] if len(given) != 2 or isinstance(given[1], int) else list(given[1])
        shape = (1,) * (len(sizes) - len(given[0].shape)) + given[0].shape
        given[1:] = [tuple([own if size == -1 else size for size, own in zip(sizes, shape, strict=False)])]
    elif name == "repeat":
        _check_repeat(given)
    elif f"arg{name}" in STRUCTURAL and name in STRUCTURAL:  # sort, topk, cummax, cummin
        keywords.pop("sorted", None)
        keywords.pop("stable", None)  # it is anyhow
        found, where = [
            _structural(machine, session, name, STRUCTURAL[one], list(given), dict(keywords)) for one in (name, f"arg{name}")
        ]
        return Pair(f"torch.return_types.{name}", found, where)
    elif name == "gelu" and keywords.pop("approximate", "none") == "tanh":
        return session.operate(machine, f"{name}_tanh", given)
    elif name == "argsort":
        keywords.pop("stable", None)
    elif name in ("reshape", "view"):
        _check_reshape(name, given, keywords)
    elif name in ("tril", "triu") and "diagonal" in keywords:
        given.append(keywords.pop("diagonal"))
    elif name == "round" and ("decimals" in keywords or len(given) > 1):
        scale = 10.0 ** int(keywords.get("decimals", given[-1]))
        scaled = session.operate(machine, "round", (machine.binary("*", given[0], scale),))
        return machine.binary("/", scaled, scale)
    return None


def _check_repeat(given: list[Any]) -> None:
    if len(given) < 2:
        raise Raised("TypeError", 'repeat() missing 1 required positional arguments: "repeats"')
    times = given[1] if isinstance(given[1], list | tuple) else given[1:]
    if isinstance(given[0], Tensor) and len(times) < len(given[0].shape):
        raise Raised("RuntimeError", "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")


def _check_reshape(name: str, given: list[Any], keywords: dict[str, Any]) -> None:
    sizes = given[1:] if len(given) != 2 or isinstance(given[1], int) else list(given[1])
    if not sizes and "shape" in keywords:
        sizes = list(keywords["shape"])
    tensor = given[0]
    if isinstance(tensor, Tensor) and all(isinstance(size, int) for size in sizes):
        count, known = prod(tensor.shape), prod(size for size in sizes if size != -1)
        if (-1 in sizes and (not known or count % known)) or (-1 not in sizes and known != count):
            raise Raised("RuntimeError", f"shape '{list(sizes)}' is invalid for input of size {count}")
        if name == "view":
            shape = tuple([count // known if size == -1 else size for size in sizes])
            if not shares(tensor, "reshape", shape):
                raise Raised("RuntimeError", NOT_COMPATIBLE)


def _call(
    machine: Interpreter,
    session: Session,
    name: str,
    operations: list[Operation | Structural],
    given: list[Any],
    keywords: dict[str, Any],
) -> Tensor:
    operation = operations[0]
    if isinstance(operation, Structural) and not operation.name.startswith(_LOSSES):
        return _structural(machine, session, name, operation, given, keywords)
    fitting = [one for one in operations if isinstance(one, Operation) and one.accepts(len(given) + len(keywords))]
    return _elementwise(machine, session, name, (fitting or [OPERATIONS[name]])[0], given, keywords)


def _elementwise(
    machine: Interpreter, session: Session, name: str, operation: Any, given: list[Any], keywords: dict[str, Any]
) -> Tensor:
    loss = f"{_LOSSES}{operation.name}"
    if name == "binary_cross_entropy" and len(given) > 1:
        _check_probabilities(given[0], given[1])
    reduction = keywords.pop("reduction", "mean") if loss in STRUCTURAL else "none"
    places = list(operation.parameters)
    arguments: list[Any] = list(given)
    for keyword, value in keywords.items():
        place = keyword if keyword in places else ARGUMENTS.get(keyword, keyword)
        place = "x" if place == "a" and "a" not in places else place
        if place not in places:
            raise _no_argument(name, keyword, [*places, "input"])
        at = places.index(place)
        arguments += [None] * (at + 1 - len(arguments))
        arguments[at] = value
    for at, value in enumerate(arguments):
        if value is None:
            default = operation.defaults[at - len(places)] if at - len(places) >= -len(operation.defaults) else None
            if default is None:
                raise Raised("TypeError", f'{name}() missing 1 required positional arguments: "{places[at]}"')
            arguments[at] = float(default)
    if not operation.accepts(len(arguments)):
        raise Raised("TypeError", f"{name}() takes {operation.required} to {operation.most} arguments, not {len(arguments)}")
    for at, value in enumerate(arguments):
        if not isinstance(value, Tensor) and ((at == 0 and operation.required == 1) or operation.name in ("maximum", "minimum")):
            raise not_a_tensor(name, "other" if at else "input", at + 1, value)
    if reduction == "mean":
        return session.operate(machine, loss, arguments, tuple(STRUCTURAL[loss].complete({}).items()))
    result = session.operate(machine, operation.name, arguments)
    if reduction == "sum":
        total = session.operate(machine, "reduce_sum", (result,), (("axis", None), ("keepdims", False)))
        session.tape.stands_for[total.node] = result.node
        return total
    return result


def _structural(
    machine: Interpreter, session: Session, name: str, operation: Structural, given: list[Any], keywords: dict[str, Any]
) -> Tensor:
    names = [key for key, _ in operation.settings]
    order = operation.facts.torch_arguments
    if set(order.values()).intersection(operation.parameters):  # PyTorch has a setting before an operand
        keywords |= dict(zip(order, given[1:], strict=False))
        given = given[:1]
    operands: list[Any]
    if operation.variadic:
        if not given and "tensors" in keywords:
            given = [keywords.pop("tensors")]
        operands, given = machine.listed(given[0]) if given else [], given[1:]
    else:
        count = len(operation.parameters)
        while len(given) > operation.required and len(given[:count]) > operation.required and not _operand(given[:count][-1]):
            count -= 1
        operands, given = given[:count], given[count:]
    if operation.variadic and not operands and name in ("stack", "cat"):
        if name == "stack":
            raise Raised("RuntimeError", "stack expects a non-empty TensorList")
        raise Raised("ValueError", "torch.cat(): expected a non-empty list of Tensors")
    if name in ("cross_entropy", "nll_loss") and len(operands) > 1:
        _check_classes(operands[0], operands[1])
    settings: dict[str, Setting] = {}
    if len(names) == 1 and len(given) > 1:
        given = [tuple(given)]
    if operation.name == "layer_norm":
        given = given or [None]
    for key, value in zip(names, given, strict=False):
        settings[key] = setting(machine, value, name)
    if len(given) > len(names):
        raise Raised("TypeError", f"{name}() takes fewer arguments than {len(operands) + len(given)}")
    for keyword, value in keywords.items():
        known = (*names, *operation.parameters)
        meant = (
            keyword,
            operation.facts.torch_arguments.get(keyword, ARGUMENTS.get(keyword, keyword)),
            SYNONYMS.get(keyword, keyword),
        )
        key = next((one for one in meant if one in known), keyword)
        if key in operation.parameters:
            if value is not None:
                operands.append(value)
        elif key in names:
            settings[key] = setting(machine, value, name)
        else:
            raise _no_argument(name, keyword, [*names, *operation.parameters, *SYNONYMS])
    if settings.get("reduction") == "none":
        settings["reduction"] = None
    operands = [operand for operand in operands if operand is not None]
    if operands and not operation.variadic and not isinstance(operands[0], Tensor):
        raise not_a_tensor(name, "input", 1, operands[0])
    check_ranks(name, [operand.shape for operand in operands if isinstance(operand, Tensor)])
    if len(operands) < operation.required:
        missing = operation.parameters[len(operands)]
        raise Raised("TypeError", f'{name}() missing 1 required positional arguments: "{missing}"')
    return session.operate(machine, operation.name, operands, tuple(operation.complete(settings).items()))


def _check_probabilities(found: Any, wanted: Any) -> None:
    """Check the operands of the binary cross-entropy.

    Raises:
        Raised: Their shapes differ, or the first is no probability.
    """
    if not isinstance(found, Tensor) or not isinstance(wanted, Tensor):
        return
    if found.shape != wanted.shape:
        raise Raised(
            "ValueError",
            f"Using a target size ({Size(wanted.shape)!r}) that is different to the input size ({Size(found.shape)!r}) is "
            "deprecated. Please ensure they have the same size.",
        )
    import numpy

    if not numpy.all((numpy.asarray(found.value) >= 0) & (numpy.asarray(found.value) <= 1)):
        raise Raised("RuntimeError", "all elements of input should be between 0 and 1")


def _check_classes(scores: Any, classes: Any) -> None:
    """Check that classes are places of the scores.

    Raises:
        Raised: One is not.
    """
    if not (isinstance(scores, Tensor) and isinstance(classes, Tensor)) or classes.dtype != "int64" or not scores.shape:
        return
    import numpy

    for place in numpy.asarray(classes.value).ravel().tolist():
        if not 0 <= place < scores.shape[-1] and len(scores.shape) < 3:
            raise Raised("IndexError", f"Target {int(place)} is out of bounds.")


def not_a_tensor(name: str, argument: str, place: int, value: Any) -> Raised:
    """The exception for an argument that has to be a tensor and is none."""
    return Raised("TypeError", f"{name}(): argument '{argument}' (position {place}) must be Tensor, not {type_name(value)}")


def _operand(value: Any) -> bool:
    return isinstance(value, Tensor) or value is None


def setting(machine: Interpreter, value: Any, name: str) -> Setting:
    """The value of a setting: numbers, words, and tuples of them.

    Raises:
        Raised: It is anything else.
    """
    if isinstance(value, Tensor) and not value.shape:
        value = value.number(machine)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(item, int) for item in value):
        return tuple(value)
    raise Raised(
        "TypeError", f"{name}(): an argument must be a number or a tuple of numbers, not {machine.representation(value)[:40]}"
    )


_OF_PYTORCH = frozenset(
    ["weight", "label_smoothing", "ignore_index", "pos_weight", "log_target", "size_average", "reduce", "out", "dtype"]
)
"""Arguments of functions of PyTorch that are not known of all of them here."""


def _no_argument(name: str, keyword: str, known: list[str]) -> GradcliError:
    if keyword in _OF_PYTORCH:
        return UnknownError(f"the argument {keyword} of {name} is not known here", hint="leave it out, or write its formula")
    near = nearest(keyword, known)
    return Raised(
        "TypeError", f"{name}() got an unexpected keyword argument '{keyword}'", f"did you mean {near}?" if near else ""
    )
