"""The declaration of an operation: everything that is known of it, in one place.

Parsing, evaluation, differentiation, grad_fn names, printing, ``gradcli ops`` and the tests are driven by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from gradcli.frozen import Frozen
from gradcli.graph.graph import Setting, Settings, Shape
from gradcli.graph.shapes import broadcast
from gradcli.ops.declaration import on_arrays
from gradcli.ops.declaration.facts import Facts, Special, facts
from gradcli.ops.declaration.symbol import Ieee, Symbol
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import ClassVar

    from typing_extensions import Unpack

    from gradcli.ops.declaration.facts import Known, Mask

MANY = 1_000_000
"""The number of arguments of an operation that takes any number of them."""

EVERYWHERE = "all real numbers"
"""The domain of an operation that is real and smooth for all arguments."""

EACH = "each"
"""What computes with arrays, where the definition of an operation would lose digits: its value, for each element."""

Rational = int | Fraction
Rule = Callable[..., Any]
Intervals = tuple[tuple[float, float], ...]

OPERATIONS: dict[str, Operation] = {}
"""Every operation, by name, in the order of declaration."""

_SPELLINGS: dict[str, list[Operation]] = {}


class Operation(Frozen, eq=False):
    """One primitive operation on scalars, or on arrays element by element.

    Attributes:
        name: Its name in graphs and expressions.
        parameters: The names of its arguments, in order.
        defaults: The values of the last parameters where an expression leaves them out.
        variadic: Whether the last parameter stands for any number of arguments.
        forward: Its value from floats; IEEE 754 where the mathematics has none (log(0) is -inf, log(-1) nan).
        exact: Its value from rational numbers where that is rational, else None; None where it never is.
        partials: For each argument the rule of ∂y/∂argument as a function of (y, *arguments); None where the argument carries
            no gradient (the condition of a choice). A variadic operation has one rule, which gives all partials at once. Empty
            where the result carries no gradient (comparisons).
        definition: What it is in more primitive operations, as a function of its arguments; called with symbols. None for a
            primitive operation.
        precise: Of a primitive operation the value at high precision: the name of the function of mpmath, or a function of
            numbers of mpmath. None where there is a definition.
        symbol: Its operator, where it has one.
        spellings: Further names in expressions.
        grad_fn: What PyTorch names it: templates by which arguments are tensors (t) and which are numbers (n), ``array``
            where the first is an array; in a template 0, 1, ... stand for the arguments, * for all.
        latex: Template with {0}, {1}, ... for the arguments; empty for the default.
        javascript: Its value as an expression of JavaScript, by which pages compute: a template with {0}, {1}, ... for the names
            of the arguments, or with {*} for all of them; it may call the functions of ``output/page/functions.js``. Empty where
            the definition computes as accurately and has the same values at infinities and nan.
        array: Its value from arrays: the name of the function of NumPy, or a function of (numpy, *arrays), which are all of one
            dtype. None where the definition computes it from arrays as accurately; ``EACH`` where ``forward`` is called for each
            element, as it is where there is no definition.
        domain: Where it is real and smooth, in words.
        samples: For each argument the interval in which tests sample it; kinks and poles lie outside.
        doc: What it is, as one sentence.
        known: The facts that its declaration gives.
    """

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[float, ...]
    variadic: bool
    forward: Callable[..., float]
    exact: Callable[..., Rational | None] | None
    partials: tuple[Rule | None, ...]
    definition: Rule | None
    precise: str | Rule | None
    symbol: str
    spellings: tuple[str, ...]
    grad_fn: dict[str, str]
    latex: str
    javascript: str
    array: str | Rule | None
    domain: str
    samples: Intervals
    doc: str
    known: Known

    settings: ClassVar[tuple[tuple[str, Setting], ...]] = ()
    """It has no settings."""

    scratch: ClassVar[None] = None
    """It computes nothing meanwhile that is larger than its result."""

    @cached_property
    def facts(self) -> Facts:
        """What else is known of it; made when somebody asks, since a call asks a few operations of all."""
        return facts(self.parameters, **self.known)

    @property
    def required(self) -> int:
        """The smallest number of arguments."""
        return len(self.parameters) - len(self.defaults)

    @property
    def most(self) -> int:
        """The largest number of arguments."""
        return MANY if self.variadic else len(self.parameters)

    @property
    def differentiable(self) -> bool:
        """Whether the result carries a gradient."""
        return bool(self.partials)

    @property
    def usage(self) -> str:
        """How it is written: ``clamp(x, min=-inf, max=inf)``."""
        required = self.required
        words = list(self.parameters[:required])
        words += [f"{name}={value:g}" for name, value in zip(self.parameters[required:], self.defaults, strict=True)]
        return f"{self.name}({', '.join(words)}{', ...' if self.variadic else ''})"

    def accepts(self, count: int) -> bool:
        """Whether it takes so many arguments."""
        return self.required <= count <= self.most

    def complete(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with the defaults of those left out."""
        missing = len(self.parameters) - len(arguments)
        return arguments + self.defaults[-missing:] if missing > 0 else arguments

    def special_values(self, arguments: Sequence[Any]) -> Iterator[tuple[Special, Any]]:
        """What is 0 at its special points, at some arguments, numbers or symbols; of a variadic one for every two of them."""
        for special in self.facts.specials:
            some = itertools.combinations(arguments, len(special.at)) if self.variadic else [self.complete(tuple(arguments))]
            yield from ((special, special.zero(*chosen)) for chosen in some)

    def completed(self, settings: Mapping[str, Setting]) -> Settings:
        """No settings, as :meth:`Structural.completed <gradcli.ops.declaration.structural.Structural.completed>` has them."""
        return ()

    def shape(self, *shapes: Shape) -> Shape:
        """The shape of the result from the shapes of the arguments.

        Raises:
            ShapeError: They do not broadcast.
        """
        return broadcast(*shapes)

    def function(self, kinds: str, shapes: Sequence[Shape], settings: Settings = ()) -> str:
        """PyTorch's function as a template, see ``grad_fn``.

        Args:
            kinds: For each argument ``t``, a tensor, or ``n``, a number.
            shapes: The shapes of the arguments.
        """
        if "array" in self.grad_fn and shapes[0]:
            return self.grad_fn["array"]
        return self.grad_fn.get(kinds) or self.grad_fn.get("") or self.grad_fn["tt"]

    def carries(self, index: int, shapes: Sequence[Shape] = ()) -> bool:
        """Whether a gradient flows from the result to an argument."""
        return bool(self.partials) and (self.variadic or self.partials[index] is not None)

    def derivable(self, index: int) -> bool:
        """Whether there is a derivative by an argument: a gradient flows to it, and the derivative is known."""
        return self.carries(index) and not isinstance(self.partials[0 if self.variadic else index], Undefined)

    def mask(self, index: int) -> Mask | None:
        """Where exactly 0 is handed to an argument, whatever comes in; None for nowhere."""
        return self.facts.masks.get(0 if self.variadic else index)

    def __call__(self, *arguments: Any) -> Any:
        """Compute with numbers or arrays, or build a node where an argument is a symbol."""
        careful = arrays = False
        for argument in arguments:
            kind = type(argument)
            if kind is float or kind is int:
                continue
            if isinstance(argument, Symbol):
                return argument.builder.apply(self.name, arguments)
            if kind is Ieee:
                careful = True
            elif hasattr(argument, "ndim"):
                arrays = True
        if arrays:
            return self.array_value(*arguments)
        value = self.forward(*self.complete(arguments))
        return Ieee(value) if careful else value

    def array_value(self, *arguments: Any) -> Any:
        """Compute with arrays, element by element; they are broadcast, and numbers among them do not widen their dtype.

        Returns:
            An array of the dtype of the arguments; truth values are 0 and 1 of that dtype.
        """
        import numpy

        dtype = on_arrays.common_dtype(numpy, arguments)
        with numpy.errstate(all="ignore"):
            return numpy.asarray(self._from_arrays(numpy, on_arrays.alike(dtype, self.complete(arguments))), dtype)

    def _from_arrays(self, numpy: Any, arguments: Sequence[Any]) -> Any:
        if self.array is None and self.definition is not None:
            return self.definition(*arguments)
        if self.array is None or self.array == EACH:
            return on_arrays.one_by_one(numpy, self.forward, arguments)
        return getattr(numpy, self.array)(*arguments) if isinstance(self.array, str) else self.array(numpy, *arguments)

    def local_derivatives(self, y: Any, arguments: tuple[Any, ...], wanted: Sequence[bool]) -> list[Any]:
        """∂y/∂argument for each wanted argument, as floats, or as symbols where ``y`` and the arguments are symbols.

        Where ``y`` is an array they are arrays that broadcast to its shape, or floats where they are the same for all elements.

        A derivative that is not wanted is not computed (x**2 at x = -2 never takes log(-2)); None stands in its place.

        Args:
            y: The result.
            arguments: The arguments, without those left out.
            wanted: For each argument whether its derivative is.

        Raises:
            NotDifferentiableError: The operation has no derivative by an argument that is wanted.
        """
        partials: list[Any] = [None] * len(arguments)
        for index, partial in zip(*self.derivatives(tuple(wanted))(y, arguments), strict=True):
            partials[index] = partial
        return partials

    def derivatives(
        self, wanted: tuple[bool, ...], *, again: bool = False, tails: bool = False
    ) -> Callable[[Any, tuple[Any, ...]], tuple[Sequence[int], Sequence[Any]]]:
        """The function of (y, arguments) that gives the indices of the wanted arguments, and the derivatives by them.

        Args:
            wanted: For each argument, without those left out, whether its derivative is wanted.
            again: Whether they are for a graph that is differentiated again, see ``Facts.steady``.
            tails: Whether they keep their digits far out, see ``Facts.tails``.
        """
        indices = [index for index, want in enumerate(wanted) if want]
        defaults = self.complete((0.0,) * len(wanted))[len(wanted) :]
        partials = (tails and self.facts.tails) or (again and self.facts.steady) or self.partials
        compute = self._all_at_once(indices) if self.variadic else _one_by_one(partials, indices)

        def derivatives(y: Any, arguments: tuple[Any, ...]) -> tuple[Sequence[int], Sequence[Any]]:
            if type(y) is not float and on_arrays.is_array(y):
                return indices, _of_arrays(compute, y, arguments + defaults)
            try:
                return indices, compute(y, arguments + defaults)
            except ArithmeticError:
                first, *others = [Ieee(one) if isinstance(one, float | int) else one for one in (y, *arguments, *defaults)]
                return indices, compute(first, tuple(others))

        return derivatives

    def _all_at_once(self, indices: Sequence[int]) -> Callable[[Any, tuple[Any, ...]], Sequence[Any]]:
        rule = self.partials[0]
        assert rule is not None

        def compute(y: Any, arguments: tuple[Any, ...]) -> Sequence[Any]:
            partials = rule(y, *arguments)
            return [partials[index] for index in indices]

        return compute


