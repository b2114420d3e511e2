"""One run of a program: values, gradients, and what PyTorch says of each node."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence

from gradcli.autodiff.passes.reverse import local_derivatives
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen, shown
from gradcli.graph.graph import CONSTANT, CONTROL, VARIABLE, Graph
from gradcli.graph.names import OneVariable, node_names
from gradcli.language.ast import Partial
from gradcli.lowering.builders.builder import Shown, Value
from gradcli.lowering.builders.static import Removed
from gradcli.ops.catalogue import operation_named, spelling
from gradcli.ops.declaration.constants import VALUES
from gradcli.ops.declaration.structural import plain

MODES = ("dynamic", "static")
DTYPES = ("float64", "float32")
ACCUMULATE_GRAD = "AccumulateGrad"

_TAKEN = r"(?<![A-Za-z0-9])[0-9]+(?![A-Za-z0-9])"
"""The numbers of inputs in a template, which stand apart from the names of functions."""

_LONG = 60
"""The longest text of what a node computes that a warning shows; of a longer one the operation alone."""

_KEPT = 1000
"""Of how many nodes the local derivatives are kept: more than any view that shows them twice has."""


class Tape(Frozen):
    """A run of a program and its backward pass.

    Attributes:
        graph: The graph that ran.
        mode: ``dynamic`` or ``static``.
        dtype: ``float64`` or ``float32``.
        bindings: The value of each variable, in the order of first use.
        wrt: The variables that require gradients, in the order asked for.
        values: The value of each node.
        requires_grad: For each node whether a gradient flows through it.
        adjoints: For each node ∂output/∂node; None where no gradient arrives.
        retained: The nodes that keep ``.grad`` although they are no leaves.
        symbolic: Whether no variable has a value of its own; the values are then those at some point, for checks alone.
        static: The static graph that ran, where it has branches or loops, with what is known of its nodes; the graph of this tape
            is what it executed, turn by turn.
        printed: What the program printed.
        removed: What building the static graph shared, folded or left out.
        warnings: What the program did that was hardly meant.
        accumulated: What ``.grad`` of leaves and retained nodes holds after several passes; None where it is the adjoint.
    """

    graph: Graph
    mode: str
    dtype: str
    bindings: Mapping[str, Value]
    wrt: tuple[str, ...]
    values: list[Value]
    requires_grad: list[bool]
    adjoints: list[Value | None]
    retained: frozenset[int]
    symbolic: bool = False
    static: Tape | None = None
    printed: Sequence[Shown] = ()
    removed: Sequence[Removed] = ()
    warnings: Sequence[str] = ()
    accumulated: Mapping[int, Value] | None = None

    def _repr_svg_(self) -> str | None:
        return shown("svg", self)

    def __repr__(self) -> str:
        result = self.names[self.output] if self.symbolic else f"{self.names[self.output]} = {self.value!r}"
        return f"Tape({result}, {len(self.graph):,} nodes, {self.mode})"

    @functools.cached_property
    def names(self) -> list[str]:
        """The unique name of each node."""
        return node_names(self.graph, frozenset(VALUES))

    @functools.cached_property
    def one_variable(self) -> OneVariable:
        """Which derivatives are those of a function of one number alone."""
        return OneVariable(self.graph)

    def derivative(self, by: str | int) -> Partial:
        """The symbol of the derivative of the output by a variable or a node: dy/dx where it is a function of that alone."""
        id = self.graph.variables[by] if isinstance(by, str) else by
        return Partial(self.names[self.output], self.names[id], total=id in self.one_variable.total(self.output))

    def local_derivative(self, user: int, input: int, fixed: tuple[str, ...] = (), argument: int = 0) -> Partial:
        """The symbol of the derivative along an edge, with the names of what is held fixed, and which argument it is by."""
        total = not fixed and not argument and self.one_variable.alone(user)
        return Partial(self.names[user], self.names[input], fixed, total, argument)

    @property
    def output(self) -> int:
        """The id of the result."""
        return self.graph.output

    @property
    def value(self) -> Value:
        """The value of the output."""
        return self.values[self.graph.output]

    @property
    def gradient(self) -> dict[str, Value | None]:
        """∂output/∂variable for each variable of ``wrt``; None where the output does not depend on it."""
        return {name: self.adjoints[self.graph.variables[name]] for name in self.wrt}

    @property
    def full_gradient(self) -> dict[str, Value]:
        """The same with zeros, of the shape of the variable, where no gradient arrives."""
        found = self.gradient
        return {name: self._zeros(name) if value is None else value for name, value in found.items()}

    def _zeros(self, name: str) -> Value:
        shape = self.graph.shape(self.graph.variables[name])
        if not shape:
            return 0.0
        import numpy

        return numpy.zeros(shape)

    def depends_on(self, name: str) -> bool:
        """Whether the output depends on a variable, be it only where no gradient flows."""
        return self.graph.dependents(self.graph.variables[name])[self.output]

    def is_leaf(self, id: int) -> bool:
        """Whether the user made the node, or it requires no gradient (as PyTorch has it)."""
        return not self.requires_grad[id] or self.graph.operations[id] == VARIABLE

    def grad(self, id: int) -> Value | None:
        """What ``.grad`` holds in the end: the adjoint of a leaf or retained node, or the sum of several passes; else None."""
        if self.accumulated is not None:
            return self.accumulated.get(id)
        if self.requires_grad[id] and (self.graph.operations[id] == VARIABLE or id in self.retained):
            return self.adjoints[id]
        return None

    @functools.cached_property
    def numbers(self) -> list[bool]:
        """For each node whether it is a plain number to PyTorch: a literal, or computed from literals alone."""
        depends = self.graph.dependents(*self.graph.variables.values())
        return [not d for d in depends]

    def grad_fn(self, id: int) -> str | None:
        """The name of ``.grad_fn`` in PyTorch; None for leaves."""
        template = self.template(id)
        return None if template is None else template.partition("(")[0]

    def next_functions(self, id: int) -> list[str | None] | None:
        """The names in ``.grad_fn.next_functions``: where the backward pass goes from this node; None for leaves."""
        template = self.template(id)
        if template is None:
            return None
        return [self._function_name(id, part) for part in template_parts(len(self.graph.inputs[id]), template)]

    def _function_name(self, id: int, part: str) -> str | None:
        if part == "None" or not self._flows(id, part):
            return None
        if not part.isdigit():
            return part.partition("(")[0]
        input = self.graph.inputs[id][int(part)]
        if not self.requires_grad[input]:
            return None
        return self.grad_fn(input) or ACCUMULATE_GRAD

    def _flows(self, id: int, part: str) -> bool:
        """Whether a part of a template takes any input of a node through which a gradient flows."""
        taken = [int(number) for number in re.findall(_TAKEN, part)]
        return not taken or any(self.requires_grad[self.graph.inputs[id][number]] for number in taken)

    def template(self, id: int) -> str | None:
        """PyTorch's function of a node with its inputs: ``MulBackward0(0, 1)``, see :class:`Operation`; None for leaves."""
        if self.is_leaf(id) or self.graph.operations[id] in CONTROL:
            return None
        kinds = "".join("n" if self.numbers[input] else "t" for input in self.graph.inputs[id])
        return function_of(self.graph, id, kinds)

    def chain(self, id: int, limit: int = 10_000) -> str | None:
        """The backward graph below a node, nested: ``MulBackward0(AddBackward0(...), None)``.

        Shared nodes are written out at every use.

        Raises:
            GradcliError: It would have more than ``limit`` characters.
        """
        pieces: list[str] = []
        work: list[tuple[int, str] | str] = [(id, "")]
        size = 0
        while work:
            item = work.pop()
            if isinstance(item, str):
                pieces.append(item)
                size += len(item)
                if size > limit:
                    raise GradcliError(f"the backward graph would take more than {limit:,} characters")
                continue
            node, part = item
            if not part:
                template = self.template(node)
                if template is None:
                    work.append(ACCUMULATE_GRAD if self.requires_grad[node] else "None")
                    continue
                part = template
            if part == "None" or not self._flows(node, part):
                work.append("None")
            elif part.isdigit():
                work.append((self.graph.inputs[node][int(part)], ""))
            else:
                work.append(")")
                inner = template_parts(len(self.graph.inputs[node]), part)
                for index in range(len(inner) - 1, -1, -1):
                    work.append((node, inner[index]))
                    if index:
                        work.append(", ")
                work.append(part.partition("(")[0] + "(")
        return "".join(pieces)

    def local_values(self, id: int) -> list[Value | None]:
        """The derivative of a node by each of its inputs, the others held fixed, as numbers; None where no gradient flows."""
        found = self._local_values.get(id)
        if found is None:
            derivatives = local_derivatives(self.graph, id, self.values, self.requires_grad)
            number = plain if self.graph.shapes else float
            found = [None if derivative is None else number(derivative) for derivative in derivatives]
            if len(self._local_values) < _KEPT:
                self._local_values[id] = found
        return found

    @functools.cached_property
    def _local_values(self) -> dict[int, list[Value | None]]:
        """Those that were asked for, by node: derivations, tables and drawings all show them."""
        return {}

    def not_finite(self) -> list[tuple[str, int | None]]:
        """What is not finite and came from finite operands: for each a sentence, and the node it speaks of."""
        found: list[tuple[str, int | None]] = []
        isfinite = all_finite if self.graph.shapes else math.isfinite
        for id, value in enumerate(self.values):
            if not isfinite(value):
                operation = self.graph.operations[id]
                inputs = self.graph.inputs[id]
                if operation == VARIABLE:
                    found.append((f"{self.names[id]} is {_word(value)}", id))
                elif operation == CONSTANT:
                    if self.graph.constants[id] not in VALUES:
                        found.append((f"a constant is beyond the range of {self.dtype} and is taken as {_word(value)}", id))
                elif all(isfinite(self.values[input]) for input in inputs):
                    found.append((": ".join([f"{self.names[id]} is {_word(value)}", self._computed(id)]), id))
        if not found:
            for id in range(len(self.adjoints) - 1, -1, -1):
                adjoint = self.adjoints[id]
                if adjoint is not None and not isfinite(adjoint):
                    output = self.names[self.output]
                    found.append((f"the derivative of {output} by {self.names[id]} is {_word(adjoint)}", id))
                    break
        return found

    def _computed(self, id: int) -> str:
        """What a node computes, and of what: ``1/x at x = 0``."""
        from gradcli.language.text import to_text
        from gradcli.lowering.node_expressions import node_expression

        text = to_text(node_expression(self.graph, id, self.names))
        if len(text) > _LONG:
            text = spelling(self.graph.operations[id])
        operands = dict.fromkeys(input for input in self.graph.inputs[id] if self.graph.operations[input] != CONSTANT)
        at = ", ".join(map(self._operand, list(operands)[:4]))
        return " at ".join([text, at] if at else [text])

    def _operand(self, id: int) -> str:
        value = self.values[id]
        return f"{self.names[id]} = {value:g}" if isinstance(value, float) else f"{self.names[id]} of shape {value.shape}"


