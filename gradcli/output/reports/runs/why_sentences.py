"""The sentences of `gradcli why` about single nodes: how a number stops being finite there, or a gradient ends."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.analysis.nonfinite import missing, origins
from gradcli.analysis.nonfinite.missing import Missing, Stop
from gradcli.analysis.nonfinite.origins import Origin
from gradcli.analysis.nonfinite.units import DEAD, Unit
from gradcli.analysis.nonfinite.why import Why
from gradcli.derivation.nodes.local import Labels
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.numbers import number_text, short_text
from gradcli.language.text import to_text
from gradcli.output.reports.blocks import Style


class Sentences:
    """What is said of nodes of a run.

    Args:
        why: What was found.
        style: How expressions and signs are written.
        script: Whether it is the run of a script of PyTorch, which has no options.
    """

    def __init__(self, why: Why, style: Style, *, script: bool = False) -> None:
        self.script = script
        self.why = why
        self.tape = why.tape
        self.style = style
        self.labels = Labels(why.tape)
        self.output = self.tape.names[self.tape.output]

    def node(self, id: int) -> str:
        """A node with what it computes: ``a = log(x)``."""
        graph = self.tape.graph
        if graph.operations[id] in (VARIABLE, CONSTANT):
            return self.tape.names[id]
        return f"{self.tape.names[id]} = {self.expression(id)}"

    def expression(self, id: int) -> str:
        """What a node computes, in the names of its operands: ``log(x)``."""
        if self.tape.graph.operations[id] in (VARIABLE, CONSTANT):
            return self.tape.names[id]
        return self.labels.expression(id, board=not self.style.ascii)

    def at_operands(self, id: int) -> str:
        """A node with the values of its operands: ``y = x·a with x = 0, a = -inf``."""
        graph = self.tape.graph
        operands = [input for input in dict.fromkeys(graph.inputs[id]) if graph.operations[input] != CONSTANT]
        values = ", ".join(f"{self.tape.names[input]} = {short_text(self.tape.values[input])}" for input in operands[:3])
        return f"{self.node(id)} with {values}" if values else self.node(id)

    def slope(self, by: str | int) -> str:
        """``∂y/∂x``."""
        return self.style.text(to_text(self.tape.derivative(by), pretty=True))

    def local_slope(self, user: int, input: int) -> str:
        """``∂a/∂x``."""
        return self.style.text(to_text(self.tape.local_derivative(user, input), pretty=True))

    def origin(self, origin: Origin) -> str:
        """How a value that is not finite comes about, as the end of a sentence that begins with the node and "which"."""
        graph = self.tape.graph
        id = origin.node
        if origin.kind == origins.INPUT:
            return f"was given as {in_text(origin.value)}{_place(origin.place)}"
        pairs = {
            input: f"{self.tape.names[input]} = {number_text(operand)}"
            for input, operand in zip(graph.inputs[id], origin.operands, strict=True)
            if operand is not None and graph.operations[input] != CONSTANT
        }
        at = f" at {', '.join(list(pairs.values())[:4])}{_place(origin.place)}" if pairs else ""
        empty = [self.tape.names[input] for input in graph.inputs[id] if getattr(self.tape.values[input], "size", 1) == 0]
        if empty:
            return f"has no number to compute from: {empty[0]} is empty"
        if origin.kind == origins.INDETERMINATE:
            return f"is {in_text(origin.value)}{at}"
        if origin.kind == origins.OVERFLOW:
            most = "1.8e308" if self.tape.dtype == "float64" else "3.4e38"
            return f"{at[1:]}{' ' * bool(at)}is beyond {most}, the largest number of {self.tape.dtype}"
        if origin.kind == origins.POINT and origin.value == origin.value:
            return f"has no finite value{at} and gives {in_text(origin.value)}"
        return f"has no {'real ' * (origin.kind == origins.DOMAIN)}value{at}"

    def handed(self, origin: Origin) -> str:
        """How a derivative that is not finite comes about: the product along the edge, with both factors."""
        tape = self.tape
        source = "" if origin.source is None else tape.names[origin.source]
        above = self.slope(origin.node)
        local = "" if origin.source is None else self.local_slope(origin.node, origin.source)
        g, slope = (*origin.operands, None)[:2]
        where = _place(origin.place)
        begins = f"it begins where {self.node(origin.node)} hands back to {source}{where}"
        if origin.kind == origins.SUM:
            return f"{begins}: the sum of its contributions, {in_text(g)} and {in_text(slope)}, is {in_text(origin.value)}"
        if slope is None:
            return f"{begins}: {above} = {in_text(g)} comes in, and {in_text(origin.value)} goes out"
        if origin.node == tape.output:
            product = f"{local} = {in_text(slope)}"
        else:
            dot = self.style.text("·")
            product = f"{above}{dot}{local} = {_factor(g)}{dot}{_factor(slope)} = {in_text(origin.value)}"
        if origin.kind == origins.OVERFLOW:
            return f"{begins}: {product}, which is beyond the range of {tape.dtype}"
        return f"{begins}: {product}{self.since(origin)}"

    def since(self, origin: Origin) -> str:
        """The formula of a local derivative, with the values in it."""
        tape = self.tape
        texts = self.labels.edges(origin.node, board=not self.style.ascii)
        text = texts[origin.argument]
        if text is None:
            return ""
        ids = [
            id for id in dict.fromkeys((*tape.graph.inputs[origin.node], origin.node)) if tape.graph.operations[id] != CONSTANT
        ]
        shown = [f"{tape.names[id]} = {in_text(origins.element(tape.values[id], origin.place))}" for id in ids]
        slope = "" if origin.source is None else self.local_slope(origin.node, origin.source)
        return f", since {slope} = {text} at {', '.join(shown)}"

    def reason(self, name: str, found: Missing) -> str:
        """Why a variable gets no gradient, or 0, as the end of a sentence."""
        if found.kind == missing.NOT_ASKED:
            return "its requires_grad is False" if self.script else "it is none of --wrt, so it requires no gradient"
        if found.kind == missing.UNUSED:
            return f"{self.output} does not depend on {name}"
        if found.kind == missing.NO_COTANGENT:
            return f"{self.output} is an array, which has a gradient only with --cotangent"
        if found.kind == missing.CANCELS:
            return "what comes back on several ways adds up to 0"
        stops = list(dict.fromkeys(self.stop(stop) for stop in found.stops[:3]))
        unsaid = found.count - len(found.stops[:3])
        more = f"; and {unsaid:,} more" if unsaid else ""
        ways = "" if found.count == 1 or (len(stops) == 1 and not more) else "no way is open: "
        return f"{ways}{'; '.join(stops)}{more}"

    def stop(self, stop: Stop) -> str:
        """Why a gradient ends at an edge."""
        tape = self.tape
        node, source = self.node(stop.node), tape.names[stop.source]
        if stop.kind == missing.DETACHED:
            return f"{node} is detached"
        if stop.kind == missing.NO_DERIVATIVE:
            return f"no gradient goes through {node} to {source}"
        value = "" if tape.graph.shape(stop.source) else f" = {short_text(tape.values[stop.source])}"
        if stop.kind == missing.NOT_CHOSEN:
            return f"{node} does not take {source} here"
        if stop.kind == missing.STEP:
            return f"{node} is a step function, whose derivative is 0"
        if stop.kind == missing.FLAT:
            return f"{node} is flat at {source}{value}"
        if stop.kind == missing.FACTOR:
            others = [input for at, input in enumerate(tape.graph.inputs[stop.node]) if at != stop.argument]
            named = [tape.names[other] for other in others if not missing.has_nonzero(tape.values[other])]
            factor = f"{named[0]}, which is 0" if named and tape.graph.operations[others[0]] != CONSTANT else "0"
            return f"in {node} the factor of {source} is {factor}"
        if stop.kind == missing.UNDERFLOW:
            slope = self.tape.local_values(stop.node)[stop.argument]
            product = f"{in_text(tape.adjoints[stop.node])}{self.style.text('·')}{_factor(slope)}"
            return f"what {node} hands back to {source}, {product}, rounds to 0"
        if stop.kind == missing.ROUNDED:
            return f"{node} is saturated at {source}{value}: its derivative rounds to 0"
        return f"{self.at_operands(stop.node)} has the derivative 0 by {source} there"

    def unit(self, unit: Unit) -> str:
        """What a dead or saturated node is."""
        what = (
            "dead: its derivative is 0"
            if unit.kind == DEAD
            else "saturated: it is near an end of its range, where its slope vanishes"
        )
        if unit.size == 1:
            id = unit.node
            values = self.at_operands(id)
            return f"{values} is {what}."
        share = f"{unit.elements:,} of {unit.size:,} elements ({100 * unit.elements / unit.size:.0f} %)"
        units = f"; {unit.columns:,} of {unit.units:,} units for every sample" if unit.columns else ""
        return f"{self.node(unit.node)} is {what} in {share}{units}."


def in_text(value: float | None) -> str:
    """A number as text; "nothing" where there is none."""
    return "nothing" if value is None else short_text(value)


def _factor(value: float | None) -> str:
    text = in_text(value)
    return f"({text})" if text.startswith("-") else text


def _place(place: Sequence[int]) -> str:
    return f" (element [{', '.join(map(str, place))}])" if place else ""
