"""``torch.autograd.functional`` and ``torch.autograd.gradcheck``: derivatives of functions of the script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Raised, type_name
from gradcli.emulation.torch.autograd import AUTOGRAD
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.ops.arrays.index import stack
from gradcli.ops.arrays.shape import reshape
from gradcli.ops.declaration.structural import Structural
from gradcli.typing import Any


def _tuple(given: Any, what: str, name: str) -> tuple[Tensor, ...]:
    """Tensors that are one or several.

    Raises:
        Raised: There is something else among them.
    """
    found = given if isinstance(given, tuple) else (given,)
    for at, one in enumerate(found):
        if not isinstance(one, Tensor):
            text = f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the"
            where = f"value at index {at}" if isinstance(given, tuple) else f"given {what}"
            raise Raised("TypeError", f"{text} {where} has type <class '{type_name(one)}'>.")
    return found


class _Point:
    """A function of the script at a point.

    Args:
        machine: The machine.
        session: The session.
        name: What asks for its derivatives.
        func: The function.
        inputs: Its arguments, one or several tensors.
        create_graph: Whether the derivatives can be differentiated.
    """

    def __init__(self, machine: Interpreter, session: Session, name: str, func: Any, inputs: Any, create_graph: Any) -> None:
        self.machine = machine
        self.session = session
        self.value: Any = None
        self.single = not isinstance(inputs, tuple)
        self.create = machine.truth(create_graph)
        given = _tuple(inputs, "inputs", name)
        with session.tape.mode(True):
            self.inputs = [
                self._call(reshape, one, shape=one.shape)
                if self.create and one.requires_grad
                else session.leaf(machine, one.value, one.dtype, True)
                for one in given
            ]
            result = machine.apply(func, list(self.inputs))
        self.outputs = _tuple(result, "outputs of the user-provided function", name)
        self.several = isinstance(result, tuple)

    def _call(self, operation: Structural, *tensors: Tensor, **settings: Any) -> Tensor:
        return self.session.operate(self.machine, operation.name, tensors, tuple(operation.complete(settings).items()))

    def gradients(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], seeds: Any, *, create: bool) -> tuple[Tensor, ...]:
        """The gradients of outputs by inputs, zeros where they have none."""
        with self.session.tape.mode(True):
            needed = [(one, seed) for one, seed in zip(outputs, seeds, strict=True) if one.requires_grad]
            if needed:
                ends, given = ([pair[at] for pair in needed] for at in (0, 1))
                options = {"retain_graph": True, "create_graph": create, "materialize_grads": True}
                found: tuple[Tensor, ...] = AUTOGRAD["grad"](self.machine, self.session, ends, list(inputs), given, **options)
                return found
        return tuple([self.filled(one.shape, 0.0, one.dtype) for one in inputs])

    def filled(self, shape: tuple[int, ...], number: float, dtype: str, *, requires_grad: bool = False) -> Tensor:
        """A tensor of one number."""
        import numpy

        return self.session.leaf(self.machine, numpy.full(shape, number), dtype, requires_grad)

    def unit(self, of: Tensor, at: int) -> Tensor:
        """A tensor of zeros and one 1, of the shape of another."""
        import numpy

        ones = numpy.zeros(of.shape)
        ones.flat[at] = 1.0
        return self.session.leaf(self.machine, ones, of.dtype)

    def jacobian(self) -> list[list[Tensor]]:
        """For each output and each input the derivative of every element by every element."""
        rows = []
        for output in self.outputs:
            count = prod(output.shape)
            self.machine.charge(count)
            found = [self.gradients([output], self.inputs, [self.unit(output, at)], create=self.create) for at in range(count)]
            parts = [[one[at] for one in found] for at in range(len(self.inputs))]
            rows.append(
                [
                    self._call(reshape, self._call(stack, *part, axis=0), shape=output.shape + one.shape)
                    for part, one in zip(parts, self.inputs, strict=True)
                ]
            )
        return rows

    def ended(self, tensors: Sequence[Tensor], *, several: bool) -> Any:
        """Tensors as a result: a tuple where several were asked for."""
        found = [one if self.create else self.session.leaf(self.machine, one.value, one.dtype) for one in tensors]
        return tuple(found) if several else found[0]

    def seeds(self, v: Any, of: Sequence[Tensor], name: str) -> list[Tensor]:
        """The vector of a product, which may be left out for one element.

        Raises:
            Raised: It does not fit.
        """
        if v is None:
            if len(of) != 1 or prod(of[0].shape) != 1:
                of_what = "user-provided function returns a" if name == "vjp" else "input to the user-provided function is a"
                single = f"The vector v can only be None if the {of_what} single Tensor with a single element."
                raise Raised("RuntimeError", single)
            return [self.filled(of[0].shape, 1.0, of[0].dtype)]
        found = list(_tuple(v, "v", name))
        if len(found) != len(of):
            raise Raised("RuntimeError", f"v is a tuple of invalid length: should be {len(of)} but got {len(found)}.")
        for one, like in zip(found, of, strict=True):
            if one.shape != like.shape:
                sizes = [f"torch.Size({list(tensor.shape)})" for tensor in (like, one)]
                raise Raised("RuntimeError", f"v has invalid size: should be {sizes[0]} but got {sizes[1]}.")
        return found


def _jacobian(machine: Interpreter, session: Session, func: Any, inputs: Any, create_graph: Any = False, strict: Any = False,
              vectorize: Any = False) -> Any:  # fmt: skip
    point = _Point(machine, session, "jacobian", func, inputs, create_graph)
    rows = tuple([point.ended(row, several=not point.single) for row in point.jacobian()])
    return rows if point.several else rows[0]


def _hessian(machine: Interpreter, session: Session, func: Any, inputs: Any, create_graph: Any = False, strict: Any = False,
             vectorize: Any = False) -> Any:  # fmt: skip
    point = _gradient(machine, session, "hessian", func, inputs, create_graph)
    rows = tuple([point.ended(row, several=not point.single) for row in point.jacobian()])
    return rows[0] if point.single else rows


def _gradient(machine: Interpreter, session: Session, name: str, func: Any, inputs: Any, create_graph: Any) -> _Point:
    """A function at a point whose outputs are those of its gradient, recorded."""
    point = _Point(machine, session, name, func, inputs, create_graph)
    if point.several or prod(point.outputs[0].shape) != 1:
        what = "contain a single element" if not point.several else "be a single Tensor"
        raise Raised("RuntimeError", f"The Tensor returned by the function given to {name} should {what}")
    output = point.outputs[0]
    seed = point.filled(output.shape, 1.0, output.dtype)
    point.value = output
    point.outputs = point.gradients([output], point.inputs, [seed], create=True)
    return point


def _vjp(machine: Interpreter, session: Session, func: Any, inputs: Any, v: Any = None, create_graph: Any = False,
         strict: Any = False) -> Any:  # fmt: skip
    point = _Point(machine, session, "vjp", func, inputs, create_graph)
    found = point.gradients(point.outputs, point.inputs, point.seeds(v, point.outputs, "vjp"), create=point.create)
    return point.ended(point.outputs, several=point.several), point.ended(found, several=not point.single)


def _jvp(machine: Interpreter, session: Session, func: Any, inputs: Any, v: Any = None, create_graph: Any = False,
         strict: Any = False) -> Any:  # fmt: skip
    point = _Point(machine, session, "jvp", func, inputs, create_graph)
    seeds = point.seeds(v, point.inputs, "jvp")
    turned = [point.filled(one.shape, 0.0, one.dtype, requires_grad=True) for one in point.outputs]
    found = point.gradients(point.outputs, point.inputs, turned, create=True)  # linear in what stands in turned
    along = point.gradients(found, turned, seeds, create=point.create)
    return point.ended(point.outputs, several=point.several), point.ended(along, several=point.several)


def _hvp(machine: Interpreter, session: Session, func: Any, inputs: Any, v: Any = None, create_graph: Any = False,
         strict: Any = False) -> Any:  # fmt: skip
    point = _gradient(machine, session, "hvp", func, inputs, create_graph)
    found = point.gradients(point.outputs, point.inputs, point.seeds(v, point.inputs, "hvp"), create=point.create)
    return point.ended([point.value], several=False), point.ended(found, several=not point.single)


FUNCTIONAL: dict[str, Callable[..., Any]] = {
    "jacobian": _jacobian,
    "hessian": _hessian,
    "vjp": _vjp,
    "jvp": _jvp,
    "hvp": _hvp,
    "vhp": _hvp,
}
"""Functions of ``torch.autograd.functional``."""


def gradcheck(machine: Interpreter, session: Session, func: Any, inputs: Any, eps: float = 1e-6, atol: float = 1e-5,
              rtol: float = 1e-3, raise_exception: Any = True) -> bool:  # fmt: skip
    """``torch.autograd.gradcheck``: whether gradients agree with differences.

    Raises:
        Raised: They do not, or no argument requires a gradient.
    """
    import numpy

    given = _tuple(inputs, "inputs", "gradcheck")
    if not any(one.requires_grad for one in given):
        text = "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        raise Raised("ValueError", text)
    point = _Point(machine, session, "gradcheck", func, given, False)
    exact = point.jacobian()

    def value(at: int, element: int, step: float) -> list[Any]:
        numbers = [numpy.array(one.value, "float64") for one in given]
        numbers[at].flat[element] += step
        moved = [session.leaf(machine, array, one.dtype) for array, one in zip(numbers, given, strict=True)]
        with session.tape.no_grad():
            return [numpy.asarray(one.value) for one in _tuple(machine.apply(func, moved), "outputs", "gradcheck")]

    for at, one in enumerate(given):
        if not one.requires_grad:
            continue
        columns = []
        for element in range(prod(one.shape)):
            ahead, behind = value(at, element, eps), value(at, element, -eps)
            columns.append([(a - b).ravel() / (2 * eps) for a, b in zip(ahead, behind, strict=True)])
        for output in range(len(point.outputs)):
            numerical = numpy.array([column[output] for column in columns])
            analytical = numpy.asarray(exact[output][at].value).reshape(-1, len(columns)).T
            if not numpy.allclose(numerical, analytical, rtol, atol):
                if not machine.truth(raise_exception):
                    return False
                texts = [machine.text(session.leaf(machine, array, one.dtype)) for array in (numerical, analytical)]
                text = f"Jacobian mismatch for output {output} with respect to input {at},\n"
                raise Raised("torch.autograd.gradcheck.GradcheckError", f"{text}numerical:{texts[0]}\nanalytical:{texts[1]}\n")
    return True
