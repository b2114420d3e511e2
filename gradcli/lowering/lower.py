"""AST to graph, through a builder: the same walk records a dynamic graph and builds a static one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, cast

from gradcli.errors import ExitCode, GradcliError, Span, nearest
from gradcli.graph.graph import Graph
from gradcli.graph.names import is_operation, rebound
from gradcli.language.ast import (
    Assignment,
    Call,
    Comparison,
    Conditional,
    Definition,
    Expression,
    Group,
    Name,
    Number,
    Operator,
    Program,
    postorder,
)
from gradcli.language.text import to_text
from gradcli.lowering.builders import GraphBuilder
from gradcli.ops.constants import SPELLINGS, VALUES
from gradcli.ops.operation import MANY, Operation, function_names, spelled

_Scope = dict[str, int]


class UnboundVariableError(Exception):
    """A variable without a value is needed while a program runs."""


class _Apply(NamedTuple):
    """Work to do once the operands stand on the stack of results: append the operation."""

    operation: str
    arity: int
    span: Span


class _Chain(NamedTuple):
    """Compare neighbours among the last results."""

    comparison: Comparison


class _Choose(NamedTuple):
    """Go on with the branch that the last result selects."""

    conditional: Conditional


class _Enter(NamedTuple):
    """Evaluate the body of an own function with the last results as its parameters."""

    definition: Definition
    order: tuple[int, ...]
    span: Span


class _Leave(NamedTuple):
    """Go back to the scope of the caller."""

    scope: _Scope
    function: str


class _Reorder(NamedTuple):
    """Bring the last results, in the order written, into the order of the parameters, and append the operation."""

    operation: Operation
    order: tuple[int | None, ...]
    arity: int
    span: Span


def lower(program: Program, builder: GraphBuilder, bound: Collection[str] = ()) -> Graph:
    """Lower a program.

    Args:
        program: The program; its last statement is the output.
        builder: What makes nodes; a :class:`~gradcli.lowering.builders.Recorder` knows values and records only the branch
            that a condition selects, a :class:`~gradcli.lowering.builders.StaticBuilder` builds both.
        bound: Names that have a value: they are variables even where they also name a constant, such as ``e``.

    Returns:
        The builder's graph, with its output set.

    Raises:
        GradcliError: A name or a function is unknown or wrongly used; the error names the place.
    """
    return _Lowering(program, builder, bound).run()


class _Lowering:
    def __init__(self, program: Program, builder: GraphBuilder, bound: Collection[str]) -> None:
        self.program = program
        self.builder = builder
        self.bound = bound
        self.assigned: _Scope = {}
        self.assigning = ""
        self.assigned_later = {s.name for s in program.statements if isinstance(s, Assignment)}
        self.functions: dict[str, Definition] = {}
        self.active: dict[str, int] = {}

    def run(self) -> Graph:
        graph = self.builder.graph
        last = self.program.statements[-1]
        if isinstance(last, Definition):
            raise GradcliError(
                "the program ends without an output",
                last.span,
                f"add a last statement that uses {last.name}, such as {last.name}({', '.join(last.parameters)})",
            )
        for statement in self.program.statements:
            if isinstance(statement, Definition):
                self.functions[statement.name] = statement
            elif isinstance(statement, Assignment):
                if statement.name in self.bound:
                    raise GradcliError(
                        f"{statement.name} is assigned here and also given a value from outside",
                        statement.span,
                        f"leave out --{statement.name}, or assign to another name",
                    )
                self.assigning = statement.name
                id = self.expression(statement.value)
                self.assigned[statement.name] = graph.output = id
                if is_operation(graph, id) and id not in graph.given_names:
                    used = set(graph.variables) | set(graph.given_names.values())
                    graph.given_names[id] = rebound(statement.name, used) if statement.name in used else statement.name
            else:
                graph.output = self.expression(statement.value)
        return graph

    def expression(self, root: Expression) -> int:
        """The node of an expression. The work still to do is a stack, and so are the results."""
        builder = self.builder
        variables = builder.graph.variables
        work: list[object] = [root]
        results: list[int] = []
        scope: _Scope = {}
        push, pop = work.append, work.pop
        while work:
            item = pop()
            kind = type(item)
            if kind is Number:
                results.append(builder.constant(item.value, item.span))  # type: ignore[attr-defined]
            elif kind is Name:
                name: str = item.name  # type: ignore[attr-defined]
                id = scope.get(name)
                if id is None and not scope and name not in self.assigned:
                    id = variables.get(name)
                results.append(self.name(item, scope) if id is None else id)  # type: ignore[arg-type]
            elif isinstance(item, Operator):
                self.operator(item, work, results)
            elif kind is _Apply:
                operation, arity, span = cast(_Apply, item)
                inputs = tuple(results[-arity:])
                del results[-arity:]
                results.append(builder.operation(operation, inputs, span))
            elif isinstance(item, Call):
                self.call(item, work)
            elif isinstance(item, Conditional):
                push(_Choose(item))
                push(item.test)
            elif isinstance(item, _Choose):
                self.choose(item.conditional, work, results)
            elif isinstance(item, Comparison):
                push(_Chain(item))
                work.extend(reversed(item.operands))
            elif isinstance(item, _Chain):
                self.chain(item.comparison, results)
            elif isinstance(item, _Reorder):
                self.reorder(item, results)
            elif isinstance(item, _Enter):
                arguments = results[len(results) - len(item.order) :]
                del results[len(results) - len(item.order) :]
                push(_Leave(scope, item.definition.name))
                push(item.definition.body)
                scope = {p: arguments[at] for p, at in zip(item.definition.parameters, item.order, strict=True)}
                self.enter(item)
            elif isinstance(item, _Leave):
                scope = item.scope
                self.active[item.function] -= 1
            elif isinstance(item, Group):
                push(item.content)
            else:
                raise TypeError(f"{kind.__name__} is not an expression of a program")
        return results[0]

    def operator(self, item: Operator, work: list[object], results: list[int]) -> None:
        operands = item.operands
        if len(operands) == 1:
            if item.symbol == "+":  # makes no node, as in PyTorch
                work.append(operands[0])
                return
            if item.symbol == "-" and type(operands[0]) is Number:  # -2 is a number, not an operation on one
                results.append(self.builder.constant(-operands[0].value, item.span))
                return
        elif item.symbol == "@":
            raise GradcliError("@ is the product of matrices, and these are numbers", item.span, "write * for a product")
        work.append(_Apply(_operator(item.symbol, len(operands)), len(operands), item.span))
        work.extend(operands[::-1])

    def name(self, item: Name, scope: _Scope) -> int:
        """The node of a name: a parameter, an assigned name, a variable, or a constant."""
        name = item.name
        if name in scope:
            return scope[name]
        if name in self.assigned:
            return self.assigned[name]
        if name not in self.bound:
            if name in self.assigned_later:
                hint = f"give the new value another name, such as {name}1" if name == self.assigning else "move the assignment up"
                raise GradcliError(f"{name} is used before it is assigned", item.span, hint)
            constant = SPELLINGS.get(name, name)
            if constant in VALUES:
                return self.builder.constant(constant, item.span)
        try:
            return self.builder.variable(name, item.span)
        except KeyError:
            raise UnboundVariableError(name) from None

    def choose(self, item: Conditional, work: list[object], results: list[int]) -> None:
        if self.builder.knows_values:
            work.append(item.then if self.builder.truth(results.pop()) else item.otherwise)
        else:
            work.append(_Apply("where", 3, item.span))
            work.extend((item.otherwise, item.then))

    def chain(self, item: Comparison, results: list[int]) -> None:
        operands = results[-len(item.operands) :]
        del results[-len(item.operands) :]
        result = -1
        for symbol, left, right in zip(item.symbols, operands, operands[1:], strict=False):
            pair = self.builder.operation(_operator(symbol, 2), (left, right), item.span)
            result = pair if result < 0 else self.builder.operation(_operator("and", 2), (result, pair), item.span)
        results.append(result)

    def call(self, item: Call, work: list[object]) -> None:
        definition = self.functions.get(item.function)
        count = len(item.arguments)
        positional = count - len(item.keywords)
        if definition is not None:
            order = _places(item, positional, definition.parameters)
            if None in order or len(order) != len(definition.parameters):
                usage = f"{definition.name}({', '.join(definition.parameters)})"
                raise _wrong_count(item, count, len(definition.parameters), len(definition.parameters), usage)
            work.append(_Enter(definition, tuple(at for at in order if at is not None), item.span))
        else:
            operation = self.resolve(item, count)
            if item.keywords:
                work.append(_Reorder(operation, _places(item, positional, operation.parameters), count, item.span))
            else:
                work.append(_Apply(operation.name, count, item.span))
        work.extend(item.arguments[::-1])

    def resolve(self, item: Call, count: int) -> Operation:
        candidates = spelled(item.function) if item.function.isidentifier() else []
        for operation in candidates:
            if operation.accepts(count) or (item.keywords and count <= operation.most):
                return operation
        if candidates:
            fewest = min(operation.required for operation in candidates)
            widest = max(candidates, key=lambda operation: operation.most)
            usage = item.function + widest.usage[len(widest.name) :]
            raise _wrong_count(item, count, fewest, widest.most, usage)
        name, (start, _) = item.function, item.span
        place = (start, start + len(name))
        if self.is_value(name):
            raise GradcliError(f"{name} is not a function", place, f"for a product write {_as_product(item)}")
        if name in {s.name for s in self.program.statements if isinstance(s, Definition)}:
            raise GradcliError(f"{name} is used before it is defined", place, "move the definition up")
        near = nearest(name, [*function_names(), *self.functions])
        hint = f"did you mean {near}?" if near else "`gradcli ops` lists the functions"
        if len(name) == 1 or not near:
            hint += f"; for a product write {_as_product(item)}; your own function is defined by {name}(u) = ..."
        raise GradcliError(f"there is no function {name}", place, hint)

    def is_value(self, name: str) -> bool:
        """Whether a name stands for a value somewhere in the program."""
        if name in self.bound or name in self.assigned_later or SPELLINGS.get(name, name) in VALUES:
            return True
        return name in free_names(self.program)

    def reorder(self, item: _Reorder, results: list[int]) -> None:
        given = results[-item.arity :]
        del results[-item.arity :]
        operation = item.operation
        inputs: list[int] = []
        for index, at in enumerate(item.order):
            if at is not None:
                inputs.append(given[at])
            elif index < operation.required:
                missing = operation.parameters[index]
                raise GradcliError(f"{operation.name} needs a value for {missing}", item.span, f"write {operation.usage}")
            else:
                default = operation.defaults[index - operation.required]
                value = int(default) if default.is_integer() else str(default) if default == float("inf") else default
                inputs.append(self.builder.constant(value, item.span))
        results.append(self.builder.operation(operation.name, tuple(inputs), item.span))

    def enter(self, item: _Enter) -> None:
        name = item.definition.name
        depth = self.active[name] = self.active.get(name, 0) + 1
        if depth > 1 and not self.builder.knows_values:
            raise GradcliError(
                f"{name} calls itself, so its graph has no end", item.span, "use --mode dynamic, where a condition can end it"
            )
        limit = self.builder.graph.max_nodes
        if depth > limit:
            raise GradcliError(
                f"{name} calls itself more than {limit:,} times",
                item.span,
                "a condition must end it; --max-nodes N raises the limit",
                exit_code=ExitCode.LIMIT,
            )


def _operator(symbol: str, count: int) -> str:
    """The operation of an operator."""
    key = (symbol, count)
    name = _OPERATORS.get(key)
    if name is None:
        name = _OPERATORS[key] = next(o.name for o in spelled(symbol) if o.accepts(count) and o.symbol == symbol)
    return name


_OPERATORS: dict[tuple[str, int], str] = {}


def _places(item: Call, positional: int, parameters: tuple[str, ...]) -> tuple[int | None, ...]:
    """For each parameter which written argument it takes; None where it takes none. Trailing ones left out are cut off."""
    places: list[int | None] = list(range(positional))
    spans = item.keyword_spans or (item.span,) * len(item.keywords)
    for index, (keyword, place) in enumerate(zip(item.keywords, spans, strict=True), positional):
        if keyword not in parameters:
            near = nearest(keyword, parameters)
            raise GradcliError(
                f"{item.function} has no argument {keyword}",
                place,
                f"did you mean {near}?" if near else f"its arguments are {', '.join(parameters)}",
            )
        at = parameters.index(keyword)
        if at < positional:
            raise GradcliError(
                f"{item.function} gets its argument {keyword} twice",
                place,
                "once by its place and once by its name: leave one out",
            )
        places.extend([None] * (at + 1 - len(places)))
        places[at] = index
    return tuple(places)


def _as_product(item: Call) -> str:
    """The product that a call of a variable was meant as: ``x*(w + 1)``."""
    short = len(item.arguments) == 1 and item.span[1] - item.span[0] <= 40
    return f"{item.function}*({to_text(item.arguments[0]) if short else '...'})"


def _wrong_count(item: Call, count: int, fewest: int, most: int, usage: str) -> GradcliError:
    takes = f"at least {fewest}" if most >= MANY else str(fewest) if fewest == most else f"{fewest} to {most}"
    noun = "argument" if takes.split()[-1] == "1" else "arguments"
    return GradcliError(f"{item.function} takes {takes} {noun}, not {count}", item.span, f"write {usage}")


def free_names(program: Program) -> dict[str, Span]:
    """The names that a program takes from outside, with the place of first use, in the order of the text.

    Named constants are among them; a caller that binds one makes it a variable.
    """
    found: dict[str, Span] = {}
    assigned: set[str] = set()
    for statement in program.statements:
        inner: Iterable[str] = ()
        if isinstance(statement, Definition):
            inner, body = statement.parameters, statement.body
        else:
            body = statement.value
        for node in postorder(body):
            if isinstance(node, Name) and node.name not in assigned and node.name not in inner:
                found.setdefault(node.name, node.span)
        if isinstance(statement, Assignment):
            assigned.add(statement.name)
    return found
