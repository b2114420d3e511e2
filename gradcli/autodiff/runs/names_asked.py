"""What a run is asked for by name: values that are missing or not used, variables to differentiate by, gradients to keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gradcli.autodiff.passes.reverse import whole_numbers
from gradcli.errors import GradcliError, UnknownVariableError, nearest, no_value
from gradcli.graph.graph import CONSTANT, VARIABLE, Graph
from gradcli.graph.names import constant_text, node_names
from gradcli.language.ast import Call, Name, Operator, Program, postorder
from gradcli.language.statements import expressions, free_names
from gradcli.lowering.programs.calls import run_together
from gradcli.lowering.programs.expressions import TRUTHS
from gradcli.ops.declaration.constants import VALUES, is_constant


def chosen_variables(graph: Graph, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The variables to differentiate by."""
    whole = whole_numbers(graph)
    chosen = tuple(n for n, id in graph.variables.items() if id not in whole) if wrt is None else tuple(dict.fromkeys(wrt))
    for name in chosen:
        if name not in graph.variables:
            raise no_variable(name, graph)
        if graph.variables[name] in whole:
            raise _no_gradient_of_whole(name, graph)
    return chosen


def missing(program: Program, bindings: Mapping[str, float], spare: Collection[str]) -> GradcliError:
    """The error for variables without a value; a value of an unknown name, which may be meant for one of them, comes first."""
    free = free_names(program)
    check_used(free, bindings, spare)
    from gradcli.language.other_languages import ALONE

    missing = [name for name in variables_among(free, bindings) if name not in bindings]
    error = no_value(missing, free[missing[0]])
    meant = [call for name in missing if (call := run_together(name, free))]
    words = [ALONE[name] for name in missing if name in ALONE]
    words += [f"the derivative by {name} is written diff(x^2, {name})" for name in _differentials(program)]
    error.hint = (f"{words[0]}; " if words else "") + error.hint + (f"; for the function write {meant[0]}" if meant else "")
    return error


def _differentials(program: Program) -> list[str]:
    """The x of d/dx(...), which is a quotient here."""
    return [
        node.operands[1].function[1:]
        for statement in program.statements
        for value in expressions(statement)
        for node in postorder(value)
        if isinstance(node, Operator)
        and len(node.operands) == 2
        and isinstance(node.operands[1], Call)
        and node.operands[0] == Name("d", node.operands[0].span)
        and len(node.operands[1].function) == 2
        and node.operands[1].function[0] == "d"
    ][:1]


def variables_among(free: Collection[str], bound: Collection[str]) -> list[str]:
    """The variables among the names that a program takes from outside: constants such as e are some only where they are bound."""
    return [name for name in free if name in bound or (name not in TRUTHS and not is_constant(name))]


def unrecorded(program: Program, graph: Graph, bindings: Mapping[str, float], spare: Collection[str]) -> list[str]:
    """The bound variables that stand only in a branch that was not taken; their leaves exist all the same.

    Raises:
        GradcliError: A variable has no value, or a binding is of no variable of the program.
    """
    if not graph.variables.keys() <= bindings.keys():
        raise missing(program, bindings, spare)
    free = free_names(program)
    check_used(free, bindings, spare)
    return [name for name in free if name in bindings and name not in graph.variables]


def check_used(free: Collection[str], bindings: Mapping[str, float], spare: Collection[str]) -> None:
    """Check that the program takes each bound name from outside, but for those that it need not use.

    Raises:
        UnknownVariableError: It does not.
    """
    for name in bindings:
        if name not in free and name not in spare:
            error = UnknownVariableError(name, variables_among(free, bindings))
            if meant := [(one, call) for one in free if (call := run_together(one, [name]))]:
                error.hint = f"{meant[0][0]} is one variable; for the function write {meant[0][1]}; {error.hint}"
            raise error


def no_variable(name: str, graph: Graph) -> GradcliError:
    names = node_names(graph, frozenset(VALUES))
    if is_constant(name):
        return GradcliError(f"--wrt takes variables, and {name} is a constant", hint=f"--{name} VALUE makes it a variable")
    if name in names and name not in map(constant_text, graph.constants.values()):
        hint = f"--retain-grad {name} shows the gradient of an intermediate node"
        return GradcliError(f"--wrt takes variables, and {name} is computed", hint=hint)
    return UnknownVariableError(name, list(graph.variables), f"--wrt {name}: ")


def _no_gradient_of_whole(name: str, graph: Graph) -> GradcliError:
    user = next(id for id, inputs in enumerate(graph.inputs) if graph.variables[name] in inputs)
    return GradcliError(
        f"--wrt {name}: {graph.operations[user]} takes whole numbers there, classes or places, which have no gradient",
        graph.spans[user],
        f"leave {name} out of --wrt",
    )


def retained_nodes(asked: Sequence[str] | None, graph: Graph, needs: Sequence[bool]) -> frozenset[int]:
    """The nodes to keep ``.grad`` of: those asked for by name, or all that are computed and require a gradient."""
    if asked is not None and not asked:
        return frozenset()
    names = node_names(graph, frozenset(VALUES))
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
