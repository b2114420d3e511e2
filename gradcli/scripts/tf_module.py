"""The modules ``tensorflow`` (version 1) and ``numpy`` of a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from gradcli.errors import ExitCode, GradcliError
from gradcli.graph.graph import Settings
from gradcli.scripts.builtin import math_module
from gradcli.scripts.source import UnknownError
from gradcli.scripts.tf_graph import Graph, Node, PartialShape, assignment, constant, converted, group, made
from gradcli.scripts.tf_session import Limits, Session
from gradcli.scripts.torch_results import Array
from gradcli.scripts.values import Foreign, Function, Namespace, Native, Raised, Type, Word

if TYPE_CHECKING:
    from gradcli.scripts.machine import Machine

VERSION = "1.15.0"
"""The version of TensorFlow whose documentation is followed."""

ELEMENTWISE = {
    "add": ("add", "Add"), "subtract": ("sub", "Sub"), "multiply": ("mul", "Mul"), "divide": ("div", "truediv"),
    "truediv": ("div", "truediv"), "div": ("div", "div"), "pow": ("pow", "Pow"), "square": ("square", "Square"),
    "sqrt": ("sqrt", "Sqrt"), "rsqrt": ("rsqrt", "Rsqrt"), "exp": ("exp", "Exp"), "log": ("log", "Log"),
    "log1p": ("log1p", "Log1p"),
    "negative": ("neg", "Neg"), "abs": ("abs", "Abs"), "sign": ("sign", "Sign"), "sin": ("sin", "Sin"), "cos": ("cos", "Cos"),
    "tan": ("tan", "Tan"), "tanh": ("tanh", "Tanh"), "sigmoid": ("sigmoid", "Sigmoid"), "maximum": ("maximum", "Maximum"),
    "minimum": ("minimum", "Minimum"), "reciprocal": ("reciprocal", "Reciprocal"), "floor": ("floor", "Floor"),
    "ceil": ("ceil", "Ceil"), "round": ("round", "Round"), "less": ("lt", "Less"), "greater": ("gt", "Greater"),
    "less_equal": ("le", "LessEqual"), "greater_equal": ("ge", "GreaterEqual"), "equal": ("eq", "Equal"),
    "not_equal": ("ne", "NotEqual"), "where": ("where", "Select"), "matmul": ("matmul", "MatMul"),
    "stop_gradient": ("detach", "StopGradient"), "identity": ("clone", "Identity"), "erf": ("erf", "Erf"),
    "logical_and": ("logical_and", "LogicalAnd"), "logical_or": ("logical_or", "LogicalOr"),
    "logical_not": ("logical_not", "LogicalNot"),
}  # fmt: skip
"""The functions that are operations on their arguments, and what TensorFlow calls their nodes."""

OF_NETWORKS = {
    "relu": ("relu", "Relu"), "sigmoid": ("sigmoid", "Sigmoid"), "tanh": ("tanh", "Tanh"), "softplus": ("softplus", "Softplus"),
    "elu": ("elu", "Elu"), "leaky_relu": ("leaky_relu", "LeakyRelu"), "relu6": ("relu6", "Relu6"),
    "softsign": ("softsign", "Softsign"),
}  # fmt: skip
"""Those of ``tf.nn``."""

REDUCTIONS = {
    "reduce_sum": "Sum", "reduce_mean": "Mean", "reduce_max": "Max", "reduce_min": "Min", "reduce_prod": "Prod",
}  # fmt: skip
"""The reductions, and what TensorFlow calls their nodes."""


class World:
    """What the parts of a script share.

    Args:
        limits: The limits of a run.
    """

    def __init__(self, limits: Limits) -> None:
        self.graph = Graph()
        self.limits = limits
        self.counts: dict[str, int] = {}


def modules(world: World) -> dict[str, Namespace]:
    """The modules that a script for TensorFlow 1 may import, by name."""

    def bound(table: dict[str, Callable[..., Any]]) -> dict[str, Any]:
        return {name: Native(name, _with(world, function)) for name, function in table.items()}

    def operations(table: dict[str, tuple[str, str]]) -> dict[str, Any]:
        return {name: Native(name, _with(world, _operation(*what))) for name, what in table.items()}

    reductions = {name: Native(name, _with(world, _reduction(name, title))) for name, title in REDUCTIONS.items()}
    elementwise = operations(ELEMENTWISE)
    train = Namespace("tensorflow.train", bound({"GradientDescentOptimizer": _optimiser}))
    network = Namespace("tensorflow.nn", {**operations(OF_NETWORKS), **bound({"softmax": _softmax, "l2_loss": _l2_loss})})
    names: dict[str, Any] = {
        **elementwise,
        **reductions,
        **bound(_TENSORFLOW),
        "math": Namespace("tensorflow.math", {**elementwise, **reductions}),
        "train": train,
        "nn": network,
        "linalg": Namespace("tensorflow.linalg", {"matmul": elementwise["matmul"]}),
        "random_normal": Native("random_normal", _random),
        "random_uniform": Native("random_uniform", _random),
        "truncated_normal": Native("truncated_normal", _random),
        "set_random_seed": Native("set_random_seed", _random),
        "__version__": VERSION,
        "Tensor": Type("tensorflow.Tensor", _random, ("Tensor",)),
        **{name: Word(name) for name in ("float32", "float64", "int32", "int64", "bool")},
    }
    tensorflow = Namespace("tensorflow", names)
    compat = Namespace("tensorflow.compat", {"v1": tensorflow})
    names["compat"] = compat
    return {
        "tensorflow": tensorflow,
        "tensorflow.compat.v1": tensorflow,
        "tensorflow.compat": compat,
        "numpy": _numpy(world),
        "math": math_module(),
    }


def _with(world: World, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda machine, *arguments, **keywords: function(machine, world, *arguments, **keywords)


def _random(machine: Machine, *arguments: Any, **keywords: Any) -> Any:
    raise UnknownError(
        "random numbers are not known here, since TensorFlow's generator cannot be followed", hint="write the numbers"
    )


def _dtype(word: Any, default: str | None = None) -> str | None:
    if word is None:
        return default
    if isinstance(word, Word) and word.name in ("float32", "float64", "int32", "int64", "bool"):
        return word.name
    raise Raised("TypeError", "dtype must be one of tf.float32, tf.float64, tf.int32, tf.int64 and tf.bool")


def _shape(machine: Machine, shape: Any) -> PartialShape:
    if shape is None:
        return None
    if isinstance(shape, int):
        return (shape,)
    sizes = tuple(machine.listed(shape))
    if not all(size is None or (isinstance(size, int) and size >= 0) for size in sizes):
        raise Raised("TypeError", f"a shape is a list of whole numbers and None, not {machine.representation(shape)[:40]}")
    return sizes


# ---- nodes ----


def _operation(operation: str, title: str) -> Callable[..., Any]:
    def make(machine: Machine, world: World, *operands: Any, name: Any = None, transpose_a: Any = False, transpose_b: Any = False,
             **keywords: Any) -> Node:  # fmt: skip
        given = [*operands, *[value for key, value in keywords.items() if key in ("x", "y", "a", "b", "features", "condition")]]
        if len(given) < len(operands) + len(keywords):
            raise Raised("TypeError", f"{title} got an unexpected keyword argument")
        for at, turned in enumerate((transpose_a, transpose_b)):
            if machine.truth(turned):
                given[at] = made(machine, world.graph, "transpose", (given[at],), "transpose", (("axis0", -2), ("axis1", -1)))
        return made(machine, world.graph, operation, given, name or title)

    return make


def _reduction(operation: str, title: str) -> Callable[..., Any]:
    def make(machine: Machine, world: World, input_tensor: Any, axis: Any = None, keepdims: Any = False, name: Any = None,
             reduction_indices: Any = None, keep_dims: Any = None) -> Node:  # fmt: skip
        axis = reduction_indices if axis is None else axis
        settings: Settings = (
            ("axis", tuple(axis) if isinstance(axis, list | tuple) else axis),
            ("keepdims", machine.truth(keepdims if keep_dims is None else keep_dims)),
        )
        return made(machine, world.graph, operation, (input_tensor,), name or title, settings)

    return make


def _placeholder(machine: Machine, world: World, dtype: Any, shape: Any = None, name: Any = None) -> Node:
    return Node(world.graph, "placeholder", name or "Placeholder", shape=_shape(machine, shape), dtype=_dtype(dtype) or "float32",
                span=machine.span)  # fmt: skip


def _constant(machine: Machine, world: World, value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Node:
    node = constant(machine, world.graph, value, _dtype(dtype), name or "Const")
    node.label = node.label or ""
    if shape is not None:
        import numpy

        sizes = tuple(size or 0 for size in _shape(machine, shape) or ())
        _check_count(world, prod(sizes))
        array = numpy.asarray(node.value)
        node.value = numpy.full(sizes, float(array)) if array.size == 1 else array.reshape(sizes)
        node.shape = sizes
    return node


def _filled(value: float, title: str) -> Callable[..., Any]:
    def make(machine: Machine, world: World, shape: Any, dtype: Any = None, name: Any = None) -> Node:
        import numpy

        sizes = tuple(size or 0 for size in _shape(machine, shape) or ())
        _check_count(world, prod(sizes))
        found = numpy.full(sizes, value) if sizes else value
        return Node(world.graph, "constant", name or title, shape=sizes, dtype=_dtype(dtype) or "float32", value=found,
                    span=machine.span)  # fmt: skip

    return make


def _check_count(world: World, count: int) -> None:
    if count > world.limits.max_elements:
        raise GradcliError(
            f"a tensor would have more than {world.limits.max_elements:,} elements",
            hint="raise the limit with --max-elements N",
            exit_code=ExitCode.LIMIT,
        )


def _variable(
    machine: Machine, world: World, initial_value: Any, trainable: Any = True, name: Any = None, dtype: Any = None
) -> Node:
    title = name or "Variable"
    start = converted(machine, world.graph, initial_value, _dtype(dtype), f"{title}/initial_value")
    node = Node(world.graph, "variable", title, shape=start.shape, dtype=start.dtype, span=machine.span)
    node.parts = group(machine, world.graph, f"{title}/Assign", [(node, start)])
    node.value = 1.0 if machine.truth(trainable) else 0.0
    return node


def _initializer(machine: Machine, world: World) -> Node:
    variables = [node for node in world.graph.nodes if node.kind_of == "variable"]
    return group(machine, world.graph, "init", [pair for node in variables for pair in node.parts.parts])


def _trainable(world: World) -> list[Node]:
    return [node for node in world.graph.nodes if node.kind_of == "variable" and node.value]


def _assign(change: str) -> Callable[..., Any]:
    return lambda machine, world, ref, value: assignment(machine, ref, value, change)


def _cast(machine: Machine, world: World, x: Any, dtype: Any, name: Any = None) -> Node:
    node = made(machine, world.graph, "clone", (x,), name or "Cast")
    node.dtype = _dtype(dtype) or node.dtype
    return node


def _reshape(machine: Machine, world: World, tensor: Any, shape: Any, name: Any = None) -> Node:
    return made(machine, world.graph, "reshape", (tensor,), name or "Reshape", (("shape", tuple(machine.listed(shape))),))


def _transpose(machine: Machine, world: World, a: Any, perm: Any = None, name: Any = None) -> Node:
    axes = None if perm is None else tuple(machine.listed(perm))
    return made(machine, world.graph, "permute", (a,), name or "transpose", (("axes", axes),))


def _stack(machine: Machine, world: World, values: Any, axis: Any = 0, name: Any = None) -> Node:
    return made(machine, world.graph, "stack", machine.listed(values), name or "stack", (("axis", axis),))


def _concat(machine: Machine, world: World, values: Any, axis: Any, name: Any = None) -> Node:
    return made(machine, world.graph, "cat", machine.listed(values), name or "concat", (("axis", axis),))


def _expand_dims(machine: Machine, world: World, input: Any, axis: Any, name: Any = None) -> Node:
    return made(machine, world.graph, "unsqueeze", (input,), name or "ExpandDims", (("axis", axis),))


def _squeeze(machine: Machine, world: World, input: Any, axis: Any = None, name: Any = None) -> Node:
    return made(machine, world.graph, "squeeze", (input,), name or "Squeeze", (("axis", axis),))


def _argmax(machine: Machine, world: World, input: Any, axis: Any = 0, name: Any = None) -> Node:
    return made(machine, world.graph, "argmax", (input,), name or "ArgMax", (("axis", axis), ("keepdims", False)))


def _softmax(machine: Machine, world: World, logits: Any, axis: Any = -1, name: Any = None) -> Node:
    return made(machine, world.graph, "softmax", (logits,), name or "Softmax", (("axis", axis),))


def _l2_loss(machine: Machine, world: World, t: Any, name: Any = None) -> Node:
    total = made(machine, world.graph, "reduce_sum", (made(machine, world.graph, "square", (t,), "L2Loss/Square"),), "L2Loss/Sum",
                 (("axis", None), ("keepdims", False)))  # fmt: skip
    return made(machine, world.graph, "div", (total, 2.0), name or "L2Loss")


def _add_n(machine: Machine, world: World, inputs: Any, name: Any = None) -> Node:
    items = machine.listed(inputs)
    total = items[0]
    for item in items[1:]:
        total = made(machine, world.graph, "add", (total, item), name or "AddN")
    return total  # type: ignore[no-any-return]


# ---- gradients ----


def _gradients(machine: Machine, world: World, ys: Any, xs: Any, grad_ys: Any = None, name: Any = None) -> list[Node | None]:
    if grad_ys is not None:
        raise UnknownError("tf.gradients with grad_ys is not known here", hint="multiply ys by it")
    outputs = ys if isinstance(ys, list | tuple) else [ys]
    if not outputs:
        raise Raised("ValueError", "tf.gradients needs something to differentiate")
    y = converted(machine, world.graph, outputs[0], None, "ys")
    for other in outputs[1:]:
        y = made(machine, world.graph, "add", (y, other), "gradients/AddN")
    world.graph.last = y
    return [_gradient(machine, world, y, x) for x in (xs if isinstance(xs, list | tuple) else [xs])]


def _gradient(machine: Machine, world: World, y: Node, x: Any) -> Node | None:
    if not isinstance(x, Node):
        raise Raised("TypeError", f"tf.gradients takes tensors, not {machine.representation(x)[:40]}")
    if not _leads(x, y):
        return None
    if x.kind_of == "constant" and not x.label:
        x.label = x.name
    return Node(world.graph, "gradient", f"gradients/{x.name}_grad", (y, x), shape=x.shape, dtype=x.dtype, span=machine.span)


def _leads(x: Node, y: Node) -> bool:
    """Whether a node depends on another."""
    seen, work = {y}, [y]
    while work:
        node = work.pop()
        if node is x:
            return True
        more = [*node.inputs, *(node.parts[1] if node.kind_of == "while" else ())]
        work += [one for one in more if one not in seen]
        seen.update(more)
    return False


class Optimiser(Foreign):
    """``tf.train.GradientDescentOptimizer``.

    Args:
        world: The world of the script.
        rate: The learning rate.
    """

    kind = "GradientDescentOptimizer"

    def __init__(self, world: World, rate: Any) -> None:
        self.world = world
        self.rate = rate

    def attribute(self, machine: Machine, name: str) -> Any:
        methods: dict[str, Callable[..., Any]] = {
            "minimize": lambda machine, loss, var_list=None, name=None: self.apply(
                machine, self.pairs(machine, loss, var_list), name or "GradientDescent"
            ),
            "compute_gradients": self.pairs,
            "apply_gradients": lambda machine, grads_and_vars, name=None: self.apply(
                machine, machine.listed(grads_and_vars), name or "GradientDescent"
            ),
        }
        return Native(name, methods[name]) if name in methods else super().attribute(machine, name)

    def pairs(self, machine: Machine, loss: Any, var_list: Any = None) -> list[tuple[Any, Node]]:
        """The gradients of a loss, each with its variable."""
        variables = _trainable(self.world) if var_list is None else machine.listed(var_list)
        if not variables:
            raise Raised("ValueError", "No variables to optimize.")
        found = _gradients(machine, self.world, loss, variables)
        return list(zip(found, variables, strict=True))

    def apply(self, machine: Machine, pairs: Sequence[Any], name: str) -> Node:
        """The operation that takes a step."""
        graph = self.world.graph
        steps = []
        for gradient, variable in pairs:
            if gradient is not None:
                change = made(machine, graph, "mul", (gradient, self.rate), f"{name}/step")
                steps.append((variable, made(machine, graph, "sub", (variable, change), f"{name}/update")))
        if not steps:
            raise Raised(
                "ValueError", "No gradients provided for any variable, check your graph for ops that do not support gradients"
            )
        return group(machine, graph, name, steps)


def _optimiser(machine: Machine, world: World, learning_rate: Any, use_locking: Any = False, name: Any = None) -> Optimiser:
    return Optimiser(world, learning_rate)


# ---- control flow ----


def _branch(machine: Machine, world: World, function: Any, like: Node | None = None) -> Node:
    if not isinstance(function, Function | Native):
        raise Raised("TypeError", "true_fn and false_fn must be callable")
    value = machine.apply(function, [])
    return converted(machine, world.graph, value, None if like is None else like.dtype, "cond/Const")


def _cond(machine: Machine, world: World, pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Node:
    if not isinstance(pred, Node):
        raise Raised("TypeError", "pred must not be a Python bool")
    then = _branch(machine, world, true_fn)
    otherwise = _branch(machine, world, false_fn, then)
    shape = then.shape if then.shape == otherwise.shape else None
    return Node(
        world.graph, "cond", name or "cond/Merge", (pred, then, otherwise), shape=shape, dtype=then.dtype, span=machine.span
    )


def _while_loop(machine: Machine, world: World, cond: Any, body: Any, loop_vars: Any, name: Any = None, **ignored: Any) -> Any:
    start = [converted(machine, world.graph, value, None, "while/Const") for value in machine.listed(loop_vars)]
    graph = world.graph
    first = len(graph.nodes)
    inner = [Node(graph, "loop variable", "while/Identity", shape=one.shape, dtype=one.dtype, span=machine.span) for one in start]
    condition = machine.apply(cond, list(inner))
    result = machine.apply(body, list(inner))
    following = [
        converted(machine, graph, value, one.dtype, "while/Const")
        for value, one in zip(result if isinstance(result, list | tuple) else [result], inner, strict=False)
    ]
    if not isinstance(condition, Node) or len(following) != len(inner):
        raise Raised("ValueError", "The two structures don't have the same nested structure: loop_vars and the result of body")
    own = set(graph.nodes[first:])
    outer = _outside([condition, *following], own)
    ends = [
        Node(graph, "while", "while/Exit", (*start, *outer), shape=one.shape, dtype=one.dtype, span=machine.span,
             parts=(condition, following, inner, at, own))
        for at, one in enumerate(start)
    ]  # fmt: skip
    return ends[0] if len(ends) == 1 else tuple(ends) if isinstance(result, tuple) else ends


def _outside(ends: Sequence[Node], own: set[Node]) -> list[Node]:
    """The nodes outside a loop that its nodes use."""
    outer: dict[Node, None] = {}
    seen, work = set(ends), list(ends)
    while work:
        node = work.pop()
        if node not in own:
            outer[node] = None
            continue
        work += [one for one in node.inputs if one not in seen]
        seen.update(node.inputs)
    return list(outer)


# ---- sessions and graphs ----


class _AsDefault(Foreign):
    """``tf.Graph()`` and ``tf.get_default_graph()``: there is one graph."""

    kind = "Graph"

    def __init__(self, world: World) -> None:
        self.world = world

    def attribute(self, machine: Machine, name: str) -> Any:
        if name in ("as_default", "finalize"):
            return Native(name, lambda machine: self)
        if name == "get_operations":
            return Native(name, lambda machine: list(self.world.graph.nodes))
        return super().attribute(machine, name)

    def enter(self, machine: Machine) -> Any:
        return self


class _Scope(Foreign):
    """``tf.name_scope``: names inside are as outside."""

    def enter(self, machine: Machine) -> Any:
        return None


def _nothing(machine: Machine, world: World, *arguments: Any, **keywords: Any) -> None:
    """What a script says to TensorFlow, and that needs nothing here."""


def _session(machine: Machine, world: World, target: Any = None, graph: Any = None, config: Any = None) -> Session:
    return Session(world.graph, world.limits)


def _interactive(machine: Machine, world: World) -> Session:
    session = Session(world.graph, world.limits)
    session.enter(machine)
    return session


_TENSORFLOW: dict[str, Callable[..., Any]] = {
    "placeholder": _placeholder,
    "constant": _constant,
    "Variable": _variable,
    "zeros": _filled(0.0, "zeros"),
    "ones": _filled(1.0, "ones"),
    "global_variables_initializer": _initializer,
    "initialize_all_variables": _initializer,
    "trainable_variables": lambda machine, world: _trainable(world),
    "global_variables": lambda machine, world: [node for node in world.graph.nodes if node.kind_of == "variable"],
    "assign": _assign(""),
    "assign_add": _assign("add"),
    "assign_sub": _assign("sub"),
    "group": lambda machine, world, *inputs, name=None: group(
        machine, world.graph, name or "group_deps", [pair for one in inputs for pair in one.parts or ()]
    ),
    "cast": _cast,
    "reshape": _reshape,
    "transpose": _transpose,
    "stack": _stack,
    "concat": _concat,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "argmax": _argmax,
    "add_n": _add_n,
    "gradients": _gradients,
    "cond": _cond,
    "while_loop": _while_loop,
    "Session": _session,
    "InteractiveSession": _interactive,
    "Graph": lambda machine, world: _AsDefault(world),
    "get_default_graph": lambda machine, world: _AsDefault(world),
    "reset_default_graph": lambda machine, world: world.graph.clear(),
    "name_scope": lambda machine, world, name=None: _Scope(),
    "disable_eager_execution": _nothing,
    "disable_v2_behavior": _nothing,
    "convert_to_tensor": _constant,
}  # fmt: skip
"""Functions of ``tensorflow`` that are no operations."""


# ---- numpy ----


def _array(machine: Machine, world: World, data: Any, dtype: Any = None) -> Array:
    import numpy

    if isinstance(data, Array):
        return Array(numpy.array(data.array, _dtype(dtype, str(data.array.dtype))))
    node = constant(machine, Graph(), data)
    kind = {"float32": "float64", "int32": "int64"}.get(node.dtype, node.dtype)
    return Array(numpy.array(node.value, _dtype(dtype, kind)))


def _numpy_filled(value: float) -> Callable[..., Any]:
    def make(machine: Machine, world: World, shape: Any, dtype: Any = None) -> Array:
        import numpy

        sizes = tuple(size or 0 for size in _shape(machine, shape) or ())
        _check_count(world, prod(sizes))
        return Array(numpy.full(sizes, value, _dtype(dtype, "float64")))

    return make


def _numpy_linspace(machine: Machine, world: World, start: Any, stop: Any, num: int = 50) -> Array:
    import numpy

    _check_count(world, num)
    return Array(numpy.linspace(float(start), float(stop), num))


def _numpy_arange(machine: Machine, world: World, *bounds: Any) -> Array:
    import numpy

    if not all(isinstance(bound, int | float) for bound in bounds) or not 1 <= len(bounds) <= 3:
        raise Raised("TypeError", "arange() takes numbers")
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    _check_count(world, int(abs((stop - start) / (step or 1))) + 1)
    return Array(numpy.arange(start, stop, step or 1))


def _numpy(world: World) -> Namespace:
    table: dict[str, Callable[..., Any]] = {
        "array": _array,
        "asarray": _array,
        "zeros": _numpy_filled(0.0),
        "ones": _numpy_filled(1.0),
        "linspace": _numpy_linspace,
        "arange": _numpy_arange,
    }
    names: dict[str, Any] = {name: Native(name, _with(world, function)) for name, function in table.items()}
    return Namespace("numpy", {**names, **{name: Word(name) for name in ("float32", "float64", "int32", "int64")}})
