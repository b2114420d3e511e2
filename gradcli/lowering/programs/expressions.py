"""The walk over expressions: AST to nodes, through a builder."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.graph.graph import Constant
from gradcli.language.ast import (
    Array,
    Call,
    Comparison,
    Conditional,
    Expression,
    Group,
    Index,
    Name,
    Number,
    Operator,
    Program,
    Transposed,
    Tuple,
)
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import GraphBuilder, inferred_shape
from gradcli.lowering.programs.array_calls import (
    array_constant,
    check_no_axis,
    index_entry,
    over_arrays,
)
from gradcli.lowering.programs.calls import (
    function_without_argument,
    is_unary_function,
)
from gradcli.lowering.programs.own_calls import Calls
from gradcli.lowering.programs.pending import (
    Apply,
    ApplyArray,
    Chain,
    Choose,
    Enter,
    Leave,
    NoAxis,
    NoInverse,
    Reorder,
    may_be_inverse,
)
from gradcli.ops.catalogue import CHOICE, INDEX, STACK, STRUCTURAL, TURN, of_operator
from gradcli.ops.declaration.constants import SPELLINGS, VALUES
from gradcli.typing import Any

TRUTHS = {"true": 1, "True": 1, "false": 0, "False": 0}
"""The words for what a condition gives."""

_LONGEST_SHOWN = 40
"""Characters of a tuple that a hint repeats."""


class UnboundVariableError(Exception):
    """A variable without a value is needed while a program runs."""


class Expressions(Calls):
    """The walk. The work still to do is a stack, and so are the ids of the results: nothing recurses over the program."""

    def __init__(self, program: Program, builder: GraphBuilder, bound: Collection[str]) -> None:
        super().__init__(program, builder, bound)
        self.handlers: dict[type, Callable[[Any], None]] = {
            Operator: self.operator,
            Comparison: self.comparison,
            Conditional: self.conditional,
            Call: self.call,
            Group: self.group,
            Array: self.array,
            Tuple: self.tuple,
            Index: self.index,
            Transposed: self.transposed,
            ApplyArray: self.apply_array,
            NoAxis: self.no_axis,
            NoInverse: self.no_inverse,
            Reorder: self.reorder,
            Chain: self.chain,
            Choose: self.choose,
            Enter: self.enter,
            Leave: self.leave,
        }

    def expression(self, root: Expression) -> int:
        """The node of an expression."""
        self.work.append(root)
        self.drive()
        return self.results.pop()

    def drive(self) -> None:
        """Do the work on the stack."""
        builder, handlers, results, work = self.builder, self.handlers, self.results, self.work
        variables = builder.graph.variables
        while work:
            item = work.pop()
            kind = type(item)
            if kind is Name:
                name = item.name
                known = variables.get(name) if self.scope is None and name not in self.assigned else None
                results.append(self.name(item) if known is None else known)
            elif kind is Apply:
                operation, arity, span = item
                inputs = tuple(results[-arity:])
                del results[-arity:]
                if builder.graph.shapes:
                    over = over_arrays(operation, [builder.graph.shape(input) for input in inputs])
                    results.append(builder.operation(over, inputs, span, STRUCTURAL[over].settings if over in STRUCTURAL else ()))
                else:
                    results.append(builder.operation(operation, inputs, span))
            elif kind is Number:
                results.append(builder.constant(item.value, item.span))
            else:
                handlers[kind](item)
                if self.builder is not builder:  # a block of a static graph has a builder of its own
                    builder = self.builder
                    variables = builder.graph.variables

    def name(self, item: Name) -> int:
        """The node of a name: a parameter, an assigned name, a variable, or a constant."""
        name = item.name
        if self.scope is not None and name in self.scope:
            return self.scope[name]
        if name in self.assigned:
            return self.assigned[name]
        if self.levels:
            found = self.captured(name)
            if found is not None:
                return found
        if name not in self.bound:
            if name in self.assigned_somewhere:
                raise self.not_assigned(item, self.assigned_somewhere[name])
            if self.scope is not None and name in self.locals:
                raise self.not_assigned(item, self.locals[name])
            constant = SPELLINGS.get(name, name)
            if constant in VALUES:
                return self.builder.constant(constant, item.span)
            if name in TRUTHS:
                return self.builder.constant(TRUTHS[name], item.span)
            if name in self.functions or is_unary_function(name):
                raise function_without_argument(name, item.span)
        try:
            return self.variable(name, item.span)
        except KeyError:
            raise UnboundVariableError(name) from None

    def variable(self, name: str, span: Span) -> int:
        """The node of a variable."""
        return self.builder.variable(name, span)

    def captured(self, name: str) -> int | None:
        """The node that stands in a block for a name from outside; None where nothing outside has that name."""
        return None

    def not_assigned(self, item: Name, assigned: Span) -> GradcliError:
        """The error for a name that the program assigns somewhere, but has not where it is used."""
        name = item.name
        if assigned[1] <= item.span[0]:
            hint = f"assign it before the block too, such as {name} = 0"
            return GradcliError(f"{name} is assigned only in a block that may not run", item.span, hint)
        own = f"give it a value before, such as {name} = 0"
        if name in self.assigned_somewhere:
            own += f", or from outside: --{name} VALUE"
        hint = own if name == self.assigning else "move the assignment up"
        return GradcliError(f"{name} is used before it is assigned", item.span, hint)

    def operator(self, item: Operator) -> None:
        operands = item.operands
        if len(operands) == 1:
            operand = operands[0]
            if item.symbol == "+":  # makes no node, as in PyTorch
                self.work.append(operand)
                return
            if item.symbol == "-" and isinstance(operand, Number):  # -2 is a number, not an operation on one
                self.results.append(self.builder.constant(-operand.value, item.span))
                return
        elif item.symbol == "@":
            self.work.append(ApplyArray(of_operator("@", 2), 2, (), item.span))
            self.work.extend(operands[::-1])
            return
        self.work.append(Apply(of_operator(item.symbol, len(operands)), len(operands), item.span))
        if item.symbol == "^" and may_be_inverse(operands[1]):
            self.work.extend((operands[1], NoInverse(item), operands[0]))
        else:
            self.work.extend(operands[::-1])

    def group(self, item: Group) -> None:
        self.work.append(item.content)

    def array(self, item: Array) -> None:
        """Numbers alone are a constant; else the elements are stacked, so that gradients flow through."""
        constant = array_constant(item)
        if constant is not None:
            self.results.append(self.builder.constant(constant, item.span))
            return
        self.work.append(ApplyArray(STACK, len(item.items), (("axis", 0),), item.span))
        self.work.extend(item.items[::-1])

    def tuple(self, item: Tuple) -> None:
        text = to_text(item)
        hint = f"write the array [{text[1:-1].rstrip(',')}]" if len(text) <= _LONGEST_SHOWN else "write an array: [1, 2]"
        if self.work and isinstance(self.work[-1], NoAxis):  # the operand before it is not known yet; no tuple is one
            check_no_axis(self.work[-1].call)
        raise GradcliError("a tuple is a setting, such as a shape or axes, and no value", item.span, hint)

    def index(self, item: Index) -> None:
        entries = tuple([index_entry(entry, self.known_name) for entry in item.items])
        self.work.append(ApplyArray(INDEX, 1, (("index", entries),), item.span))
        self.work.append(item.target)

    def transposed(self, item: Transposed) -> None:
        self.work.append(ApplyArray(TURN, 1, (("axes", None),), item.span))
        self.work.append(item.target)

    def apply_array(self, item: ApplyArray) -> None:
        inputs = tuple(self.taken(item.arity))
        graph = self.builder.graph
        try:
            if not graph.shapes and STRUCTURAL[item.operation].symbol:
                raise GradcliError("@ is the product of matrices, and these are numbers", item.span, "write * for a product")
            if not graph.shapes:
                inferred_shape(graph, item.operation, inputs, item.settings, item.span)
            self.results.append(self.builder.operation(item.operation, inputs, item.span, item.settings))
        except GradcliError as error:
            names = [name for name, id in graph.variables.items() if id in inputs and not self.builder.has_shape(name)]
            if names and error.exit_code == ExitCode.BAD_INPUT:
                shapes = " ".join(f"--shape {name}=2,3" for name in names)
                error.hint = f"a variable is a number unless its shape is given: {shapes}"
            raise

    def comparison(self, item: Comparison) -> None:
        self.work.append(Chain(item))
        self.work.extend(item.operands[::-1])

    def chain(self, item: Chain) -> None:
        """a < b < c is a < b and b < c, with b computed once."""
        comparison = item.comparison
        operands = self.taken(len(comparison.operands))
        result = -1
        for symbol, left, right in zip(comparison.symbols, operands, operands[1:], strict=False):
            pair = self.builder.operation(of_operator(symbol, 2), (left, right), comparison.span)
            result = pair if result < 0 else self.builder.operation(of_operator("and", 2), (result, pair), comparison.span)
        self.results.append(result)

    def conditional(self, item: Conditional) -> None:
        self.conditionals += 1
        self.work.append(Choose(item))
        self.work.append(item.test)

    def choose(self, item: Choose) -> None:
        """Where values are known only the branch taken is evaluated; else both are, and an operation chooses."""
        conditional = item.conditional
        if self.builder.knows_values:
            test = self.builder.truth(self.results.pop())
            self.check_calls(conditional.otherwise if test else conditional.then)
            self.work.append(conditional.then if test else conditional.otherwise)
        else:
            self.work.append(Apply(CHOICE, 3, conditional.span))
            self.work.extend((conditional.otherwise, conditional.then))

    def no_axis(self, item: NoAxis) -> None:
        """Check that a reduction of an array has no whole numbers behind it, which may be meant as axes."""
        if self.builder.graph.shapes and self.builder.graph.shape(self.results[-len(item.call.arguments)]):
            check_no_axis(item.call)

    def no_inverse(self, item: NoInverse) -> None:
        """Check that no matrix has the exponent -1 or T, which are the inverse and the transposed matrix to a reader."""
        base, exponent = item.power.operands
        if not self.builder.graph.shapes or len(self.builder.graph.shape(self.results[-1])) < 2:
            return
        text = to_text(base)
        text = text if len(text) <= _LONGEST_SHOWN else "(...)"
        if not isinstance(exponent, Name):
            each = text if isinstance(base, Name) else f"({text})"
            hint = f"write inv({text}) for the inverse matrix, or 1/{each} for that of each element"
            raise GradcliError("a matrix to the power of -1 may mean two things", item.power.span, hint)
        if exponent.name not in {*self.bound, *self.assigned, *(self.scope or {})}:
            raise GradcliError("T is no exponent here", item.power.span, f"the transposed matrix is {text}.T")

    def known_name(self, name: str) -> Constant | None:
        """The value of a name that is a number known by now, such as the counter of a loop; None for any other."""
        for names in (self.scope or {}, self.assigned):
            if name in names:
                return self.known(names[name])
        return None

    def known(self, id: int) -> Constant | None:
        """The number that a node is, where that is known by now. A graph that is recorded by it holds for that number alone."""
        builder = self.builder
        value = builder.known(id)
        if isinstance(value, float) and builder.knows_values and id not in builder.graph.constants:
            builder.graph.decisions[id] = value
        return value
