"""The declaration of an operation on arrays that is not elementwise: sums, products of matrices, reshapes, convolutions.

An elementwise operation (:mod:`gradcli.ops.declaration.operation`) declares a partial derivative for each argument. These
declare their vector-Jacobian product instead: from the adjoint of the result the adjoint of each argument, in terms of
operations, so that one rule serves numbers, arrays and symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from gradcli.frozen import Frozen
from gradcli.graph.graph import Setting as Setting
from gradcli.graph.graph import Settings
from gradcli.graph.graph import Shape as Shape
from gradcli.ops.declaration.facts import Facts, facts
from gradcli.ops.declaration.operation import MANY, function_of
from gradcli.ops.declaration.symbol import Symbol
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gradcli.ops.declaration.facts import Known

DECLARED: dict[str, Structural] = {}
"""Every such operation that is loaded, by name, in the order of declaration; see :mod:`gradcli.ops.catalogue`."""


class Structural(Frozen, eq=False):
    """An operation on arrays.

    Attributes:
        name: Its name in graphs.
        parameters: The names of its operands, in order.
        required: How many of them must be given.
        variadic: Whether the last operand stands for any number of them.
        settings: The names of its settings with their defaults: ``(("axis", None), ("keepdims", False))``.
        forward: Its value: a function of the module numpy, the operands as arrays, and the settings by name.
        shape: The shape of the result from the shapes of the operands and the settings by name.
        pullback: The vector-Jacobian product: from the adjoint of the result, the result, the operands, and the settings by name
            a list of the adjoints of the operands, None for one that carries no gradient. None where the result carries none.
            An adjoint that takes work is a function of no arguments, called where it is wanted.
        grad_fn: PyTorch's function as a template (see :class:`~gradcli.ops.declaration.operation.Operation`), from the shapes of
            the operands and the settings by name.
        whole: From the shapes of the operands which of them are whole numbers, such as classes or places, and carry no gradient.
        scratch: From the shapes of the operands and the settings by name the number of elements that it computes meanwhile, where
            those can be many more than operands and result have; None where not.
        spellings: How expressions call it: the names of functions, the name itself first where it is one.
        doc: What it is, as one sentence.
        known: The facts that its declaration gives.
        definition: What it is in more primitive operations, a function of its operands and settings, as
            :class:`~gradcli.ops.declaration.operation.Operation` has one. None for a primitive operation.
        in_elements: What it is in numbers: a function of the builder of numbers, the operands as arrays of symbols, and the
            settings by name. None where ``forward`` computes with symbols as well.
        symbol: Its operator, where it has one.
        latex: Template with {0}, {1}, ... for the operands, where no setting has a value of its own; empty for the default.
        backward: What its vector-Jacobian product does, in words, where written out it would be hard to read; derivations then
            write it as ``name_backward(...)`` and say these words. Empty for the others.
    """

    name: str
    parameters: tuple[str, ...]
    required: int
    variadic: bool
    settings: tuple[tuple[str, Setting], ...]
    forward: Callable[..., Any]
    shape: Callable[..., Shape]
    pullback: Callable[..., Sequence[Any]] | None
    grad_fn: Callable[..., str]
    whole: Callable[..., tuple[int, ...]]
    scratch: Callable[..., int] | None
    spellings: tuple[str, ...]
    doc: str
    known: Known
    definition: Callable[..., Any] | None = None
    in_elements: Callable[..., Any] | None = None
    symbol: str = ""
    latex: str = ""
    backward: str = ""

    @cached_property
    def facts(self) -> Facts:
        """What else is known of it, made when somebody asks."""
        return facts(self.parameters, **self.known)

    @property
    def most(self) -> int:
        """The largest number of operands."""
        return MANY if self.variadic else len(self.parameters)

    @property
    def usage(self) -> str:
        """How it is written: ``softmax(a, axis=-1)``."""
        words = [*self.parameters, *(["..."] if self.variadic else []), *[f"{name}={value}" for name, value in self.settings]]
        return f"{self.spellings[0] if self.spellings else self.name}({', '.join(words)})"

    def accepts(self, count: int) -> bool:
        """Whether it takes so many operands."""
        return self.required <= count <= self.most

    def complete(self, settings: Mapping[str, Setting]) -> dict[str, Setting]:
        """The settings with the defaults of those left out."""
        return {**dict(self.settings), **settings}

    def completed(self, settings: Mapping[str, Setting]) -> Settings:
        """The settings as a graph keeps them, with the defaults of those left out."""
        return tuple(self.complete(settings).items())

    def function(self, kinds: str, shapes: Sequence[Shape], settings: Settings = ()) -> str:
        """PyTorch's function as a template, as :meth:`Operation.function` gives it."""
        return self.grad_fn(*shapes, **dict(settings))

    def carries(self, index: int, shapes: Sequence[Shape]) -> bool:
        """Whether a gradient flows from the result to an operand, where the operands have these shapes."""
        return self.pullback is not None and index not in self.whole(*shapes)

    def __call__(self, *arguments: Any, **settings: Setting) -> Any:
        """Compute with arrays and numbers, or build a node where an argument is a symbol.

        Raises:
            ShapeError: The shapes do not fit.
        """
        for argument in arguments:
            if isinstance(argument, Symbol):
                return argument.builder.apply(self.name, arguments, tuple(self.complete(settings).items()))
        import numpy

        completed = self.complete(settings)
        self.shape(*map(shape_of, arguments), **completed)
        with numpy.errstate(all="ignore"):
            return plain(self.forward(numpy, *_as_arrays(numpy, arguments), **completed))


