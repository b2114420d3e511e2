"""A function, and derivatives of it, as what a language writes."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.errors import GradcliError
from gradcli.graph.graph import Graph
from gradcli.language.ast import NOWHERE
from gradcli.lowering.builders.compaction import replay
from gradcli.lowering.elements.expansion import ElementBuilder, expanded_outputs
from gradcli.output.code.contents import JVP, VALUE, VJP, contents
from gradcli.output.code.language import SINGLE, Language, Written
from gradcli.output.code.precision import check_range
from gradcli.output.code.routine import ChoosingBuilder, CodeBuilder, Routine, functions_in, routine


def in_numbers(graph: Graph, wrt: Sequence[str]) -> tuple[Graph, list[str], list[str]]:
    """A graph of arrays element by element.

    Returns:
        The graph; its variables, those of an array in its order; and those to differentiate by.
    """
    if not graph.shapes:
        return graph, list(graph.variables), list(wrt)
    builder = ElementBuilder(Graph(graph.max_nodes), identities=True)
    outputs, names = expanded_outputs(graph, graph.outputs, builder, graph.max_nodes)
    builder.graph.outputs = [id for ids in outputs for id in ids]
    builder.graph.output = builder.graph.outputs[-1]
    flat = {name: list(names.get(name, [name])) for name in graph.variables}
    return builder.graph, [one for ones in flat.values() for one in ones], [one for name in wrt for one in flat[name]]


def written(graph: Graph, content: str, wrt: Sequence[str], language: Language, name: str, formula: str) -> Written:
    """What is to be written.

    Args:
        graph: The static graph of the function.
        content: ``value``; ``gradient`` or ``jacobian``, with the values before; ``hessian``, with the gradient before as well;
            ``jvp`` or ``vjp``, products with the Jacobian.
        wrt: The variables to differentiate by.
        language: The language.
        name: The name of the function.
        formula: The function as it was typed.

    Raises:
        GradcliError: There is no code for an operation, or a gradient or Hessian is of several numbers.
    """
    if language.keeps_arrays and content == VALUE:
        arguments, by = list(graph.variables), list(wrt)
    else:
        graph, arguments, by = in_numbers(graph, wrt)
    outputs = graph.outputs
    if language.dtype == SINGLE:
        check_range(graph)
    if language.derives and (len(outputs) > 1 or content in (JVP, VJP)):
        raise GradcliError(f"{language.about} differentiates one number itself", hint="--to python has every content")
    asked = contents(graph, content, by, outputs)
    shape, derivatives = asked.shape, asked.graph
    arguments += asked.more
    builder = (ChoosingBuilder if language.own_words else CodeBuilder)(Graph(64 * derivatives.max_nodes))
    builder.identities = True
    builder.absorbing = False  # values are not those of the derivatives, where 0*x has become 0
    before = replay(graph, builder)
    values = [before[output].id for output in outputs]
    builder.absorbing = True
    symbols = replay(derivatives, builder)
    computed = [*values, *[symbols[id].id for id in asked.ids[len(outputs) :]]]
    functions = functions_in(builder.graph) if not language.own_words else set()
    names = language.names(arguments, functions)
    labels = tuple([tuple([names.get(one, one) for one in label]) for label in asked.labels])
    own = derivatives if not language.own_words else builder.graph if shape else graph
    for one in arguments:  # those that nothing needs are arguments all the same
        own.variable(one, NOWHERE, graph.shape(graph.variables[one]) if one in graph.variables else ())
    several = (len(outputs),) if len(outputs) > 1 else ()
    told = dict.fromkeys([", ".join([one for one in label if not one.isdigit()]) for label in labels])
    about = asked.about.format(by="; by ".join(told), more=", ".join([names[one] for one in asked.more]))
    if language.own_words:
        renamed = {variable: name for variable, name in names.items() if name != variable}
        found = Routine(tuple([names[one] for one in arguments]), (), (), renamed, {}, "", 0)
        nodes = tuple(computed) if shape else tuple(outputs)
    else:
        taken = {*language.words, *language.needed(functions), name}
        found = routine(builder.graph, computed, arguments, names, taken, loops=language.loops is not None)
        nodes = tuple(asked.ids)
    return Written(name, formula, found, several, shape, labels, about, own, nodes, tuple(arguments))