def function_of(graph: Graph, id: int, kinds: str) -> str:
    """PyTorch's function of a node as a template, the one reader of ``grad_fn``.

    Args:
        graph: The graph.
        id: The node, of an operation.
        kinds: For each input ``t``, a tensor, or ``n``, a number.
    """
    operation = graph.operations[id]
    return operation_named(operation).function(
        kinds, [graph.shape(input) for input in graph.inputs[id]], graph.settings.get(id, ())
    )


def all_finite(value: Value) -> bool:
    """Whether a number, or each element of an array, is finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    import numpy

    return bool(numpy.isfinite(value).all())


def has_nan(value: Value) -> bool:
    """Whether a number, or some element of an array, is nan."""
    if isinstance(value, float):
        return value != value
    import numpy

    return bool(numpy.isnan(value).any())


def _word(value: Value) -> str:
    if not isinstance(value, float):
        return "not finite"
    return "nan" if value != value else "inf" if value > 0 else "-inf"


@functools.lru_cache(maxsize=1024)
def template_parts(count: int, template: str) -> list[str]:
    """The arguments of a template ``Name(0, Other(1), None)`` for a node of ``count`` inputs; * stands for all of them."""
    inside = template.partition("(")[2][:-1]
    if inside == "*":
        return [str(index) for index in range(count)]
    parts: list[str] = []
    depth, start = 0, 0
    for at, character in enumerate(inside):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(inside[start:at].strip())
            start = at + 1
    if inside:
        parts.append(inside[start:].strip())
    return parts
