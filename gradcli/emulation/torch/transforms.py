"""``torch.func`` of a script: functions that give derivatives of functions, and functions of batches."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Native, Raised
from gradcli.emulation.torch.functional import FUNCTIONAL
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.catalogue import STACK
from gradcli.typing import Any


def _of_chosen(func: Any, argnums: Any, given: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Native, Any]:
    """A function of some of its arguments, and what these are."""
    places = argnums if isinstance(argnums, tuple) else (argnums,)

    def chosen(machine: Interpreter, *values: Any) -> Any:
        every = list(given)
        for place, value in zip(places, values, strict=True):
            every[place] = value
        return machine.apply(func, every, keywords)

    inputs = tuple([given[place] for place in places])
    return Native("function", chosen), inputs if isinstance(argnums, tuple) else inputs[0]


def _derivative(name: str) -> Callable[..., Any]:
    """A function of ``torch.func`` by that of ``torch.autograd.functional``: recorded where an argument is."""

    def transform(machine: Interpreter, session: Session, func: Any, argnums: Any = 0) -> Native:
        def derivative(machine: Interpreter, *given: Any, **keywords: Any) -> Any:
            function, inputs = _of_chosen(func, argnums, given, keywords)
            recorded = any(isinstance(one, Tensor) and one.requires_grad for one in given)
            return FUNCTIONAL[name](machine, session, function, inputs, create_graph=recorded)

        return Native(name, derivative)

    return transform


def _grad(machine: Interpreter, session: Session, func: Any, argnums: Any = 0) -> Native:
    return Native("grad", lambda machine, *given, **keywords: _both(machine, session, func, argnums, given, keywords)[0])


def _grad_and_value(machine: Interpreter, session: Session, func: Any, argnums: Any = 0) -> Native:
    return Native("grad", lambda machine, *given, **keywords: _both(machine, session, func, argnums, given, keywords))


def _both(
    machine: Interpreter, session: Session, func: Any, argnums: Any, given: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Any, Any]:
    """The gradient of a function, and its value."""
    function, inputs = _of_chosen(func, argnums, given, keywords)
    recorded = any(isinstance(one, Tensor) and one.requires_grad for one in given)
    value, found = FUNCTIONAL["vjp"](machine, session, function, inputs, create_graph=recorded)
    return found, value


def _vjp(machine: Interpreter, session: Session, func: Any, *primals: Any) -> tuple[Any, Native]:
    value = machine.apply(func, list(primals))

    def product(machine: Interpreter, cotangent: Any) -> Any:
        _, found = FUNCTIONAL["vjp"](machine, session, func, primals, cotangent)
        return found

    return value, Native("vjp", product)


def _jvp(machine: Interpreter, session: Session, func: Any, primals: Any, tangents: Any) -> Any:
    return FUNCTIONAL["jvp"](machine, session, func, tuple(primals), tuple(tangents))


def _vmap(machine: Interpreter, session: Session, func: Any, in_dims: Any = 0, out_dims: Any = 0) -> Native:
    def mapped(machine: Interpreter, *given: Any) -> Any:
        axes = in_dims if isinstance(in_dims, tuple) else (in_dims,) * len(given)
        if any(axis not in (0, None) for axis in axes) or out_dims != 0:
            raise UnknownError("vmap goes along the first dimension here", hint="transpose before and after it")
        lengths = {one.length(machine) for one, axis in zip(given, axes, strict=True) if axis == 0}
        if len(lengths) != 1:
            raise Raised("ValueError", "vmap: Expected all tensors to have the same size in the mapped dimension")
        rows = [
            machine.apply(func, [one if axis is None else one.item(machine, at) for one, axis in zip(given, axes, strict=True)])
            for at in range(lengths.pop())
        ]
        if not isinstance(rows[0], tuple):
            return session.operate(machine, STACK, rows, (("axis", 0),))
        return tuple([session.operate(machine, STACK, part, (("axis", 0),)) for part in zip(*rows, strict=True)])

    return Native("vmap", mapped)


TRANSFORMS: dict[str, Callable[..., Any]] = {
    "grad": _grad,
    "grad_and_value": _grad_and_value,
    "vjp": _vjp,
    "jvp": _jvp,
    "jacrev": _derivative("jacobian"),
    "jacfwd": _derivative("jacobian"),
    "hessian": _derivative("hessian"),
    "vmap": _vmap,
}
"""Functions of ``torch.func``."""
