"""The gradient by the rules of calculus, as a class does it: each rule named, stated, and applied to the expression at hand.

A node of the graph is one application of a rule, so that what is used twice is derived once. A prime is the derivative by the
variable in question; everything that does not depend on it is a constant. The local derivative of a function comes from its
declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradcli.algebra.simplified import Simplified
from gradcli.autodiff.passes.reverse import requires_grad
from gradcli.autodiff.passes.tape import Tape
from gradcli.derivation.calculus.applications import Application, Parts, RuleDerivation, Rules
from gradcli.derivation.calculus.table import (
    BY_LOGARITHMS,
    CHOICE,
    CONSTANT_RULE,
    DIFFERENCE,
    EXPONENTIAL,
    FRACTION,
    IDENTITY,
    LOGARITHMIC,
    MANY_SUMMANDS,
    MULTIPLE,
    MULTIPLE_RIGHT,
    NATURAL,
    NEGATIVE,
    POWER,
    PRODUCT,
    QUOTIENT,
    RECIPROCAL,
    SUM,
    Chosen,
    cancelled,
    filled,
    letters_for,
    primed_letter,
    times_inner,
)
from gradcli.derivation.nodes.chain import Chain
from gradcli.derivation.nodes.local import operation_derivatives
from gradcli.derivation.nodes.workings import Workings
from gradcli.derivation.notation.expressions import reads_alike, sum_of
from gradcli.derivation.notation.prose import Equal, Piece, Words, listed
from gradcli.derivation.notation.steps import Step
from gradcli.derivation.notation.tidy import ONE, ZERO, tidy
from gradcli.language.ast import Expression, Name, Operator, Prime, postorder
from gradcli.lowering.node_expressions import applied
from gradcli.ops.elementwise import arithmetic
from gradcli.ops.elementwise.exponential import exp
from gradcli.ops.elementwise.logic import where

ASSEMBLED = 60
"""Nodes of a derivative up to which it is put in where it is used; a longer one stays a name with a prime."""

ASSEMBLED_TWICE = 24
"""The same for what is used more than once."""

DEEPEST = 8
"""Levels of numbers; what lies deeper begins a number of its own, so that 1.1.1 ... does not grow with the expression."""

MANY_TERMS = 6
"""Terms of a sum up to which the rule for it is stated with one letter for each."""


def by_rules(tape: Tape, *, every_step: bool = False) -> Rules:
    """The gradient of a run by the rules of calculus.

    Args:
        tape: The run.
        every_step: Whether constants and the variable itself are applications of their own, and steps are shown one by one that
            usually are one.
    """
    workings = Workings(tape, every_step=every_step)
    parts = Parts(workings)
    simplified = workings.simplified()
    derivations = tuple(_Applying(parts, name).run(simplified[name]) for name in tape.wrt)
    ends = {derivation.variable: derivation.end for derivation in derivations}
    return Rules(parts.definitions(), derivations, simplified, ends, tuple(workings.left_out))


class _Applying:
    """The applications of rules for one variable."""

    def __init__(self, parts: Parts, variable: str) -> None:
        self.parts = parts
        self.workings = parts.workings
        self.graph = parts.graph
        self.variable = self.graph.variables[variable]
        self.name = variable
        self.depends = requires_grad(self.graph, [self.variable])
        self.numbers: dict[int, str] = {}
        self.results: dict[int, Expression] = {}
        self.terms: dict[int, list[tuple[bool, int]]] = {}
        self.asked: set[int] = set()
        self.used = {*self.graph.variables, *(parts.names[id] for id in parts.named), "e"}

    def run(self, simplified: Simplified) -> RuleDerivation:
        output = self.graph.output
        order = self._number(output)
        made: dict[int, Application] = {id: self._apply(id) for id in sorted(order)}
        adjoint = self.workings.tape.adjoints[self.variable]
        chain = Chain(self.workings, self.workings.tape.derivative(self.name), adjoint or 0.0, simplified)
        result = self.results[output]
        reason: list[Piece] = [f"by {self.numbers[output]}"] if output in self.numbers else []
        if any(isinstance(node, Prime) for node in postorder(result)):
            chain.steps.append(Step("assembled", chain.left, result, tuple(reason)))
            formula = chain.simplify(result)
            chain.formula = None if formula is result else formula
            chain.numbers(chain.formula)
        else:
            chain.say("assembled", result, *reason)
            chain.finish(result)
        return RuleDerivation(self.name, tuple(made[id] for id in order), tuple(chain.steps), chain.end)

    # ---- numbers ----

    def _number(self, root: int) -> list[int]:
        """Number the parts that rules are applied to; gives them in the order of their numbers."""
        order: list[int] = []
        roots = [root]
        top = 0
        for start in roots:  # grows: what lies too deep begins a number of its own
            if start in self.numbers or not self._is_step(start, start == root):
                continue
            top += 1
            stack: list[tuple[int, str]] = [(start, str(top))]
            while stack:
                id, number = stack.pop()
                if id in self.numbers:
                    continue
                self.numbers[id] = number
                order.append(id)
                below = [
                    input for input in dict.fromkeys(self._operands(id)) if self._is_step(input) and input not in self.numbers
                ]
                if number.count(".") >= DEEPEST:
                    roots += below
                else:
                    stack += reversed([(input, f"{number}.{index}") for index, input in enumerate(below, 1)])
        return order

    def _is_step(self, id: int, whole: bool = False) -> bool:
        return whole or self.workings.every_step or (self.depends[id] and id != self.variable)

    def _operands(self, id: int) -> list[int]:
        """What the rule for a part asks for the derivatives of."""
        if not self.depends[id]:
            return []
        operation = self.graph.operations[id]
        if operation in (arithmetic.add.name, arithmetic.sub.name):
            return [term for _, term in self._terms(id)]
        inputs = self.graph.inputs[id]
        if operation == where.name:
            return list(inputs[1:])
        return [input for input in inputs if self.depends[input]]

    def _terms(self, id: int) -> list[tuple[bool, int]]:
        """The terms of a sum with their signs; sums inside it belong to it unless they have a name or a second use."""
        found = self.terms.get(id)
        if found is not None:
            return found
        terms: list[tuple[bool, int]] = []
        work = [(True, id)]
        while work:
            plus, at = work.pop()
            inner = at == id or (at not in self.graph.given_names and self.parts.uses[at] == 1 and self.depends[at])
            if self.graph.operations[at] in (arithmetic.add.name, arithmetic.sub.name) and inner:
                left, right = self.graph.inputs[at]
                work += [(plus == (self.graph.operations[at] == arithmetic.add.name), right), (plus, left)]
            else:
                terms.append((plus, at))
        self.terms[id] = terms
        return terms

    # ---- one application ----

    def _apply(self, id: int) -> Application:
        chosen = self._chosen(id)
        shown = self.parts.shown(id)
        operands = {letter: self.parts.shown(input) for letter, input in chosen.operands.items()}
        derivatives = {letter: self._leaf(input) for letter, input in chosen.operands.items()}
        left = Prime(shown)
        steps: list[Step] = []
        if chosen.rule is LOGARITHMIC:
            for side, other, note in BY_LOGARITHMS:
                steps.append(Step("logarithm", filled(side, operands), filled(other, operands), (note,)))
        right = filled(chosen.right, operands)
        words: Words = ("both sides times ", shown) if chosen.rule is LOGARITHMIC else ()
        steps.append(Step(chosen.name, left, right, words))
        put_in = filled(chosen.right, operands, derivatives)
        if not reads_alike(put_in, right):
            steps.append(Step("derivatives put in", left, put_in, tuple(self._reasons(chosen.operands.values()))))
        tidied = tidy(put_in)
        if chosen.rule is LOGARITHMIC:
            tidied = cancelled(tidied, operands["u"])
        if not reads_alike(tidied, put_in):
            steps.append(Step("trivial factors dropped", left, tidied, ("simplified",)))
        self.results[id] = tidied
        statement = MANY_SUMMANDS
        meaning: tuple[Equal, ...] = ()
        if len(operands) <= MANY_TERMS:
            letters = letters_for(chosen.operands, self.used)
            statement = Equal(Prime(filled(chosen.left, letters)), filled(chosen.right, letters))
            meaning = tuple(Equal(letters[letter], operands[letter]) for letter in operands)
        number = self.numbers[id]
        return Application(number, number.count("."), chosen.name, statement, meaning, id, shown, tuple(steps), tidied)

    def _leaf(self, id: int) -> Expression:
        """What is put in for the derivative of a part."""
        if not self.depends[id]:
            return ZERO
        if id == self.variable:
            return ONE
        result = self.results.get(id)
        limit = ASSEMBLED if self.parts.uses[id] < 2 else ASSEMBLED_TWICE
        if result is None or sum(1 for _ in postorder(result)) > limit:
            return Prime(self.parts.shown(id))
        return result

    def _reasons(self, operands: Iterable[int]) -> list[Piece]:
        """Where the derivatives come from that are put in: earlier numbers, the variable itself, constants."""
        numbered: list[Piece] = []
        known: list[Piece] = []
        for id in dict.fromkeys(operands):
            if id in self.numbers and not isinstance(self._leaf(id), Prime):
                numbered.append(self.numbers[id])
            elif id == self.variable:
                known.append(Equal(Prime(self.parts.shown(id)), ONE))
            elif not self.depends[id] and len(known) < MANY_TERMS and id in self.asked:
                known.append(Equal(Prime(self.parts.shown(id)), ZERO))
        by: list[Piece] = ["by ", *listed(numbered)] if numbered else []
        return [*by, *([", "] if by and known else []), *listed(known, ", ")]

    def _chosen(self, id: int) -> Chosen:
        """The rule for a part."""
        operation, inputs = self.graph.operations[id], self.graph.inputs[id]
        self.asked = set(self._operands(id))
        if not self.depends[id]:
            return Chosen.of(CONSTANT_RULE, {"c": id})
        if id == self.variable:
            return Chosen.of(IDENTITY, {"u": id})
        depends = [self.depends[input] for input in inputs]
        match operation, depends:
            case ((arithmetic.add.name | arithmetic.sub.name), _):
                return self._sum(id)
            case arithmetic.neg.name, _:
                return Chosen.of(NEGATIVE, {"u": inputs[0]})
            case arithmetic.mul.name, [True, True]:
                return Chosen.of(PRODUCT, dict(zip("uv", inputs, strict=True)))
            case arithmetic.mul.name, [False, True]:
                return Chosen.of(MULTIPLE, dict(zip("cu", inputs, strict=True)))
            case arithmetic.mul.name, [True, False]:
                return Chosen.of(MULTIPLE_RIGHT, dict(zip("uc", inputs, strict=True)))
            case arithmetic.div.name, [True, True]:
                return Chosen.of(QUOTIENT, dict(zip("uv", inputs, strict=True)))
            case arithmetic.div.name, [True, False]:
                return Chosen.of(FRACTION, dict(zip("uc", inputs, strict=True)))
            case arithmetic.div.name, [False, True]:
                return Chosen.of(RECIPROCAL, dict(zip("cv", inputs, strict=True)))
            case arithmetic.pow.name, [True, True]:
                return Chosen.of(LOGARITHMIC, dict(zip("uv", inputs, strict=True)))
            case arithmetic.pow.name, [True, False]:
                return self._chained(Chosen.of(POWER, dict(zip("un", inputs, strict=True))), inputs[0])
            case arithmetic.pow.name, [False, True] if self.graph.constants.get(inputs[0]) == "e":
                return self._chained(Chosen.of(NATURAL, {"v": inputs[1]}), inputs[1])
            case arithmetic.pow.name, [False, True]:
                return self._chained(Chosen.of(EXPONENTIAL, dict(zip("cv", inputs, strict=True))), inputs[1])
            case where.name, _:
                return Chosen.of(CHOICE, dict(zip("cuv", inputs, strict=True)))
        return self._function(operation, inputs)

    def _chained(self, chosen: Chosen, argument: int) -> Chosen:
        return chosen if argument == self.variable else chosen._replace(name=f"chain rule and {chosen.name}")

    def _sum(self, id: int) -> Chosen:
        terms = self._terms(id)
        if len(terms) == 2:
            rule = SUM if terms[1][0] else DIFFERENCE
            return Chosen.of(rule, {"u": terms[0][1], "v": terms[1][1]})
        letters = [f"u{index}" for index in range(1, len(terms) + 1)]
        left: Expression = Name(letters[0])
        right: Expression = primed_letter(letters[0])
        for letter, (plus, _) in zip(letters[1:], terms[1:], strict=True):
            symbol = "+" if plus else "-"
            left, right = Operator(symbol, (left, Name(letter))), Operator(symbol, (right, primed_letter(letter)))
        name = SUM.name if all(plus for plus, _ in terms) else "sum and difference rule"
        return Chosen(name, None, left, right, dict(zip(letters, [term for _, term in terms], strict=True)))

    def _function(self, operation: str, inputs: Sequence[int]) -> Chosen:
        """The chain rule for an operation whose local derivatives come from its declaration."""
        letters: list[str] = []
        free = {True: iter("uvst"), False: iter("ckmn")}
        for index, input in enumerate(inputs):
            letters.append(next(free[self.depends[input]], f"u{index + 1}"))
        left = applied(operation, [Name(letter) for letter in letters])
        terms: list[Expression] = []
        derivatives = operation_derivatives(operation, letters, [self.depends[input] for input in inputs], left)
        for letter, derivative in zip(letters, derivatives, strict=True):
            if derivative is not None and derivative != ZERO:
                terms.append(times_inner(derivative, primed_letter(letter)))
        inner = [input for input in inputs if self.depends[input]]
        name = EXPONENTIAL.name if operation == exp.name else f"derivative of {operation}"
        if inner != [self.variable]:
            name = f"chain rule and {name}"
        return Chosen(name, None, left, sum_of(terms), dict(zip(letters, inputs, strict=True)))
