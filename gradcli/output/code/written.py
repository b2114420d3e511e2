"""A function, and derivatives of it, as what a language writes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from gradcli.algebra.derivatives import derivative_graph
from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs
from gradcli.output.code.language import Language, Written
from gradcli.output.code.routine import ChoosingBuilder, CodeBuilder, Routine, functions_in, routine

VALUE, GRADIENT, HESSIAN = ("value", "gradient", "hessian")


def in_numbers(graph: Graph, wrt: Sequence[str]) -> tuple[Graph, list[str], list[str]]:
    """A graph of arrays element by element.

    Returns:
        The graph; its variables, those of an array in its order; and those to differentiate by.
    """
    if not graph.shapes:
        return graph, list(graph.variables), list(wrt)
    builder = ElementBuilder(Graph(graph.max_nodes), identities=True)
    outputs, names = expanded_outputs(graph, graph.outputs, builder)
    builder.graph.outputs = [id for ids in outputs for id in ids]
    builder.graph.output = builder.graph.outputs[-1]
    flat = {name: list(names.get(name, [name])) for name in graph.variables}
    return builder.graph, [one for ones in flat.values() for one in ones], [one for name in wrt for one in flat[name]]


def written(graph: Graph, content: str, wrt: Sequence[str], language: Language, name: str, formula: str) -> Written:
    """What is to be written.

    Args:
        graph: The static graph of the function.
        content: ``value``; ``gradient``, with the value before; or ``hessian``, with both before.
        wrt: The variables to differentiate by.
        language: The language.
        name: The name of the function.
        formula: The function as it was typed.

    Raises:
        GradcliError: There is no code for an operation, or the result is no number.
    """
    if language.keeps_arrays and content == VALUE:
        arguments, by = list(graph.variables), list(wrt)
    else:
        graph, arguments, by = in_numbers(graph, wrt)
    output = graph.outputs[-1]
    if len(graph.outputs) > 1 or graph.shape(output):
        raise GradcliError("code is of one number, and these are several", hint="take one of them, or their sum")
    requests: list[tuple[int, tuple[str, ...]]] = [(output, ())]
    shape: tuple[int, ...] = ()
    if content != VALUE and not by:
        raise GradcliError("there is no variable to differentiate by", hint="--content value")
    if content == GRADIENT:
        requests += [(output, (one,)) for one in by]
        shape = (len(by),)
    elif content == HESSIAN:
        requests += [(output, (one,)) for one in by] + [(output, pair) for pair in product(by, repeat=2)]
        shape = (len(by) + 1, len(by))
    derivatives, ids = derivative_graph(graph, requests) if shape else (graph, [output])
    builder = (ChoosingBuilder if language.own_words else CodeBuilder)(Graph(64 * derivatives.max_nodes))
    value = replay(graph, builder)[output].id  # not that of the derivatives, where 0*x has become 0
    builder.identities = True
    symbols = replay(derivatives, builder)
    computed = [value, *[symbols[id].id for id in ids[1:]]]
    functions = functions_in(builder.graph) if not language.own_words else set()
    names = language.names(arguments, functions)
    labels = [tuple([names[one] for one in wrt]) for _, wrt in requests[1:]]
    own = derivatives if not language.own_words else builder.graph if shape else graph
    for one in arguments:  # those that nothing needs are arguments all the same
        own.variable(one, NOWHERE, graph.shape(graph.variables[one]) if one in graph.variables else ())
    if language.own_words:
        renamed = {variable: name for variable, name in names.items() if name != variable}
        found = Routine(tuple([names[one] for one in arguments]), (), (), renamed)
        nodes = tuple(computed) if shape else (output,)
        return Written(name, formula, found, shape, tuple(labels), own, nodes, tuple(arguments))
    found = routine(builder.graph, computed, arguments, names, {*language.words, *language.needed(functions), name})
    return Written(name, formula, found, shape, tuple(labels), own, tuple(ids), tuple(arguments))