def _one_by_one(partials: Sequence[Rule | None], indices: Sequence[int]) -> Callable[[Any, tuple[Any, ...]], Sequence[Any]]:
    rules = [rule for index in indices if (rule := partials[index]) is not None]
    if len(rules) == 1:
        only = rules[0]
        return lambda y, arguments: (only(y, *arguments),)
    if len(rules) == 2:
        first, second = rules
        return lambda y, arguments: (first(y, *arguments), second(y, *arguments))
    return lambda y, arguments: [rule(y, *arguments) for rule in rules]


def _of_arrays(compute: Callable[[Any, tuple[Any, ...]], Sequence[Any]], y: Any, arguments: tuple[Any, ...]) -> list[Any]:
    """The partial derivatives where the result is an array."""
    import numpy

    dtype = on_arrays.common_dtype(numpy, (y, *arguments))
    with numpy.errstate(all="ignore"):
        first, *others = on_arrays.alike(dtype, (y, *arguments))
        return [on_arrays.plain(numpy, dtype, partial) for partial in compute(first, tuple(others))]


class NotDifferentiableError(Exception):
    """An operation has no derivative by one of its arguments.

    Args:
        operation: The name of the operation.
        parameter: The name of the argument.
    """

    def __init__(self, operation: str, parameter: str) -> None:
        super().__init__(f"{operation} has no derivative by its argument {parameter}")


