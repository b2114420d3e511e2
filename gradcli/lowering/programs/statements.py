"""The walk over statements: blocks of a program, run as they are met or unrolled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from math import ceil, isfinite

from gradcli.errors import GradcliError, Span
from gradcli.graph.graph import Constant
from gradcli.graph.names import is_operation
from gradcli.language.ast import (
    Assignment,
    Attribute,
    Definition,
    Expression,
    Name,
    Number,
    Output,
    Program,
    Range,
    Statement,
    Text,
)
from gradcli.language.statements import (
    Action,
    Break,
    For,
    If,
    NoGrad,
    Outputs,
    Print,
    Repeat,
    While,
    assigned_names,
)
from gradcli.language.text import to_text
from gradcli.lowering.builders.builder import GraphBuilder, too_many_steps
from gradcli.lowering.programs.array_calls import exact_value
from gradcli.lowering.programs.expressions import Expressions
from gradcli.lowering.programs.own_calls import RESULT
from gradcli.lowering.programs.pending import (
    LOOPS,
    Act,
    Bind,
    Branch,
    Collect,
    Count,
    EndNoGrad,
    Grad,
    Next,
    Result,
    Rows,
    Show,
    Tested,
    Turn,
)
from gradcli.ops.catalogue import INDEX
from gradcli.typing import Any

FLAGS = ("retain_graph", "create_graph")
"""The arguments of ``backward`` that are true or false."""


class Statements(Expressions):
    """The walk; see :class:`~gradcli.lowering.programs.expressions.Expressions`.

    Attributes:
        steps: How many turns loops have taken.
    """

    def __init__(self, program: Program, builder: GraphBuilder, bound: Collection[str], max_steps: int) -> None:
        super().__init__(program, builder, bound)
        self.max_steps = max_steps
        self.listener: Callable[[Statement], None] | None = None
        self.steps = 0
        self.handlers.update(
            {
                Assignment: self.assignment,
                Output: self.output,
                Outputs: self.outputs,
                Definition: self.definition,
                If: self.if_,
                For: self.for_,
                While: self.while_,
                Repeat: self.repeat,
                Break: self.break_,
                Print: self.print_,
                Action: self.action,
                NoGrad: self.no_grad,
                Attribute: self.attribute,
                Bind: self.bind,
                Result: self.result,
                Collect: self.collect,
                Branch: self.branch,
                Rows: self.rows,
                Count: self.count_,
                Next: self.next_,
                Turn: self.turn,
                Tested: self.tested,
                Show: self.show,
                Act: self.act,
                Grad: self.grad,
                EndNoGrad: self.end_no_grad,
            }
        )

    def tell(self, listener: Callable[[Statement], None]) -> None:
        """Tell each statement to a listener before it is lowered, and ``while`` before each of its tests."""
        self.listener = listener

        def telling(handler: Callable[[Any], None]) -> Callable[[Any], None]:
            def handle(item: Any) -> None:
                listener(item)
                handler(item)

            return handle

        for kind, handler in self.handlers.items():
            if issubclass(kind, Statement):
                self.handlers[kind] = telling(handler)

    def block(self, statements: tuple[Statement, ...]) -> None:
        """Put the statements of a block on the stack of work."""
        self.work.extend(reversed(statements))

    # ---- names and results ----

    def assignment(self, item: Assignment) -> None:
        name = item.name
        self.assigning = name
        self.work.append(Bind(name, item.span))
        self.work.append(item.value)

    def bind(self, item: Bind) -> None:
        self.check_used(item.name, item.span)
        self.assign(item.name, self.results.pop(), item.span)

    def check_used(self, name: str, span: Span) -> None:
        """Check that a name that is about to be assigned has no value from outside that nothing has used.

        Raises:
            GradcliError: It has, and the value would be lost.
        """
        if name in self.bound and self.scope is None and name not in self.assigned:
            outermost = self.levels[0].builder if self.levels else self.builder
            if name not in outermost.graph.variables:  # its value would be lost
                hint = f"leave out --{name}, or assign to another name"
                raise GradcliError(f"{name} is assigned here and also given a value from outside", span, hint)

    def assign(self, name: str, id: int, span: Span) -> None:
        """Give a node a name of the program, or of the function whose body is being evaluated."""
        graph = self.builder.graph
        names = self.assigned if self.scope is None else self.scope
        names[name] = id
        if name and is_operation(graph, id):
            graph.given_names.setdefault(id, name)

    def output(self, item: Output) -> None:
        if isinstance(item.value, Attribute):
            self.print_(Print((Text(f"{to_text(item.value)} ="), item.value), item.span))
            return
        self.work.append(Result(item.span))
        self.work.append(item.value)

    def result(self, item: Result) -> None:
        self.assign(RESULT, self.results.pop(), item.span)

    def outputs(self, item: Outputs) -> None:
        self.work.append(Collect(len(item.values)))
        self.work.extend(reversed(item.values))

    def collect(self, item: Collect) -> None:
        graph = self.builder.graph
        graph.outputs = self.taken(item.size)
        graph.output = graph.outputs[0]

    def definition(self, item: Definition) -> None:
        self.functions[item.name] = item
        if isinstance(item.body, tuple):
            self.locals.update(assigned_names(item.body))

    # ---- branches ----

    def if_(self, item: If) -> None:
        self.work.append(Branch(item))
        self.work.append(item.test)

    def branch(self, item: Branch) -> None:
        """The block that is selected, where the condition is known by now."""
        test = self.results.pop()
        truth = self.truth(test)
        if truth is None:
            self.cond(item.statement, test)
        else:
            self.block(item.statement.then if truth else item.statement.otherwise)

    def truth(self, test: int) -> bool | None:
        """Whether a condition is true; None where that is not known yet."""
        if self.builder.knows_values:
            return self.builder.truth(test)
        known = self.builder.known(test)
        return bool(known) if isinstance(known, int | Fraction | float) else None

    def cond(self, statement: If, test: int) -> None:
        """Build a branch whose condition is not known yet."""
        raise GradcliError("this condition is not known before the graph runs", statement.span)

    # ---- loops ----

    def for_(self, item: For) -> None:
        if isinstance(item.source, Range):
            self.range(item, item.source.start, item.source.stop)
        else:
            self.work.append(Rows(item))
            self.work.append(item.source)

    def repeat(self, item: Repeat) -> None:
        self.range(item, Number(0, item.span), item.count)

    def range(self, item: For | Repeat, start: Expression, stop: Expression) -> None:
        """A loop that counts; bounds that are known by now make no nodes."""
        first, last = (exact_value(bound, self.known_name) for bound in (start, stop))
        if first is not None and last is not None:
            self.turns(item, self.numbers(first, last, item), None)
            return
        self.work.append(Count(item))
        self.work.append(stop)
        self.work.append(start)

    def count_(self, item: Count) -> None:
        statement = item.statement
        start, stop = self.taken(2)
        first, last = self.known(start), self.known(stop)
        for bound in (start, stop):
            if self.builder.graph.shape(bound):
                raise GradcliError(f"{_bound(statement)} is a number, and this is an array", _place(statement))
        if first is None or last is None:
            self.counted(statement, start, stop)
            return
        self.turns(statement, self.numbers(first, last, statement), None)

    def numbers(self, first: Constant, last: Constant, statement: For | Repeat) -> Iterator[int | Fraction | float]:
        """first, first + 1, ... below last.

        Raises:
            GradcliError: The bounds are no numbers.
        """
        if isinstance(first, float) and first.is_integer():
            first = int(first)
        bounded = isinstance(first, int | Fraction | float) and isinstance(last, int | Fraction | float)
        if not bounded or not isfinite(first) or not isfinite(last):  # type: ignore[arg-type]
            hint = "while true { ... } runs until break"
            raise GradcliError(f"{_bound(statement)} is no number that one can count to", _place(statement), hint)
        turns = ceil(last - first)  # type: ignore[operator]
        return iter(range(first, first + turns)) if isinstance(first, int) else (first + turn for turn in range(turns))  # type: ignore[operator]

    def rows(self, item: Rows) -> None:
        source = self.results.pop()
        shape = self.builder.graph.shape(source)
        if not shape:
            place = item.statement.source.span
            raise GradcliError(
                "for takes the rows of an array, and this is a number", place, "count with a range: for i in 0..n { ... }"
            )
        self.turns(item.statement, iter(range(shape[0])), source)

    def turns(self, statement: For | Repeat, items: Iterator[int | Fraction | float], rows: int | None) -> None:
        """Run the block once for each item."""
        self.work.append(Next(statement, items, rows))

    def next_(self, item: Next) -> None:
        value = next(item.items, None)
        if value is None:
            return
        self.step(item.statement.span)
        statement = item.statement
        if isinstance(statement, For):
            if item.rows is None:
                id = self.builder.constant(value, statement.span)
            else:
                id = self.builder.operation(INDEX, (item.rows,), statement.source.span, (("index", (int(value),)),))
            self.check_used(statement.name, statement.span)
            self.assign(statement.name, id, statement.span)
        self.work.append(item)
        self.block(statement.body)

    def counted(self, statement: For | Repeat, start: int, stop: int) -> None:
        """Build a loop whose bounds are not known yet."""
        raise GradcliError("this bound is not known before the graph runs", statement.span)

    def while_(self, item: While) -> None:
        self.turn(Turn(item))

    def turn(self, item: Turn) -> None:
        if item.again and self.listener is not None:
            self.listener(item.statement)
        self.work.append(Tested(item.statement))
        self.work.append(item.statement.test)

    def tested(self, item: Tested) -> None:
        if self.truth(self.results.pop()):
            self.step(item.statement.span)
            self.work.append(Turn(item.statement, again=True))
            self.block(item.statement.body)

    def break_(self, item: Break) -> None:
        while not isinstance(left := self.work.pop(), LOOPS):
            if isinstance(left, EndNoGrad):
                self.end_no_grad(left)

    def step(self, span: Span) -> None:
        """Count a turn of a loop.

        Raises:
            GradcliError: There have been too many (exit code 4).
        """
        self.steps += 1
        if self.steps > self.max_steps:
            raise too_many_steps(self.max_steps, span)

    # ---- what looks at the tape ----

    def print_(self, item: Print) -> None:
        self.work.append(Show(item))
        for part in reversed(item.items):
            if isinstance(part, Text):
                continue
            self.work.append(part.target if isinstance(part, Attribute) else part)

    def show(self, item: Show) -> None:
        items = item.statement.items
        ids = iter(self.taken(sum(not isinstance(part, Text) for part in items)))
        parts: list[Any] = []
        for part in items:
            if isinstance(part, Text):
                parts.append(part.text)
            elif isinstance(part, Attribute):
                parts.append((to_text(part), next(ids), part.name))
            else:
                parts.append((to_text(part), next(ids), ""))
        self.builder.show(parts, item.statement.span)

    def attribute(self, item: Attribute) -> None:
        if item.name != "grad":
            hint = f"print {to_text(item)} shows it"
            raise GradcliError(f".{item.name} is no number", item.span, hint)
        self.work.append(Grad(item.span))
        self.work.append(item.target)

    def grad(self, item: Grad) -> None:
        self.results.append(self.builder.grad_of(self.results.pop(), item.span))

    def action(self, item: Action) -> None:
        for argument in item.arguments[1:]:
            if isinstance(argument, Name) and argument.name in FLAGS and argument.name not in {*self.assigned, *self.bound}:
                raise GradcliError(f"{argument.name} has no value", argument.span, f"write {argument.name}=true")
        self.work.append(Act(item))
        self.work.extend(reversed(item.arguments))

    def act(self, item: Act) -> None:
        self.builder.act(item.statement, self.taken(len(item.statement.arguments)))

    def no_grad(self, item: NoGrad) -> None:
        self.work.append(EndNoGrad(self.builder.enable_grad(False, item.span)))
        self.block(item.body)

    def end_no_grad(self, item: EndNoGrad) -> None:
        self.builder.enable_grad(item.enabled, (0, 0))


def _bound(statement: For | Repeat) -> str:
    return "the count of repeat" if isinstance(statement, Repeat) else "a bound of for"


def _place(statement: For | Repeat) -> Span:
    return statement.count.span if isinstance(statement, Repeat) else statement.source.span
