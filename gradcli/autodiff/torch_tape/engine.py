"""Backward passes on an eager tape: newest node first, into ``.grad``; what is freed and what is an error is PyTorch's."""

from __future__ import annotations

import heapq
import operator
from collections.abc import Sequence
from math import prod

from gradcli.autodiff.passes.reverse import carries, no_derivative, quiet
from gradcli.autodiff.passes.tape import has_nan
from gradcli.autodiff.torch_tape.dtypes import rounded
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.events import Accumulated, Begun, Called, Freed, Handed
from gradcli.autodiff.torch_tape.functions import function_name, handed_place
from gradcli.autodiff.torch_tape.refusals import no_gradient
from gradcli.autodiff.torch_tape.saved import check_saved
from gradcli.autodiff.torch_tape.storage import NO_GRADIENT, Cell, Slot, TapeError
from gradcli.errors import Span
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.builder import Value
from gradcli.ops import vjp
from gradcli.ops.declaration.operation import NotDifferentiableError
from gradcli.ops.declaration.structural import shape_of
from gradcli.ops.declaration.symbol import Symbol
from gradcli.ops.elementwise.arithmetic import clone, div
from gradcli.typing import Any

NOT_SCALAR = "grad can be implicitly created only for scalar outputs"
UNUSED = (
    "The differentiated Tensor at index {} appears to not have been used in the graph. "
    "Set allow_unused=True if this is the desired behavior."
)


def backward(
    tape: Eager,
    roots: Sequence[int],
    seeds: Sequence[int | None] = (),
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Sequence[int] | None = None,
    span: Span = NOWHERE,
) -> None:
    """Run backward from nodes and add the adjoints to ``.grad`` of the leaves, and of the nodes that retain it.

    Args:
        tape: The tape.
        roots: The nodes, at least one.
        seeds: For each the node of its adjoint, of its shape; None for 1, for a node of one element. Empty for None everywhere.
        retain_graph: Whether the pass may run again; None for ``create_graph``.
        create_graph: Whether the pass itself is recorded, so that its results can be differentiated.
        inputs: The nodes whose ``.grad`` is filled; None for all leaves.
        span: Where the program asks for it.

    Raises:
        TapeError: PyTorch refuses: a node requires no gradient or has several elements, the graph is freed, or a
            value that is needed was changed in place.
    """
    found = _run(tape, roots, seeds, retain_graph, create_graph, inputs, span)
    for node in sorted(found, reverse=True):
        if inputs is None or node in inputs:
            _accumulate(tape, node, found[node], create_graph)


def run_backward(tape: Eager, id: int) -> None:
    """Leave the adjoints of a node on the tape, as views want them; of an array those of the sum of its elements."""
    if not tape.requires_grad[id]:
        return
    seed = None
    shape = tape.graph.shape(id)
    if prod(shape) != 1:
        import numpy

        seed = tape.leaf(rounded(numpy.ones(shape), tape.dtypes[id]), dtype=tape.dtypes[id])
    _run(tape, [id], [seed], True, False, None, NOWHERE)


def gradients(
    tape: Eager,
    roots: Sequence[int],
    inputs: Sequence[int],
    seeds: Sequence[int | None] = (),
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
    span: Span = NOWHERE,
) -> list[int | None]:
    """The adjoints of nodes, as nodes; ``.grad`` stays as it is (PyTorch's ``autograd.grad``).

    Raises:
        TapeError: As :func:`backward`; also where a node was not used, unless ``allow_unused``, which gives None for it.
    """
    for input in inputs:
        if not tape.requires_grad[input]:
            raise TapeError("One of the differentiated Tensors does not require grad", span)
    found = _run(tape, roots, seeds, retain_graph, create_graph, inputs, span)
    results: list[int | None] = []
    for index, input in enumerate(inputs):
        if input not in found and not allow_unused:
            raise TapeError(UNUSED.format(index), span)
        results.append(_node(tape, found[input], input) if input in found else None)
    return results


