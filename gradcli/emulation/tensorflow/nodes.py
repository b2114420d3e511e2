"""Functions of TensorFlow that make nodes: placeholders, constants, variables, operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from math import prod

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.values import Raised, Word
from gradcli.emulation.tensorflow.graph import Node, PartialShape, assignment, constant, converted, group, made
from gradcli.emulation.tensorflow.world import World
from gradcli.errors import ExitCode, GradcliError
from gradcli.ops.arrays.networks.nn import cross_entropy
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural
from gradcli.ops.elementwise.arithmetic import clone, div, square
from gradcli.ops.elementwise.losses import binary_cross_entropy_with_logits
from gradcli.typing import Any

_TURNED = ("transpose_a", "transpose_b")
"""Whether the first operand, and the second, is transposed."""

_SETTINGS = {"perm": "axes", "reduction_indices": "axis", "keep_dims": "keepdims"}
"""TensorFlow's names of settings where they are not those of the declarations."""


def dtype_name(word: Any, default: str | None = None) -> str | None:
    """The dtype that an argument names; the default for None."""
    if word is None:
        return default
    if isinstance(word, str):
        word = Word({"float": "float32", "double": "float64", "int": "int32"}.get(word, word))
    if isinstance(word, Word) and word.name in ("float32", "float64", "int32", "int64", "bool"):
        return word.name
    raise Raised("TypeError", "dtype must be one of tf.float32, tf.float64, tf.int32, tf.int64 and tf.bool")


def partial_shape(machine: Interpreter, shape: Any) -> PartialShape:
    """A shape that an argument gives; None for one that is not known."""
    if shape is None:
        return None
    if isinstance(shape, int):
        return (shape,)
    sizes = tuple(machine.listed(shape))
    if not all(size is None or (isinstance(size, int) and size >= 0) for size in sizes):
        raise Raised("TypeError", f"a shape is a list of whole numbers and None, not {machine.representation(shape)[:40]}")
    return sizes


def operation_maker(operation: Operation | Structural, title: str, parameters: Sequence[str]) -> Callable[..., Any]:
    """The function of TensorFlow that makes the node of an operation.

    Args:
        operation: The operation.
        title: What TensorFlow calls the node.
        parameters: TensorFlow's parameters, as the declaration has them: ``["input", "axis=0"]``; empty for x, y.
    """
    own = dict(operation.settings) if isinstance(operation, Structural) else {}
    named = [*(parameters or "xy"[: operation.required]), *(["name=None"] if "name=None" not in parameters else [])]
    signature = Signature([_parameter(*one.partition("=")) for one in named])

    def make(machine: Interpreter, world: World, *given: Any, **keywords: Any) -> Node:
        bound = signature.bind(*given, **keywords)
        bound.apply_defaults()
        name = bound.arguments.pop("name")
        operands: list[Any] = []
        settings: dict[str, Any] = {}
        for theirs, value in bound.arguments.items():
            setting = _SETTINGS.get(theirs, theirs)
            if setting in _TURNED:
                if machine.truth(value):
                    turned = (operands[_TURNED.index(setting)],)
                    axes = (("axis0", -2), ("axis1", -1))
                    operands[_TURNED.index(setting)] = made(machine, world.graph, "transpose", turned, "transpose", axes)
            elif setting not in own:
                operands += machine.listed(value) if isinstance(operation, Structural) and operation.variadic else [value]
            elif setting == "keepdims":
                settings[setting] = settings.get(setting, False) if value is None else machine.truth(value)
            elif value is not None:
                settings[setting] = value if isinstance(value, int) and setting != "shape" else tuple(machine.listed(value))
            else:
                settings.setdefault(setting, None)
        complete = operation.completed(settings) if isinstance(operation, Structural) else ()
        return made(machine, world.graph, operation.name, operands, name or title, complete)

    return make


def _parameter(name: str, sign: str, default: str) -> Parameter:
    values, number = {"None": None, "False": False}, float if "." in default else int
    known = Parameter.empty if not sign else values[default] if default in values else number(default)
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=known)


def _placeholder(machine: Interpreter, world: World, dtype: Any, shape: Any = None, name: Any = None) -> Node:
    sizes = partial_shape(machine, shape)
    return Node(
        world.graph,
        "placeholder",
        name or "Placeholder",
        shape=sizes,
        dtype=dtype_name(dtype, "float32") or "",
        span=machine.span,
    )


