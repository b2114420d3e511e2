"""The walk over branches and loops of a static graph: nodes that hold graphs of their own.

A branch whose condition is not known before the graph runs is a node ``cond`` with a graph for each branch; a loop is a node
``while_loop`` with a graph for its test and one for its body. What a block takes from outside it gets as parameters, and the
names that it assigns are its results (Yu et al., Dynamic Control Flow in Large-Scale Machine Learning, EuroSys 2018, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradcli.errors import GradcliError, Span
from gradcli.frozen import replace
from gradcli.graph.graph import COND, WHILE_LOOP, Block, Graph
from gradcli.language.ast import Assignment, Comparison, Conditional, Expression, Name, Number, Operator, Statement
from gradcli.language.statements import Break, For, If, NoGrad, Repeat, While, assigned_names, blocks
from gradcli.lowering.builders.builder import array_condition
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.own_calls import RESULT, Level, Scope
from gradcli.lowering.programs.pending import Choose
from gradcli.lowering.programs.statements import Statements
from gradcli.ops.catalogue import CHOICE
from gradcli.typing import NamedTuple


class ChooseThen(NamedTuple):
    """One way of a branch is built: build the other one."""

    statement: If
    test: int
    before: Scope


class ChooseElse(NamedTuple):
    """Both ways are built: let operations choose."""

    chosen: ChooseThen
    then: Scope


class EndThen(NamedTuple):
    """The first branch is built: build the other one."""

    statement: If
    test: int


class EndElse(NamedTuple):
    """Both branches are built: make their node."""

    statement: If
    test: int
    then: Level


class EndChosen(NamedTuple):
    """The first value of a conditional expression is built: build the other one."""

    conditional: Conditional
    test: int


class EndOther(NamedTuple):
    """Both values of a conditional expression are built: make their node."""

    conditional: Conditional
    test: int
    then: Level


class EndTest(NamedTuple):
    """The test of a loop is built: build its body."""

    statement: While
    carried: tuple[str, ...]


class EndBody(NamedTuple):
    """The body of a loop is built: make its node."""

    statement: While
    carried: tuple[str, ...]
    test: Level


class Blocks(Statements):
    """The walk; see :class:`~gradcli.lowering.programs.expressions.Expressions`."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.changed: dict[str, Span] = {}
        self.captures: dict[str, int] = {}
        self.handlers.update(
            {
                ChooseThen: self.choose_then,
                ChooseElse: self.choose_else,
                EndThen: self.end_then,
                EndElse: self.end_else,
                EndChosen: self.end_chosen,
                EndOther: self.end_other,
                EndTest: self.end_test,
                EndBody: self.end_body,
            }
        )

    # ---- levels ----

    def open(self) -> None:
        """Begin a block: what follows goes into a graph of its own."""
        builder = self.builder
        assert isinstance(builder, StaticBuilder)
        self.levels.append(Level(builder, self.assigned, self.scope, self.scope_level, self.captures, self.changed))
        self.builder = builder.inner()
        self.assigned = {}
        self.scope = None if self.scope is None else {}
        self.captures = {}
        self.changed = {}

    def close(self) -> Level:
        """End a block; gives what it was, and goes on with the one around it."""
        closed = Level(self.builder, self.assigned, self.scope, self.scope_level, self.captures, self.changed)
        outer = self.levels.pop()
        self.builder, self.assigned, self.scope = outer.builder, outer.assigned, outer.scope
        self.scope_level, self.captures, self.changed = outer.scope_level, outer.captured, outer.changed
        return closed

    def names(self) -> Scope:
        """Where the names of the program, or of the own function, have their nodes."""
        return self.assigned if self.scope is None else self.scope

    def assign(self, name: str, id: int, span: Span) -> None:
        super().assign(name, id, span)
        if self.scope is None or self.scope_level < len(self.levels):
            self.changed.setdefault(name, span)

    def captured(self, name: str) -> int | None:
        """The parameter of the block for a name from outside, made at first use."""
        if self.scope is not None:
            for depth in range(len(self.levels) - 1, self.scope_level - 1, -1):
                scope = self.levels[depth].scope
                if scope is not None and name in scope:
                    return self.brought(name, depth, scope[name], local=True)
        for depth in range(len(self.levels) - 1, -1, -1):
            assigned = self.levels[depth].assigned
            if name in assigned:
                return self.brought(name, depth, assigned[name], local=False)
        return None

    def variable(self, name: str, span: Span) -> int:
        if not self.levels:
            return self.builder.variable(name, span)
        return self.brought(name, 0, self.levels[0].builder.variable(name, span), local=False)

    def brought(self, name: str, depth: int, id: int, *, local: bool) -> int:
        """Bring a node into the block: each block on the way gets a parameter for it."""
        for at in range(depth + 1, len(self.levels) + 1):
            here = (
                self.levels[at] if at < len(self.levels) else Level(self.builder, self.assigned, self.scope, 0, self.captures, {})
            )
            outer = self.levels[at - 1].builder.graph
            assert isinstance(here.builder, StaticBuilder)
            id = _parameter(here, name, id, outer)
            names = here.scope if local else here.assigned
            assert names is not None
            names[name] = id
        return id

    def visible(self, name: str) -> int | None:
        """The node of a name in the block under construction; None where it has none."""
        for names in (self.scope or {}, self.assigned):
            if name in names:
                return names[name]
        found = self.captured(name) if self.levels else None
        if found is not None:
            return found
        if self.scope is None and name in self.bound:
            return self.name(Name(name))
        return None

    def final(self, level: Level, name: str) -> int:
        """The node of a name at the end of a closed block; a parameter where the block does not change it."""
        names = level.assigned if level.scope is None else level.scope
        if name not in names:
            outer = self.visible(name)
            assert outer is not None
            names[name] = _parameter(level, name, outer, self.builder.graph)
        return names[name]

    # ---- branches ----

    def cond(self, statement: If, test: int) -> None:
        if not self.steered:
            self.work.append(ChooseThen(statement, test, dict(self.names())))
            self.block(statement.then)
            return
        self.open()
        self.work.append(EndThen(statement, test))
        self.block(statement.then)

    @property
    def steered(self) -> bool:
        """Whether branches and loops are nodes; see :class:`~gradcli.lowering.builders.static.StaticBuilder`."""
        return isinstance(self.builder, StaticBuilder) and self.builder.steered

    def choose_then(self, item: ChooseThen) -> None:
        then = dict(self.names())
        self.restore(item.before)
        self.work.append(ChooseElse(item, then))
        self.block(item.statement.otherwise)

    def choose_else(self, item: ChooseElse) -> None:
        """Of each name that has a value both ways an operation chooses one."""
        otherwise, (statement, test, before) = dict(self.names()), item.chosen
        self.restore(before)
        for name, id in item.then.items():
            other = otherwise.get(name)
            if other is not None and not id == other == before.get(name):
                chosen = id if id == other else self.builder.operation(CHOICE, (test, id, other), statement.span)
                self.assign(name, chosen, statement.span)

    def restore(self, names: Scope) -> None:
        """Let the names have the nodes that they had."""
        current = self.names()
        current.clear()
        current.update(names)

    def end_then(self, item: EndThen) -> None:
        then = self.close()
        self.open()
        self.work.append(EndElse(item.statement, item.test, then))
        self.block(item.statement.otherwise)

    def end_else(self, item: EndElse) -> None:
        otherwise, then = self.close(), item.then
        results = []
        for name in {**then.changed, **otherwise.changed}:
            everywhere = name in then.changed and name in otherwise.changed
            if everywhere or self.visible(name) is not None:
                results.append(name)
        for name in results:
            shapes = [level.builder.graph.shape(self.final(level, name)) for level in (then, otherwise)]
            if shapes[0] != shapes[1]:
                place = {**otherwise.changed, **then.changed}[name]
                shown = f"{shapes[0]} and {shapes[1]}"
                raise GradcliError(
                    f"the branches give {name or 'the output'} the shapes {shown}", place, "give it one shape in both"
                )
        for level in (then, otherwise):
            level.builder.graph.outputs = [self.final(level, name) for name in results]
        span = item.statement.span
        for name, id in zip(results, self.made(COND, (item.test,), (then, otherwise), results, span), strict=True):
            self.assign(name, id, span)

    def choose(self, item: Choose) -> None:
        """A conditional expression is a branch, so that the value not taken is not computed; numbers need none."""
        conditional = item.conditional
        truth = None if self.builder.knows_values or not self.steered else self.truth(self.results[-1])
        if truth is not None:
            self.results.pop()
            self.work.append(conditional.then if truth else conditional.otherwise)
        elif self.steered and not (_is_plain(conditional.then) and _is_plain(conditional.otherwise)):
            test = self.results.pop()
            if self.builder.graph.shape(test):
                raise array_condition(conditional.test.span)
            self.open()
            self.work.extend((EndChosen(conditional, test), conditional.then))
        else:
            super().choose(item)

    def end_chosen(self, item: EndChosen) -> None:
        self.builder.graph.outputs = [self.results.pop()]
        then = self.close()
        self.open()
        self.work.extend((EndOther(item.conditional, item.test, then), item.conditional.otherwise))

    def end_other(self, item: EndOther) -> None:
        self.builder.graph.outputs = [self.results.pop()]
        levels, span = (item.then, self.close()), item.conditional.span
        shapes = [level.builder.graph.shape(level.builder.graph.outputs[0]) for level in levels]
        if shapes[0] != shapes[1]:
            message = f"the two values of this conditional have the shapes {shapes[0]} and {shapes[1]}"
            raise GradcliError(message, span, "give both one shape; where(C, A, B) broadcasts them")
        self.results.append(self.made(COND, (item.test,), levels, (RESULT,), span)[0])

    def made(
        self, operation: str, first: tuple[int, ...], levels: tuple[Level, Level], results: Sequence[str], span: Span
    ) -> list[int]:
        """The node of two closed blocks: for each of its results the node that is it."""
        captured = {**levels[0].captured, **levels[1].captured}
        builder, graphs = self.builder, (levels[0].builder.graph, levels[1].builder.graph)
        assert isinstance(builder, StaticBuilder)
        shapes = [graphs[1].shape(id) for id in graphs[1].outputs]
        for graph in graphs:
            graph.output = graph.outputs[0] if graph.outputs else -1
        node = builder.block(operation, (*first, *captured.values()), Block(tuple(captured), graphs, tuple(results)), span)
        if len(results) == 1:
            builder.graph.set_shape(node, shapes[0])
            return [node]
        return [builder.item(node, index, shape, span) for index, shape in enumerate(shapes)]

    # ---- loops ----

    def while_(self, item: While) -> None:
        if self.builder.knows_values:
            super().while_(item)
            return
        if not self.steered:
            hint = "give it bounds that are numbers; with values, gradcli eval and explain follow it, turn by turn"
            raise GradcliError("a loop that ends by a value is no expression", item.span, hint)
        if breaks(item.body):
            flag = self.hidden("stopped", self.builder.constant(0, item.span), item.span)
            running = Comparison(("==",), (Name(flag), Number(0)), item.test.span)
            item = While(Operator("and", (running, item.test), item.test.span), guarded(item.body, flag), item.span)
        carried = tuple(name for name in assigned_names(item.body) if self.visible(name) is not None)
        self.open()
        for name in carried:
            self.name(Name(name, item.span))
        self.work.append(EndTest(item, carried))
        self.work.append(item.test)

    def end_test(self, item: EndTest) -> None:
        graph = self.builder.graph
        graph.outputs = [self.results.pop()]
        if graph.shape(graph.outputs[0]):
            raise array_condition(item.statement.test.span)
        test = self.close()
        self.open()
        for name in item.carried:
            self.name(Name(name, item.statement.span))
        self.work.append(EndBody(item.statement, item.carried, test))
        self.block(item.statement.body)

    def end_body(self, item: EndBody) -> None:
        body = self.close()
        graph = body.builder.graph
        graph.outputs = [self.final(body, name) for name in item.carried]
        for name, id in zip(item.carried, graph.outputs, strict=True):
            before = self.visible(name)
            assert before is not None
            shapes = self.builder.graph.shape(before), graph.shape(id)
            if shapes[0] != shapes[1]:
                place = body.changed[name]
                message = f"{name} has the shape {shapes[0]} before the loop, and {shapes[1]} after a turn of it"
                raise GradcliError(message, place, "in a static graph it keeps its shape; a dynamic one takes any")
        span = item.statement.span
        for name, id in zip(item.carried, self.made(WHILE_LOOP, (), (item.test, body), item.carried, span), strict=True):
            self.assign(name, id, span)

    def counted(self, statement: For | Repeat, start: int, stop: int) -> None:
        """A loop whose bounds are fed is a ``while`` with a counter."""
        span = statement.span
        turn = self.hidden("turn", start, span)
        last = self.hidden("turns", stop, span)
        head = (Assignment(statement.name, Name(turn), span),) if isinstance(statement, For) else ()
        tail = Assignment(turn, Operator("+", (Name(turn), Number(1))), span)
        self.while_(While(Comparison(("<",), (Name(turn), Name(last)), span), (*head, *statement.body, tail), span))

    def turns(self, statement: For | Repeat, items: Iterator[int | Fraction | float], rows: int | None) -> None:
        if not self.builder.knows_values and breaks(statement.body):  # unrolled: the turns after a break do nothing
            flag = self.hidden("stopped", self.builder.constant(0, statement.span), statement.span)
            running = Comparison(("==",), (Name(flag), Number(0)), statement.span)
            body = (If(running, guarded(statement.body, flag), (), statement.span),)
            statement = replace(statement, body=body)
        super().turns(statement, items, rows)

    def hidden(self, name: str, id: int, span: Span) -> str:
        """Give a node a name that the program does not use; returns the name."""
        while name in self.assigned_somewhere or name in self.bound or self.visible(name) is not None:
            name += "_"
        self.assign(name, id, span)
        return name


