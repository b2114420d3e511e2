"""One run of a program: values, gradients, and what PyTorch says of each node."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gradcli.autodiff.forward import evaluate
from gradcli.autodiff.reverse import backward, local_derivatives, requires_grad
from gradcli.errors import GradcliError, nearest
from gradcli.graph.graph import CONSTANT, DEFAULT_MAX_NODES, VARIABLE, Graph
from gradcli.graph.names import constant_text, node_names
from gradcli.language.ast import Program
from gradcli.lowering.builders import Recorder, StaticBuilder, compacted, float32
from gradcli.lowering.lower import UnboundVariableError, free_names, lower
from gradcli.ops.constants import SPELLINGS, VALUES
from gradcli.ops.operation import OPERATIONS

MODES = ("dynamic", "static")
DTYPES = ("float64", "float32")
ACCUMULATE_GRAD = "AccumulateGrad"


@dataclass(frozen=True)
class Tape:
    """A run of a program and its backward pass.

    Attributes:
        graph: The graph that ran.
        mode: ``dynamic`` or ``static``.
        dtype: ``float64`` or ``float32``.
        bindings: The value of each variable, in the order of first use.
        wrt: The variables that require gradients, in the order asked for.
        names: The unique name of each node.
        values: The value of each node.
        requires_grad: For each node whether a gradient flows through it.
        adjoints: For each node ∂output/∂node; None where no gradient arrives.
        retained: The nodes that keep ``.grad`` although they are no leaves.
    """

    graph: Graph
    mode: str
    dtype: str
    bindings: Mapping[str, float]
    wrt: tuple[str, ...]
    names: list[str]
    values: list[float]
    requires_grad: list[bool]
    adjoints: list[float | None]
    retained: frozenset[int]

    @property
    def output(self) -> int:
        """The id of the result."""
        return self.graph.output

    @property
    def value(self) -> float:
        """The value of the output."""
        return self.values[self.graph.output]

    @property
    def gradient(self) -> dict[str, float | None]:
        """∂output/∂variable for each variable of ``wrt``; None where the output does not depend on it."""
        return {name: self.adjoints[self.graph.variables[name]] for name in self.wrt}

    def is_leaf(self, id: int) -> bool:
        """Whether the user made the node, or it requires no gradient (as PyTorch has it)."""
        return not self.requires_grad[id] or self.graph.operations[id] == VARIABLE

    def grad(self, id: int) -> float | None:
        """What ``.grad`` holds after the backward pass: the adjoint of a leaf or of a retained node, else None."""
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
        template = self._template(id)
        return None if template is None else template.partition("(")[0]

    def next_functions(self, id: int) -> list[str | None] | None:
        """The names in ``.grad_fn.next_functions``: where the backward pass goes from this node; None for leaves."""
        template = self._template(id)
        if template is None:
            return None
        return [self._function_name(id, part) for part in _parts(self.graph.inputs[id], template)]

    def _function_name(self, id: int, part: str) -> str | None:
        if part == "None":
            return None
        if not part.isdigit():
            return part.partition("(")[0]
        input = self.graph.inputs[id][int(part)]
        if not self.requires_grad[input]:
            return None
        return self.grad_fn(input) or ACCUMULATE_GRAD

    def _template(self, id: int) -> str | None:
        if self.is_leaf(id):
            return None
        templates = OPERATIONS[self.graph.operations[id]].grad_fn
        pattern = "".join("n" if self.numbers[input] else "t" for input in self.graph.inputs[id]) if len(templates) > 1 else ""
        return templates.get(pattern) or templates.get("") or templates["tt"]

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
                template = self._template(node)
                if template is None:
                    work.append(ACCUMULATE_GRAD if self.requires_grad[node] else "None")
                    continue
                part = template
            if part == "None":
                work.append(part)
            elif part.isdigit():
                work.append((self.graph.inputs[node][int(part)], ""))
            else:
                work.append(")")
                inner = _parts(self.graph.inputs[node], part)
                for index in range(len(inner) - 1, -1, -1):
                    work.append((node, inner[index]))
                    if index:
                        work.append(", ")
                work.append(part.partition("(")[0] + "(")
        return "".join(pieces)

    def local_values(self, id: int) -> list[float | None]:
        """The derivative of a node by each of its inputs, the others held fixed, as numbers; None where no gradient flows."""
        derivatives = local_derivatives(self.graph, id, self.values, self.requires_grad)
        return [None if derivative is None else float(derivative) for derivative in derivatives]

    def not_finite(self) -> list[tuple[str, int | None]]:
        """What is not finite and came from finite operands: for each a sentence, and the node it speaks of."""
        found: list[tuple[str, int | None]] = []
        isfinite = math.isfinite
        for id, value in enumerate(self.values):
            if not isfinite(value):
                operation = self.graph.operations[id]
                inputs = self.graph.inputs[id]
                if operation == VARIABLE:
                    found.append((f"{self.names[id]} is {_word(value)}", id))
                elif operation == CONSTANT:
                    if self.graph.constants[id] not in VALUES:
                        found.append((f"a constant is beyond the range of float64 and is taken as {_word(value)}", id))
                elif all(isfinite(self.values[input]) for input in inputs):
                    operands = ", ".join(self._operand(input) for input in inputs[:4])
                    found.append((f"{self.names[id]} is {_word(value)}: {operation} at {operands}", id))
        if not found:
            for id in range(len(self.adjoints) - 1, -1, -1):
                adjoint = self.adjoints[id]
                if adjoint is not None and not isfinite(adjoint):
                    output = self.names[self.output]
                    found.append((f"the derivative of {output} by {self.names[id]} is {_word(adjoint)}", id))
                    break
        return found

    def _operand(self, id: int) -> str:
        if self.graph.operations[id] == CONSTANT:
            return self.names[id]
        return f"{self.names[id]} = {self.values[id]:g}"


def _word(value: float) -> str:
    return "nan" if value != value else "inf" if value > 0 else "-inf"


def _parts(inputs: Sequence[int], template: str) -> list[str]:
    """The arguments of a template ``Name(0, Other(1), None)``; * stands for all inputs."""
    inside = template.partition("(")[2][:-1]
    if inside == "*":
        return [str(index) for index in range(len(inputs))]
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


def record(
    program: Program,
    bindings: Mapping[str, float],
    wrt: Sequence[str] | None = None,
    *,
    mode: str = "dynamic",
    dtype: str = "float64",
    retain_grad: Sequence[str] | None = (),
    max_nodes: int = DEFAULT_MAX_NODES,
) -> Tape:
    """Run a program forward and backward.

    Args:
        program: The program.
        bindings: The value of each variable.
        wrt: The variables that require gradients; None for all.
        mode: ``dynamic`` records each operation as it runs; ``static`` builds the graph first, shared and folded.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
        retain_grad: Names of nodes that keep ``.grad``; None for all.
        max_nodes: The limit on the size of the graph.

    Raises:
        GradcliError: A variable has no value, a binding or a name is not used, or the program is wrong; exit code 4 where
            the graph would exceed ``max_nodes``.
    """
    cast = float32 if dtype == "float32" else None
    bindings = {name: cast(value) if cast else value for name, value in bindings.items()}
    try:
        if mode == "static":
            graph = compacted(lower(program, StaticBuilder(Graph(max_nodes), inexact=True), bindings))
            values = None
        else:
            recorder = Recorder(Graph(max_nodes), bindings, cast)
            graph = lower(program, recorder, bindings)
            values = recorder.values
    except UnboundVariableError:
        raise _missing(program, bindings) from None
    if graph.variables.keys() != bindings.keys():
        for name in _unrecorded(program, graph, bindings):
            graph.variable(name, (0, 0))
            if values is not None:
                values.append(bindings[name])
    if values is None:
        values = evaluate(graph, bindings, cast)
    names = node_names(graph, frozenset(VALUES))
    chosen = tuple(graph.variables) if wrt is None else tuple(dict.fromkeys(wrt))
    for name in chosen:
        if name not in graph.variables:
            raise _no_variable(name, graph, names)
    needs = requires_grad(graph, [graph.variables[name] for name in chosen])
    return Tape(
        graph=graph,
        mode=mode,
        dtype=dtype,
        bindings={name: bindings[name] for name in graph.variables},
        wrt=chosen,
        names=names,
        values=values,
        requires_grad=needs,
        adjoints=backward(graph, values, needs, 1.0, cast),
        retained=_retained(retain_grad, graph, names, needs),
    )


def _missing(program: Program, bindings: Mapping[str, float]) -> GradcliError:
    """The error for variables without a value; a value of an unknown name, which may be meant for one of them, comes first."""
    free = free_names(program)
    _check_used(free, bindings)
    missing = [name for name in free if name not in bindings and SPELLINGS.get(name, name) not in VALUES]
    listed = ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")
    options = " ".join(f"--{name} VALUE" for name in missing[:8]) + (" ..." if len(missing) > 8 else "")
    return GradcliError(f"no value for {listed}", free[missing[0]], f"add {options}")


def _unrecorded(program: Program, graph: Graph, bindings: Mapping[str, float]) -> list[str]:
    """The bound variables that stand only in a branch that was not taken; their leaves exist all the same.

    Raises:
        GradcliError: A variable has no value, or a binding is of no variable of the program.
    """
    if not graph.variables.keys() <= bindings.keys():
        raise _missing(program, bindings)
    free = free_names(program)
    _check_used(free, bindings)
    return [name for name in free if name in bindings and name not in graph.variables]


def _check_used(free: Collection[str], bindings: Mapping[str, float]) -> None:
    for name in bindings:
        if name not in free:
            raise UnknownVariableError(name, [n for n in free if SPELLINGS.get(n, n) not in VALUES or n in bindings])


class UnknownVariableError(GradcliError):
    """A value or a derivative is asked for by the name of a variable that the program does not have.

    Args:
        name: The name.
        variables: The program's variables.
        asked_by: The option that names it, followed by a colon; empty for a value.
    """

    def __init__(self, name: str, variables: Sequence[str], asked_by: str = "") -> None:
        near = nearest(name, variables)
        listed = ", ".join(variables[:20]) + (", ..." if len(variables) > 20 else "")
        hint = f"did you mean {near}? " if near else ""
        hint += f"its variables are {listed}" if variables else "it has no variables"
        super().__init__(f"{asked_by}the expression has no variable {name}", hint=hint)
        self.name = name
        self.near = near


def _no_variable(name: str, graph: Graph, names: Sequence[str]) -> GradcliError:
    if SPELLINGS.get(name, name) in VALUES:
        return GradcliError(f"--wrt takes variables, and {name} is a constant", hint=f"--{name} VALUE makes it a variable")
    if name in names and name not in map(constant_text, graph.constants.values()):
        hint = f"--retain-grad {name} shows the gradient of an intermediate node"
        return GradcliError(f"--wrt takes variables, and {name} is computed", hint=hint)
    return UnknownVariableError(name, list(graph.variables), f"--wrt {name}: ")


def _retained(asked: Sequence[str] | None, graph: Graph, names: Sequence[str], needs: Sequence[bool]) -> frozenset[int]:
    """The nodes to keep ``.grad`` of: those asked for by name, or all that are computed and require a gradient."""
    computed = {names[id]: id for id in range(len(graph)) if graph.operations[id] not in (VARIABLE, CONSTANT)}
    if asked is None:
        return frozenset(id for id in computed.values() if needs[id])
    for name in asked:
        if name in graph.variables:  # retain_grad on a leaf does nothing, as in PyTorch
            continue
        if name not in computed:
            near = nearest(name, computed)
            hint = f"did you mean {near}?" if near else f"the nodes are {', '.join(list(computed)[:20])}"
            raise GradcliError(f"--retain-grad {name}: there is no node {name}", hint=hint)
        if not needs[computed[name]]:
            raise GradcliError(f"--retain-grad {name}: {name} does not require a gradient", hint="add its variables to --wrt")
    return frozenset(computed[name] for name in asked if name in computed)
