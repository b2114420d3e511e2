"""The update rules of PyTorch's optimisers, once: for arrays of NumPy, and for tensors of a script, which round otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.frozen import Frozen
from gradcli.typing import Any

Numbers = Mapping[str, Any]
"""The numbers of a rule, by PyTorch's names."""


class Arithmetic(Frozen):
    """What a rule computes with.

    Attributes:
        plus: ``a + factor·b`` of a, b and the factor.
        times: ``a·factor``.
        copy: A value of its own, which what happens to another one does not change.
    """

    plus: Callable[[Any, Any, float], Any]
    times: Callable[[Any, float], Any]
    copy: Callable[[Any], Any]


ARRAYS = Arithmetic(lambda a, b, factor: a + factor * b, lambda a, factor: a * factor, lambda a: a.copy())
"""The arithmetic of arrays."""


def sgd(parameter: Any, gradient: Any, velocity: Any, numbers: Numbers, arithmetic: Arithmetic = ARRAYS) -> tuple[Any, Any]:
    """Stochastic gradient descent: p becomes p - lr·g, where g is the gradient + weight_decay·p.

    With momentum μ the velocity v, at first g, becomes μ·v + (1 - dampening)·g, and stands in place of g; after Nesterov
    g + μ·v stands there (Sutskever and others, On the importance of initialization and momentum in deep learning, 2013).

    Args:
        parameter: The parameter.
        gradient: The gradient by it, of its shape.
        velocity: The velocity of the step before; None at first.
        numbers: lr, momentum, dampening, weight_decay, nesterov, maximize.
        arithmetic: What it computes with.

    Returns:
        The new parameter, and the velocity; None without momentum.
    """
    plus, momentum, rate = arithmetic.plus, numbers["momentum"], numbers["lr"]
    if numbers["weight_decay"]:
        gradient = plus(gradient, parameter, numbers["weight_decay"])
    if momentum:
        first = velocity is None
        dampened = None if first else plus(arithmetic.times(velocity, momentum), gradient, 1 - numbers["dampening"])
        velocity = arithmetic.copy(gradient) if first else dampened
        gradient = plus(gradient, velocity, momentum) if numbers["nesterov"] else velocity
    return plus(parameter, gradient, rate if numbers["maximize"] else -rate), velocity


def rmsprop(parameter: Any, gradient: Any, mean: Any, numbers: Numbers) -> tuple[Any, Any]:
    """RMSprop: the gradient over the root of a running mean of its square (Tieleman and Hinton, lecture 6.5, 2012).

    Args:
        parameter: The parameter, an array.
        gradient: The gradient by it.
        mean: The mean of the step before; None at first.
        numbers: lr, alpha, eps.
    """
    before = 0.0 if mean is None else numbers["alpha"] * mean
    mean = before + (1 - numbers["alpha"]) * gradient**2
    return parameter - numbers["lr"] * gradient / (mean**0.5 + numbers["eps"]), mean


def adagrad(parameter: Any, gradient: Any, state: Any, numbers: Numbers) -> tuple[Any, Any]:
    """Adagrad: steps in units of the root of the sum of all squares of the gradient so far (Duchi and others 2011).

    Args:
        parameter: The parameter, an array.
        gradient: The gradient by it.
        state: The sum of the squares; None at first.
        numbers: lr, eps.
    """
    total = (0.0 if state is None else state) + gradient**2
    return parameter - numbers["lr"] * gradient / (total**0.5 + numbers["eps"]), total


def adam(parameter: Any, gradient: Any, state: Any, numbers: Numbers) -> tuple[Any, Any]:
    """Adam: running means of the gradient and of its square, without the bias of their beginning (Kingma and Ba 2015).

    Args:
        parameter: The parameter, an array.
        gradient: The gradient by it.
        state: The count of steps and both means; None at first.
        numbers: lr, betas, eps.
    """
    (first, second), (count, mean, square) = numbers["betas"], state or (0, 0.0, 0.0)
    count += 1
    mean = mean + (1 - first) * (gradient - mean)
    square = second * square + (1 - second) * gradient**2
    size = square**0.5 / (1 - second**count) ** 0.5 + numbers["eps"]
    return parameter - numbers["lr"] / (1 - first**count) * mean / size, (count, mean, square)
