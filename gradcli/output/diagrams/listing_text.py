"""Graphs as text: a list with one line for each node, made for ``grep`` and ``diff``, and a tree from the output down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from gradcli.autodiff.passes.tape import ACCUMULATE_GRAD
from gradcli.errors import said
from gradcli.frozen import Frozen
from gradcli.graph.graph import CONSTANT, VARIABLE
from gradcli.language.numbers import number_text, short_text
from gradcli.output.diagrams.diagram import MARK, Diagram, Part
from gradcli.output.diagrams.functions_part import FunctionsPart
from gradcli.output.diagrams.graph_part import GraphPart
from gradcli.output.listing import Entry, FunctionListing, Link
from gradcli.output.visible import visible
from gradcli.typing import Protocol

DEEPEST = 30
"""Levels of a tree after which a branch is continued in a tree of its own, so that deep graphs take no quadratic space."""


def graph_list(diagram: Diagram, *, ascii: bool = False) -> Iterator[str]:
    """The list, a line at a time: ``%4 b = add %1 %3 : value 2, adjoint 3, requires_grad, grad_fn AddBackward0 | d(b)/d(w) = 1``.

    Constants are ``%3 = const 1``, functions of the backward pass ``%f0 MulBackward0 %f2 %f1 : grad_fn of y``. No line depends on
    the length of another. Operands that are not listed are ``…``.

    Args:
        diagram: The graphs.
        ascii: Without signs beyond ASCII, other than those of names.
    """
    lines = (line for part in diagram.parts for line in _part_lines(diagram, part))
    return (line.translate(_SIGNS) for line in lines) if ascii else lines


def _part_lines(diagram: Diagram, part: Part) -> Iterator[str]:
    yield from _title(diagram, part)
    if isinstance(part, GraphPart):
        outputs = set(_outputs(part))
        for id in part.chosen:
            yield _node_line(part, part.listing.entry(id), id in outputs)
    elif isinstance(part, FunctionsPart):
        for id in part.chosen:
            yield _function_line(part, id)


def _title(diagram: Diagram, part: Part, told: Callable[[str], str] = str) -> Iterator[str]:
    cut = f"{part.shown} of {part.total} nodes" if part.shown < part.total else ""
    title = part.title if len(diagram.parts) > 1 else ""
    if title or cut:
        yield f"# {visible(', '.join(told(piece) for piece in (title, cut) if piece))}\n"


def _outputs(part: GraphPart) -> list[int]:
    graph = part.listing.graph
    return list(dict.fromkeys([*graph.outputs, graph.output]))


def _node_line(part: GraphPart, entry: Entry, is_output: bool) -> str:
    if entry.operation == CONSTANT:
        return f"{part.mark(entry.id)} = const {visible(entry.name)}{' : output' if is_output else ''}\n"
    operands, missing = _operands(part, entry.inputs)
    head = visible(" ".join([f"{part.mark(entry.id)} {entry.name} =", entry.operation, *operands]))
    facts = list(_facts(entry))
    if is_output and not entry.error:
        facts.append("output")
    if missing:
        facts.append(_more(missing))
    links = part.listing.links(entry.id) if entry.inputs else []
    names = part.listing.names
    locals = "; ".join(filter(None, [_local(names, link) for link in links if link.source in part.drawn]))
    line = f"{head} : {', '.join(facts)}" if facts else head
    return f"{line} | {visible(locals)}\n" if locals else f"{line}\n"


def _operands(part: GraphPart, inputs: Sequence[int]) -> tuple[list[str], int]:
    """The operands, and how many different ones are not listed."""
    operands: list[str] = []
    missing: set[int] = set()
    for input in inputs:
        if input in part.drawn:
            operands.append(part.mark(input))
        else:
            missing.add(input)
            if operands[-1:] != ["…"]:
                operands.append("…")
    return operands, len(missing)


def _more(count: int) -> str:
    return f"… {count} more input{'s' if count > 1 else ''}"


def _facts(entry: Entry) -> Iterator[str]:
    """What is known of a node, always in this order."""
    if entry.error:
        yield f"broken, {entry.error}"
        return
    if entry.shape:
        yield f"shape {'x'.join(map(str, entry.shape))}"
    for key, number in (("value", entry.value), ("adjoint", entry.adjoint), ("grad", entry.grad)):
        if number is not None:
            yield f"{key} {number_text(number)}"
    if entry.is_leaf:
        yield "leaf"
    if entry.requires_grad:
        yield "requires_grad"
    if entry.grad_fn:
        yield f"grad_fn {entry.grad_fn}"
    for variable in entry.derivative_of:
        yield f"derivative by {visible(variable)}"


def _local(names: Sequence[str], link: Link) -> str:
    """What is known of an edge; empty where that is nothing."""
    source = names[link.source]
    if link.broken:
        return f"{source} of shape {link.shapes} does not fit"
    pieces = []
    if link.derivative is not None:
        number = "" if link.value is None else number_text(link.value)
        value = f" = {number}" if number and number != link.derivative else ""
        pieces.append(f"d({names[link.target]})/d({source}) = {link.derivative}{value}")
    elif link.handed:
        pieces.append(f"{source} <- {link.handed}")
    if link.shapes:
        pieces.append(f"{source} {link.shapes.replace('→', '->')}")
    return ", ".join(pieces)


def _function_line(part: FunctionsPart, id: int) -> str:
    function = part.functions[id]
    following = ["None" if to is None else f"%f{to}" if to in part.drawn else "…" for to in function.next]
    if function.name != ACCUMULATE_GRAD:
        fact = visible(part.role(function))
    else:
        name = visible(part.tape.names[function.node])
        adjoint = None if part.tape.symbolic else part.tape.adjoints[function.node]
        fact = f"{name}.grad" if adjoint is None else f"{name}.grad {number_text(adjoint)}"
    return f"{' '.join([f'%f{id}', function.name, *following])} : {fact}\n"


class _Forest(Protocol):
    """What trees are drawn of."""

    @property
    def roots(self) -> Iterator[int]:
        """Where trees begin, the first of them first."""

    def branches(self, id: int) -> list[_Branch]:
        """The branches of a node."""

    def text(self, id: int) -> str:
        """All of a node."""

    def reference(self, id: int) -> str:
        """A node that stands elsewhere in full."""

    def mark(self, id: int) -> str:
        """The id as it is written."""


class _Branch(Frozen):
    """A branch of a tree: to a node, or to text where ``id`` is None."""

    id: int | None
    label: str = ""


class _GraphForest:
    """A graph, each node over its inputs."""

    def __init__(self, part: GraphPart) -> None:
        self.part = part
        self.listing = part.listing

    @property
    def roots(self) -> Iterator[int]:
        drawn = self.part.drawn
        yield from (id for id in reversed(_outputs(self.part)) if id in drawn)
        yield from reversed(self.part.chosen)

    def branches(self, id: int) -> list[_Branch]:
        found: list[_Branch] = []
        missing: set[int] = set()
        for link in self.listing.links(id):
            if link.source not in self.part.drawn:
                missing.add(link.source)
                continue
            number = "" if link.value is None else short_text(link.value)
            pieces = [link.derivative or (link.handed and f"← {link.handed}"), "" if number == link.derivative else number]
            shapes = said(f"{MARK} {link.shapes} does not fit") if link.broken else link.shapes
            label = ", ".join(filter(None, [" = ".join(filter(None, pieces)), shapes]))
            found.append(_Branch(link.source, visible(label)))
        return [*found, _Branch(None, said(_more(len(missing))))] if missing else found

    def text(self, id: int) -> str:
        entry = self.listing.entry(id)
        if entry.operation == CONSTANT:
            return visible(entry.name)
        head = entry.name if entry.operation == VARIABLE else f"{entry.name} = {entry.expression}"
        if entry.error:
            return visible(f"{MARK} {head}, {said(entry.error)}  ({self.mark(id)})")
        pieces = [head if entry.value is None else f"{head} = {short_text(entry.value)}"]
        if entry.adjoint is not None and isinstance(self.listing, FunctionListing):
            pieces.append(f"{self.listing.derivative(id)} = {short_text(entry.adjoint)}")
        pieces += [symbol for symbol in entry.symbols if symbol != entry.name]
        return visible(f"{', '.join(pieces)}  ({self.mark(id)})")

    def reference(self, id: int) -> str:
        name = visible(self.listing.names[id])
        return name if self.listing.graph.operations[id] == CONSTANT else f"{name}  ({said(f'{self.mark(id)}, above')})"

    def mark(self, id: int) -> str:
        return self.part.mark(id)


class _FunctionForest:
    """The backward graph, each function over those that run after it."""

    def __init__(self, part: FunctionsPart) -> None:
        self.part = part

    @property
    def roots(self) -> Iterator[int]:
        yield from self.part.chosen

    def branches(self, id: int) -> list[_Branch]:
        following = self.part.functions[id].next
        found = [_Branch(None, "None") if to is None else _Branch(to) for to in following if to is None or to in self.part.drawn]
        missing = {to for to in following if to is not None and to not in self.part.drawn}
        return [*found, _Branch(None, said(f"… {len(missing)} more"))] if missing else found

    def text(self, id: int) -> str:
        return f"{self._name(id)}  ({self.mark(id)})"

    def reference(self, id: int) -> str:
        return f"{self._name(id)}  ({said(f'{self.mark(id)}, above')})"

    def mark(self, id: int) -> str:
        return f"%f{id}"

    def _name(self, id: int) -> str:
        function = self.part.functions[id]
        return f"{function.name}, {', '.join(visible(line.text) for line in list(self.part.lines(function))[1:])}"


_SIGNS = str.maketrans({"∂": "d", "…": "...", "·": "*", "├": "|", "└": "`", "│": "|", "─": "-", "→": "->", "←": "<-", MARK: "!!"})
"""Signs of a tree in ASCII."""


def graph_tree(diagram: Diagram, *, ascii: bool = False) -> Iterator[str]:
    """Trees from the outputs down, a line at a time. A node that several others use stands in full where it is met first.

    Args:
        diagram: The graphs.
        ascii: Without signs beyond ASCII, other than those of names.
    """
    for number, part in enumerate(diagram.parts):
        if number:
            yield "\n"
        yield from _title(diagram, part, said)
        if isinstance(part, GraphPart | FunctionsPart):
            forest: _Forest = _GraphForest(part) if isinstance(part, GraphPart) else _FunctionForest(part)
            lines = _trees(forest)
            yield from (line.translate(_SIGNS) for line in lines) if ascii else lines


def _trees(forest: _Forest) -> Iterator[str]:
    printed: set[int] = set()
    further: deque[int] = deque()
    roots = forest.roots
    while True:
        root = further.popleft() if further else next(roots, None)
        if root is None:
            return
        if root not in printed:
            if printed:
                yield "\n"
            yield from _tree(forest, root, printed, further)


def _tree(forest: _Forest, root: int, printed: set[int], further: deque[int]) -> Iterator[str]:
    """A tree.

    Args:
        forest: What it is drawn of.
        root: Where it begins.
        printed: The nodes that stand in full; those of the tree are added.
        further: The nodes at which trees are to be continued; those of the tree are added.
    """
    printed.add(root)
    yield f"{forest.text(root)}\n"
    levels = [deque(forest.branches(root))]
    bars: list[str] = []
    while levels:
        if not levels[-1]:
            levels.pop()
            del bars[-1:]
            continue
        branch = levels[-1].popleft()
        last = not levels[-1]
        stem = f"{''.join(bars)}{'└─' if last else '├─'}"
        if branch.id is None:
            yield f"{stem} {branch.label}\n"
            continue
        stem += f"[{branch.label}]─ " if branch.label else " "
        if branch.id in printed:
            yield f"{stem}{forest.reference(branch.id)}\n"
            continue
        below = forest.branches(branch.id)
        if below and len(levels) >= DEEPEST:
            further.append(branch.id)
            yield f"{stem}{said(f'… continued at {forest.mark(branch.id)} below')}\n"
            continue
        printed.add(branch.id)
        yield f"{stem}{forest.text(branch.id)}\n"
        if below:
            levels.append(deque(below))
            bars.append("   " if last else "│  ")