def _run(
    tape: Eager,
    roots: Sequence[int],
    seeds: Sequence[int | None],
    retain_graph: bool | None,
    create_graph: bool,
    inputs: Sequence[int] | None,
    span: Span,
) -> dict[int, Any]:
    """The adjoints of the leaves, of the nodes that retain theirs, and of the inputs asked for."""
    if not roots:
        return {}
    adjoints = _seeded(tape, roots, seeds, create_graph, span)
    keep = create_graph if retain_graph is None else retain_graph
    wanted = None if inputs is None else _leading_to(tape, roots, inputs)
    pending = [-root for root in adjoints]
    heapq.heapify(pending)
    found: dict[int, Any] = {}
    order = 0
    tape.root = roots[-1]
    tape.nan = None
    tape.tell(Begun(tape.root))
    with quiet(), tape.mode(create_graph):
        while pending:
            id = -heapq.heappop(pending)
            adjoint = adjoints[id] = _seen(tape, id, adjoints[id], create_graph)
            leaf = tape.is_made(id)
            if leaf or id in tape.slots or (inputs is not None and id in inputs):
                found[id] = adjoint
            if leaf or (wanted is not None and (id not in wanted or all(id <= input for input in inputs or ()))):
                continue
            check_saved(tape, id, span)
            tape.tell(Called(id, order, function_name(tape, id) or "", _value(adjoint)))
            order += 1
            handed = _of_custom(tape, id, adjoints, create_graph) if id in tape.customs else None
            for index, contribution in _contributions(tape, id, adjoint, create_graph) if handed is None else handed:
                input = tape.inputs_of(id)[index]
                if wanted is not None and input not in wanted:
                    continue
                tape.tell(Handed(id, input, _value(contribution)))
                if has_nan(_value(contribution)):
                    _check_nan(tape, id, index, _value(adjoint), span)
                if input in adjoints:
                    contribution = _rounded(tape, adjoints[input] + contribution, input)
                else:
                    heapq.heappush(pending, -input)
                adjoints[input] = contribution
            if not keep:
                tape.freed.add(id)
                tape.tell(Freed(id))
    tape.adjoints = {id: _value(adjoint) for id, adjoint in adjoints.items()}
    return found


def _seeded(tape: Eager, roots: Sequence[int], seeds: Sequence[int | None], create_graph: bool, span: Span) -> dict[int, Any]:
    """The adjoints that a pass begins with; those of a root that is given twice are added up."""
    found = [
        _seed(tape, root, seed, place, create_graph, span)
        for place, (root, seed) in enumerate(zip(roots, seeds or [None] * len(roots), strict=True))
    ]
    adjoints: dict[int, Any] = {}
    for place, (root, seed) in enumerate(zip(roots, found, strict=True)):
        if not tape.requires_grad[root]:
            raise TapeError(NO_GRADIENT.format(place), span, no_gradient(tape, root))
        adjoints[root] = _rounded(tape, adjoints[root] + seed, root) if root in adjoints else seed
    return adjoints


def _check_nan(tape: Eager, id: int, index: int, adjoint: Value, span: Span) -> None:
    """Note where nan came into a backward pass: in the function of a node, which hands it to one of its operands.

    Raises:
        TapeError: It is to be an error.
    """
    if tape.nan is None and not has_nan(adjoint):
        tape.nan = (id, tape.inputs_of(id)[index])
    if tape.check_nan:
        place = handed_place(tape, id, index)
        raise TapeError(f"Function '{function_name(tape, id)}' returned nan values in its {place}th output.", span)


def _seed(tape: Eager, root: int, gradient: int | None, place: int, create_graph: bool, span: Span) -> Any:
    shape = tape.graph.shape(root)
    if gradient is None:
        if prod(shape) != 1 and tape.requires_grad[root]:
            raise TapeError(NOT_SCALAR, span)
        if not shape:
            return tape.symbol(1) if create_graph else 1.0
        import numpy

        ones = rounded(numpy.ones(shape), tape.dtypes[root])
        return Symbol(tape, tape.leaf(ones, dtype=tape.dtypes[root])) if create_graph else ones
    given = tape.graph.shape(gradient)
    if given != shape:
        raise TapeError(
            f"Mismatch in shape: grad_output[{place}] has a shape of torch.Size({list(given)}) "
            f"and output[{place}] has a shape of torch.Size({list(shape)}).",
            span,
        )
    return Symbol(tape, gradient) if create_graph else tape.values[gradient]


def _leading_to(tape: Eager, roots: Sequence[int], inputs: Sequence[int]) -> set[int]:
    """The nodes on ways from the roots to the inputs."""
    order, seen = [], set(roots)
    work = list(seen)
    while work:
        id = work.pop()
        order.append(id)
        for input in tape.inputs_of(id):
            if input not in seen and tape.requires_grad[input]:
                seen.add(input)
                work.append(input)
    leading = set(inputs)
    for id in sorted(order):
        if any(input in leading for input in tape.inputs_of(id)):
            leading.add(id)
    return leading


def _seen(tape: Eager, id: int, adjoint: Any, create_graph: bool) -> Any:
    """The adjoint of a node after its hooks."""
    for hook in tuple(tape.hooks.get(id, ())):
        given = hook(_node(tape, adjoint, id))
        if given is not None:
            adjoint = _symbol(tape, given, create_graph)
            tape.bent.add(id)
    return adjoint


