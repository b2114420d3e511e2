"""Programs that use the tape: ``backward y``, ``w.grad``, ``no_grad { }``, as statements that run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

from gradcli.autodiff.torch_tape.dtypes import rounded
from gradcli.autodiff.torch_tape.eager import Eager
from gradcli.autodiff.torch_tape.engine import backward
from gradcli.autodiff.torch_tape.events import Notify
from gradcli.autodiff.torch_tape.functions import function_name
from gradcli.errors import GradcliError, Span, nearest
from gradcli.graph.graph import DEFAULT_MAX_ELEMENTS, DEFAULT_MAX_NODES, Constant
from gradcli.language.ast import Program, Statement
from gradcli.language.statements import Action
from gradcli.lowering.builders.builder import DEFAULT_MAX_STEPS, Part, Shown, Value, shown
from gradcli.lowering.programs.lower import lower

NOT_A_LEAF = "the .grad of {name} is read, which is no leaf: no pass keeps it, unless `retain_grad {name}` stands before"
_KEYWORDS = ("gradient", "retain_graph", "create_graph")


class ProgramTape(Eager):
    """An eager tape that a program is recorded onto.

    Args:
        bindings: The value of each variable.
        wrt: The variables that require gradients; None for all.
        dtype: ``float64`` or ``float32``.
        max_nodes: The limit on the size of the graph.
        max_elements: The limit on the size of an array.
        notify: Is told each event.
        on_print: Gets what the program prints.
        warn: Gets warnings, as sentences.
    """

    def __init__(
        self,
        bindings: Mapping[str, Value],
        wrt: Collection[str] | None = None,
        *,
        dtype: str = "float64",
        max_nodes: int = DEFAULT_MAX_NODES,
        max_elements: int = DEFAULT_MAX_ELEMENTS,
        notify: Notify | None = None,
        on_print: Callable[[Shown], None] = lambda shown: None,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        super().__init__(dtype=dtype, max_nodes=max_nodes, max_elements=max_elements, notify=notify)
        self.bindings = bindings
        self.wrt = wrt
        self.on_print = on_print
        self.warn = warn

    def variable(self, name: str, span: Span = (0, 0)) -> int:
        known = self.graph.variables.get(name)
        if known is not None:
            return known
        value = rounded(self.bindings[name], self.dtype)
        needs = self.wrt is None or name in self.wrt
        id = self.graph.variables[name] = self.leaf(value, requires_grad=needs, name=name, span=span)
        return id

    def known(self, id: int) -> Constant | None:
        """The number that a node is; None for an array."""
        value = self.values[id]
        return value if isinstance(value, float) else None

    def has_shape(self, name: str) -> bool:
        """Whether the shape of a variable is known: that of its value is."""
        return True

    def name(self, id: int) -> str:
        """What the program calls a node."""
        return self.names.get(id) or self.graph.given_names.get(id, "the node")

    def show(self, parts: Sequence[Part], span: Span) -> None:
        """Print texts, values, and what the tape knows of nodes."""
        self.on_print(shown(parts, self.values, self.fact))

    def fact(self, id: int, attribute: str) -> Value:
        """An attribute of a node: a text, or a value."""
        if attribute == "grad":
            node = self._grad(id)
            return "None" if node is None else self.values[node]
        if attribute == "grad_fn":
            return str(function_name(self, id))
        if attribute == "is_leaf":
            return str(self.is_leaf(id))
        return str(self.requires_grad[id] if attribute == "requires_grad" else self.graph.shape(id))

    def _grad(self, id: int) -> int | None:
        if not self.is_leaf(id) and id not in self.slots:
            self.warn(NOT_A_LEAF.format(name=self.name(id)))
        return self.grad(id)

    def grad_of(self, id: int, span: Span) -> int:
        """The node of ``.grad``.

        Raises:
            GradcliError: There is none.
        """
        node = self._grad(id)
        if node is None:
            hint = "run backward before" if self.requires_grad[id] else f"{self.name(id)} requires no gradient"
            raise GradcliError(f"the .grad of {self.name(id)} is None", span, hint)
        return node

    def enable_grad(self, enabled: bool, span: Span) -> bool:
        """Say whether what is computed from now on may require a gradient; gives what was so before."""
        before, self.enabled = self.enabled, enabled
        return before

    def act(self, statement: Action, ids: Sequence[int]) -> None:
        """Run ``backward``, ``zero_grad``, ``retain_grad`` or ``requires_grad``.

        Raises:
            GradcliError: It is written otherwise, or PyTorch refuses it.
        """
        positional = len(ids) - len(statement.keywords)
        if statement.kind == "backward":
            self._backward(statement, ids[:positional], dict(zip(statement.keywords, ids[positional:], strict=True)))
            return
        if statement.keywords:
            hint = f"{statement.kind} takes names alone"
            if statement.kind == "requires_grad":
                hint = "requires_grad x says that x does; detach(x) is x without a gradient"
            raise GradcliError(f"{statement.kind} has no argument {statement.keywords[0]}", statement.span, hint)
        if statement.kind == "zero_grad":
            leaves = ids or [id for id in self.slots if self.is_leaf(id)]
            self.zero_grad(leaves)
            return
        for id in ids:
            if statement.kind == "retain_grad":
                if not self.is_leaf(id):
                    self.retain_grad(id, statement.span)
            else:
                self.set_requires_grad(id, True, statement.span)

    def _backward(self, statement: Action, ids: Sequence[int], keywords: dict[str, int]) -> None:
        for name in keywords:
            if name not in _KEYWORDS:
                near = nearest(name, _KEYWORDS)
                hint = f"did you mean {near}?" if near else f"it takes {', '.join(_KEYWORDS)}"
                raise GradcliError(f"backward has no argument {name}", statement.span, hint)
        if not 1 <= len(ids) <= 2 or (len(ids) == 2 and "gradient" in keywords):
            raise GradcliError("backward takes one output", statement.span, "write backward y, or backward y, gradient=v")
        flags = {name: self.truth_of(keywords[name]) for name in _KEYWORDS[1:] if name in keywords}
        gradient = keywords.get("gradient", ids[1] if len(ids) == 2 else None)
        keep, create = flags.get("retain_graph"), bool(flags.get("create_graph"))
        backward(self, [ids[0]], [gradient], retain_graph=keep, create_graph=create, span=statement.span)

    def truth_of(self, id: int) -> bool:
        """Whether a flag is set."""
        known = self.known(id)
        return bool(known) if isinstance(known, int | Fraction | float) else True


def run_program(
    program: Program,
    tape: ProgramTape,
    *,
    max_steps: int = DEFAULT_MAX_STEPS,
    on_statement: Callable[[Statement], None] | None = None,
) -> int:
    """Run a program on a tape.

    Args:
        program: The program.
        tape: The tape, with the values of the variables.
        max_steps: The limit on the turns of loops.
        on_statement: Is told each statement before it runs.

    Returns:
        The node of the output, from which a backward pass has run if the program asked for none.

    Raises:
        GradcliError: The program is wrong, a value is missing, or PyTorch refuses what it does.
    """
    lower(program, tape, tape.bindings, max_steps=max_steps, on_statement=on_statement)
    output = tape.graph.output
    for id, name in tape.graph.given_names.items():
        tape.names.setdefault(id, name)
    if tape.root < 0 and tape.requires_grad[output] and not tape.graph.shape(output):
        backward(tape, [output])
    return output