def _is_plain(value: Expression) -> bool:
    """Whether an expression is a number, with or without a sign: nothing is computed, and no gradient flows."""
    if isinstance(value, Operator) and value.symbol in ("+", "-") and len(value.operands) == 1:
        value = value.operands[0]
    return isinstance(value, Number)


def _parameter(level: Level, name: str, outer: int, graph: Graph) -> int:
    """A parameter of a block for a node of the graph around it."""
    builder = level.builder
    assert isinstance(builder, StaticBuilder)
    name = name or "output"
    while name in builder.graph.variables:
        name += "_"
    level.captured[name] = outer
    return builder.parameter(name, graph.shape(outer))


def breaks(body: tuple[Statement, ...]) -> bool:
    """Whether a block leaves the loop that it is the body of."""
    work = list(body)
    while work:
        statement = work.pop()
        if isinstance(statement, Break):
            return True
        if isinstance(statement, If | NoGrad):
            work.extend(inner for block in blocks(statement) for inner in block)
    return False


def guarded(body: tuple[Statement, ...], flag: str) -> tuple[Statement, ...]:
    """A block with ``break`` written as branches: it assigns 1 to the flag, and what follows runs only while the flag is 0."""
    order: list[tuple[Statement, ...]] = []
    work = [body]
    while work:
        block = work.pop()
        order.append(block)
        work.extend(inner for statement in block if isinstance(statement, If) for inner in blocks(statement) if inner)
    done: dict[int, tuple[Statement, ...]] = {id(()): ()}
    for block in reversed(order):
        after: list[Statement] = []
        for statement in reversed(block):
            if isinstance(statement, Break):
                after = [Assignment(flag, Number(1), statement.span)]
            elif isinstance(statement, If) and breaks((statement,)):
                running = Comparison(("==",), (Name(flag), Number(0)), statement.span)
                rest = [If(running, tuple(reversed(after)), (), statement.span)] if after else []
                inner = [done.get(id(inner), ()) for inner in (statement.then, statement.otherwise)]
                after = [*rest, If(statement.test, inner[0], inner[1], statement.span)]
            else:
                after.append(statement)
        done[id(block)] = tuple(reversed(after))
    return done[id(body)]