def _symbol(tape: Eager, node: int, create_graph: bool) -> Any:
    return Symbol(tape, node) if create_graph else tape.values[node]


def _of_custom(tape: Eager, id: int, adjoints: dict[int, Any], create_graph: bool) -> list[tuple[int, Any]]:
    """What a function of the program hands to its operands, once for all its results: where the pass comes to the first."""
    custom = tape.customs[id]
    if any(output > id and output in adjoints for output in custom.outputs):
        return []
    given = [_node(tape, adjoints[output], output) if output in adjoints else None for output in custom.outputs]
    handed = custom.backward(given)
    needed = [tape.requires_grad[input] for input in custom.inputs]
    return [
        (index, _symbol(tape, node, create_graph))
        for index, (node, needs) in enumerate(zip(handed, needed, strict=True))
        if node is not None and needs
    ]


def _contributions(tape: Eager, id: int, adjoint: Any, create_graph: bool) -> list[tuple[int, Any]]:
    """What the function of a node hands to its inputs, by index: symbols where the pass is recorded, else numbers."""
    graph = tape.graph
    name, inputs = graph.operations[id], graph.inputs[id]
    dtype = tape.dtypes[id]
    wanted = tuple([tape.requires_grad[input] and carries(graph, id, index) for index, input in enumerate(inputs)])
    operands: list[Any]
    if create_graph:
        y: Any = Symbol(tape, id)
        operands = [Symbol(tape, input) for input in inputs]
        adjoint = Symbol(
            tape, _node(tape, adjoint, id)
        )  # a tensor, also the 1 that a pass begins with: 1/z is a function of numbers
    else:
        y, operands = tape.values[id], [tape.operand(input, dtype) for input in inputs]
    product = vjp.product(name, wanted, _times if create_graph else operator.mul, choosing=create_graph)
    try:
        handed = product(adjoint, y, operands, [graph.shape(input) for input in inputs], graph.settings.get(id, ()))
    except NotDifferentiableError as error:
        raise no_derivative(error, graph, id) from None
    return [(index, _rounded(tape, contribution, inputs[index])) for index, contribution in handed]


def _times(adjoint: Any, derivative: Any) -> Any:
    """The product of an adjoint and a derivative; symbols as PyTorch writes it: g for g*1, -g for g*(-1), g/z for g*(1/z)."""
    if not isinstance(derivative, Symbol):
        if derivative == 1:
            return adjoint
        return -adjoint if derivative == -1 else adjoint * derivative
    graph = derivative.builder.graph  # type: ignore[attr-defined]
    if graph.operations[derivative.id] == div.name and graph.constants.get(graph.inputs[derivative.id][0]) == 1:
        return adjoint / Symbol(derivative.builder, graph.inputs[derivative.id][1])
    return adjoint * derivative


def _rounded(tape: Eager, adjoint: Any, of: int) -> Any:
    """An adjoint in the precision of the node that it belongs to."""
    if isinstance(adjoint, Symbol):
        return adjoint
    return rounded(adjoint if shape_of(adjoint) else float(adjoint), tape.dtypes[of])


def _value(adjoint: Any) -> Value:
    return adjoint.builder.values[adjoint.id] if isinstance(adjoint, Symbol) else adjoint  # type: ignore[attr-defined]


def _node(tape: Eager, adjoint: Any, of: int) -> int:
    """The node of an adjoint: its own where it was recorded, else a new one with its value."""
    if isinstance(adjoint, Symbol) and tape.requires_grad[adjoint.id]:
        return adjoint.id
    return tape.leaf(_value(adjoint), dtype=tape.dtypes[of], told=False)


def _accumulate(tape: Eager, id: int, adjoint: Any, create_graph: bool) -> None:
    """Add an adjoint to ``.grad`` of a node."""
    slot = tape.slots.setdefault(id, Slot())
    node = _node(tape, adjoint, id)
    before = slot.grad
    old = None if before is None else tape.values[before.node]
    with tape.mode(create_graph):
        if before is None:
            if tape.requires_grad[node]:
                node = tape.operation(clone.name, (node,))
                tape.functions[node] = "CopyBackwards"
            slot.grad = tape.cell(node)
        elif create_graph:
            slot.grad = tape.cell(tape.operation("add", (before.node, node)))
        else:
            total = tape.leaf(_rounded(tape, old + tape.values[node], id), dtype=tape.dtypes[id], told=False)
            tape.replace(before, total, told=False)
    assert isinstance(slot.grad, Cell)
    tape.tell(Accumulated(id, old, tape.values[slot.grad.node]))