class Undefined(Frozen):
    """The rule of an argument by which an operation has no derivative that PyTorch or this tool could give.

    Attributes:
        operation: The name of the operation.
        parameter: The name of the argument.
    """

    operation: str
    parameter: str

    def __call__(self, y: Any, *arguments: Any) -> Any:
        """Raise NotDifferentiableError."""
        raise NotDifferentiableError(self.operation, self.parameter)


def operation(
    usage: str,
    forward: Callable[..., float],
    partials: tuple[Rule | None, ...],
    *,
    doc: str,
    exact: Callable[..., Rational | None] | None = None,
    definition: Rule | None = None,
    precise: str | Rule | None = None,
    grad_fn: str | dict[str, str] | None = None,
    symbol: str = "",
    spellings: tuple[str, ...] = (),
    latex: str = "",
    javascript: str = "",
    array: str | Rule | None = None,
    domain: str = EVERYWHERE,
    samples: Intervals = (),
    **known: Unpack[Known],
) -> Operation:
    """Declare an operation; see :class:`Operation` for what the arguments mean.

    Args:
        usage: Name and parameters as an expression writes them: ``elu(x, alpha=1)``; ``max(x, ...)`` takes any number.
        grad_fn: PyTorch's name where it is not the own one, as ``TanhBackward0`` is of ``tanh``; a template where its inputs are
            not the arguments in order, or templates by which arguments are tensors; empty where nothing carries a gradient.
        samples: For each argument, where it is not from -2 to 2 for those that must be given.
        known: What else is known of it, see :func:`~gradcli.ops.declaration.facts.facts`.
    """
    name, _, rest = usage.rstrip(")").partition("(")
    words = [word.strip() for word in rest.split(",")]
    variadic = words[-1] == "..."
    if variadic:
        words.pop()
    parameters = tuple(word.partition("=")[0] for word in words)
    defaults = tuple(float(word.partition("=")[2]) for word in words if "=" in word)
    if grad_fn is None:
        grad_fn = function_of(name) if any(partials) else ""
    if isinstance(grad_fn, str):
        inputs = ", ".join(map(str, range(len(parameters) - len(defaults))))
        grad_fn = {"": grad_fn if not grad_fn or "(" in grad_fn else f"{grad_fn}({inputs})"}
    declared = Operation(
        name,
        parameters,
        defaults,
        variadic,
        forward,
        exact,
        partials,
        definition,
        precise,
        symbol,
        spellings,
        grad_fn,
        latex,
        javascript,
        array,
        domain,
        samples or ((-2.0, 2.0),) * (len(parameters) - len(defaults)),
        doc,
        known,
    )
    OPERATIONS[name] = declared
    for spelling in filter(None, (name, symbol, *spellings)):
        _SPELLINGS.setdefault(spelling, []).append(declared)
    return declared


def function_of(name: str) -> str:
    """What PyTorch calls the function of an operation of a name, as a rule: ``LogSoftmaxBackward0`` of ``log_softmax``."""
    return "".join([word.title() for word in name.split("_")]) + "Backward0"


def spelled(spelling: str) -> list[Operation]:
    """The operations that a function name or an operator may mean; several differ in the number of their arguments."""
    return _SPELLINGS.get(spelling, [])


def function_names() -> list[str]:
    """All names that may stand before a parenthesis, in the order of declaration."""
    return [spelling for spelling in _SPELLINGS if spelling.isidentifier() and spelling not in ("and", "or", "not")]