def _constant(machine: Interpreter, world: World, value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Node:
    node = constant(machine, world.graph, value, dtype_name(dtype), name or "Const")
    node.label = node.label or ""
    if shape is not None:
        import numpy

        sizes = tuple(size or 0 for size in partial_shape(machine, shape) or ())
        check_count(world, prod(sizes))
        array = numpy.asarray(node.value)
        node.value = numpy.full(sizes, float(array)) if array.size == 1 else array.reshape(sizes)
        node.shape = sizes
    return node


def _filled(value: float, title: str) -> Callable[..., Any]:
    def make(machine: Interpreter, world: World, shape: Any, dtype: Any = None, name: Any = None) -> Node:
        import numpy

        sizes = tuple(size or 0 for size in partial_shape(machine, shape) or ())
        check_count(world, prod(sizes))
        found = numpy.full(sizes, value) if sizes else value
        return Node(world.graph, "constant", name or title, shape=sizes, dtype=dtype_name(dtype) or "float32", value=found,
                    span=machine.span)  # fmt: skip

    return make


def check_count(world: World, count: int) -> None:
    """Check how many elements a tensor would have.

    Raises:
        GradcliError: They are too many (exit code 4).
    """
    if count > world.limits.max_elements:
        raise GradcliError(
            f"a tensor would have more than {world.limits.max_elements:,} elements",
            hint="raise the limit with --max-elements N",
            exit_code=ExitCode.LIMIT,
        )


def _variable(
    machine: Interpreter, world: World, initial_value: Any, trainable: Any = True, name: Any = None, dtype: Any = None
) -> Node:
    title = name or "Variable"
    start = converted(machine, world.graph, initial_value, dtype_name(dtype), f"{title}/initial_value")
    node = Node(world.graph, "variable", title, shape=start.shape, dtype=start.dtype, span=machine.span)
    node.parts = group(machine, world.graph, f"{title}/Assign", [(node, start)])
    node.value = 1.0 if machine.truth(trainable) else 0.0
    return node


def _initializer(machine: Interpreter, world: World) -> Node:
    variables = [node for node in world.graph.nodes if node.kind_of == "variable"]
    return group(machine, world.graph, "init", [pair for node in variables for pair in node.parts.parts])


def _assign(change: str) -> Callable[..., Any]:
    return lambda machine, world, ref, value: assignment(machine, ref, value, change)


def _cast(machine: Interpreter, world: World, x: Any, dtype: Any, name: Any = None) -> Node:
    node = made(machine, world.graph, clone.name, (x,), name or "Cast")
    node.dtype = dtype_name(dtype) or node.dtype
    return node


def l2_loss(machine: Interpreter, world: World, t: Any, name: Any = None) -> Node:
    """``tf.nn.l2_loss``: half the sum of the squares."""
    squares = made(machine, world.graph, square.name, (t,), "L2Loss/Square")
    total = made(machine, world.graph, "reduce_sum", (squares,), "L2Loss/Sum", (("axis", None), ("keepdims", False)))
    return made(machine, world.graph, div.name, (total, 2.0), name or "L2Loss")


def binary_loss(machine: Interpreter, world: World, *, labels: Any, logits: Any, name: Any = None) -> Node:
    """``tf.nn.sigmoid_cross_entropy_with_logits``."""
    return made(machine, world.graph, binary_cross_entropy_with_logits.name, (logits, labels), name or "logistic_loss")


def class_loss(machine: Interpreter, world: World, *, labels: Any, logits: Any, name: Any = None) -> Node:
    """``tf.nn.softmax_cross_entropy_with_logits``, also of places in place of probabilities."""
    title = name or "softmax_cross_entropy_with_logits"
    wanted = converted(machine, world.graph, labels, None, f"{title}/labels")
    if wanted.dtype.startswith("int"):
        wanted = _cast(machine, world, wanted, "float32", f"{title}/places")
    return made(machine, world.graph, cross_entropy.name, (logits, wanted), title, (("reduction", None),))


def _add_n(machine: Interpreter, world: World, inputs: Any, name: Any = None) -> Node:
    items = machine.listed(inputs)
    total = items[0]
    for item in items[1:]:
        total = made(machine, world.graph, "add", (total, item), name or "AddN")
    return total  # type: ignore[no-any-return]


NODES: dict[str, Callable[..., Any]] = {
    "placeholder": _placeholder,
    "constant": _constant,
    "Variable": _variable,
    "zeros": _filled(0.0, "zeros"),
    "ones": _filled(1.0, "ones"),
    "global_variables_initializer": _initializer,
    "initialize_all_variables": _initializer,
    "assign": _assign(""),
    "assign_add": _assign("add"),
    "assign_sub": _assign("sub"),
    "cast": _cast,
    "add_n": _add_n,
    "convert_to_tensor": _constant,
}  # fmt: skip
"""Functions of ``tensorflow`` that make nodes and are more than one operation on their arguments."""