def structural(
    usage: str,
    forward: Callable[..., Any],
    shape: Callable[..., Shape],
    pullback: Callable[..., Sequence[Any]] | None,
    *,
    doc: str,
    grad_fn: str | Callable[..., str] | None = None,
    whole: tuple[int, ...] | Callable[..., tuple[int, ...]] = (),
    scratch: Callable[..., int] | None = None,
    spellings: tuple[str, ...] | None = None,
    optional: int = 0,
    definition: Callable[..., Any] | None = None,
    in_elements: Callable[..., Any] | None = None,
    symbol: str = "",
    latex: str = "",
    backward: str = "",
    **known: Unpack[Known],
) -> Structural:
    """Declare an operation; see :class:`Structural` for what the arguments mean.

    Args:
        usage: Name, operands, and settings with defaults: ``reduce_sum(a, axis=None, keepdims=False)``; ``stack(a, ..., axis=0)``
            takes any number of operands.
        grad_fn: PyTorch's template where it is not the own one, as ``BmmBackward0(0, 1)`` is of ``bmm``, or what gives it from
            the shapes and settings; empty where nothing carries a gradient.
        whole: Which operands are whole numbers, or what gives them from the shapes.
        spellings: How expressions call it; the name, without ``reduce_`` before it, where that is all.
        optional: How many of the last operands may be left out.
        known: What else is known of it, see :func:`~gradcli.ops.declaration.facts.facts`.
    """
    name, _, rest = usage.rstrip(")").partition("(")
    words = [word.strip() for word in rest.split(", ")]
    variadic = "..." in words
    parameters = tuple(word for word in words if "=" not in word and word != "...")
    defaults = [word.partition("=") for word in words if "=" in word]
    values: dict[str, Setting] = {"None": None, "False": False, "True": True}
    settings = tuple((key, values[text] if text in values else _default(text)) for key, _, text in defaults)
    if grad_fn is None:
        inputs = ", ".join(map(str, range(len(parameters))))
        grad_fn = "" if pullback is None else f"{function_of(name.removeprefix('reduce_'))}({inputs})"
    template = (lambda *shapes, **settings: grad_fn) if isinstance(grad_fn, str) else grad_fn
    declared = Structural(
        name,
        parameters,
        len(parameters) - optional,
        variadic,
        settings,
        forward,
        shape,
        pullback,
        template,
        (lambda *shapes: whole) if isinstance(whole, tuple) else whole,
        scratch,
        (name.removeprefix("reduce_"),) if spellings is None else spellings,
        doc,
        known,
        definition,
        in_elements,
        symbol,
        latex,
        backward,
    )
    DECLARED[name] = declared
    return declared


def _as_arrays(numpy: Any, arguments: Sequence[Any]) -> Sequence[Any]:
    """The operands as arrays; numbers among them do not widen the dtype of the others."""
    if all(hasattr(argument, "ndim") for argument in arguments):
        return arguments
    dtypes = [argument.dtype for argument in arguments if hasattr(argument, "ndim")]
    dtype = numpy.result_type(*dtypes) if dtypes else numpy.float64
    return [argument if hasattr(argument, "ndim") else numpy.asarray(argument, dtype) for argument in arguments]


def _default(text: str) -> Setting:
    """The default of a setting that is a number or a word."""
    if text.isalpha():
        return text
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def shape_of(value: Any) -> Shape:
    """The shape of an array, a symbol or a number."""
    if isinstance(value, float | int):
        return ()
    shape: Shape = tuple(value.shape)
    return shape


def plain(value: Any) -> Any:
    """A result as the graph keeps it: a float for a scalar, an array for anything else."""
    return value if getattr(value, "ndim", 0) else float(value)
