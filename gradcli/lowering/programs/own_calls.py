"""The walk over calls: of operations, and of own functions, whose bodies are put on the stack of work."""

from __future__ import annotations

from collections.abc import Collection

from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.frozen import Frozen
from gradcli.language.ast import Call, Definition, Expression, Name, Output, Program, Statement, postorder
from gradcli.language.statements import assigned_names, expressions, free_names, walk
from gradcli.lowering.builders.builder import GraphBuilder
from gradcli.lowering.programs.array_calls import array_call, is_array_call, may_name_axes
from gradcli.lowering.programs.calls import Running, calls_always, missing_argument, parameters_of, resolve, unknown_function
from gradcli.lowering.programs.pending import Apply, ApplyArray, Enter, Leave, NoAxis, Reorder
from gradcli.ops.declaration.constants import is_constant
from gradcli.typing import Any

RESULT = ""
"""What the value of an expression that stands alone in a block is assigned to: no name of the language."""

NODES_PER_CALL, NODES_PER_LEVEL = 10, 20
"""Calls of own functions, and calls within calls, may be as many as the largest graph has nodes, divided by these."""

Scope = dict[str, int]
"""The node of each name."""


class Level(Frozen):
    """A block of a static graph under construction, or the graph itself.

    Attributes:
        builder: What makes its nodes.
        assigned: The node, in it, of each name of the program.
        scope: As ``assigned``, of the own function whose body it belongs to; None outside of functions.
        scope_level: How many blocks there were around the call of that function.
        captured: The node outside for each parameter of the block, by its name.
        changed: The names that the block assigns.
    """

    builder: GraphBuilder
    assigned: Scope
    scope: Scope | None
    scope_level: int
    captured: dict[str, int]
    changed: dict[str, Span]


class Calls:
    """What the walk over a program knows, and what it does with calls.

    Attributes:
        builder: What makes nodes.
        assigned: The node of each name that the program has assigned so far.
        functions: The own functions that it has defined so far.
        defined: All that it defines somewhere.
        scope: The parameters and names of the own function whose body is being evaluated; None outside of functions.
        locals: The names that the bodies of own functions assign, with a place where they do.
        levels: The blocks of a static graph around the one that is being built, the outermost first.
        scope_level: How many blocks there were around the call of that function.
        depths: How many calls of each own function are being evaluated.
        running: The calls of own functions that are being evaluated, with the nodes of their arguments.
        checked: The expressions that are not evaluated and whose calls have been checked, by identity.
        calls: How many calls of own functions there have been.
        conditionals: How many conditional expressions there have been.
    """

    def __init__(self, program: Program, builder: GraphBuilder, bound: Collection[str]) -> None:
        self.program = program
        self.builder = builder
        self.bound = bound
        self.assigned: Scope = {}
        self.assigning = ""
        self.assigned_somewhere = assigned_names(program.statements)
        self.functions: dict[str, Definition] = {}
        self.defined = {s.name: s for s in program.statements if isinstance(s, Definition)}
        self.scope: Scope | None = None
        self.locals: dict[str, Span] = {}
        self.depths: dict[str, int] = {}
        self.running: set[Running] = set()
        self.checked: set[int] = set()
        self.calls = 0
        self.conditionals = 0
        self.levels: list[Level] = []
        self.scope_level = 0
        self.work: list[Any] = []
        self.results: list[int] = []

    def taken(self, count: int) -> list[int]:
        """Take the last results."""
        start = len(self.results) - count
        last = self.results[start:]
        del self.results[start:]
        return last

    def call(self, item: Call) -> None:
        count = len(item.arguments)
        definition = self.functions.get(item.function)
        if definition is not None:
            self.work.append(Enter(definition, parameters_of(item, definition), item.span))
        else:
            found = array_call(item) if is_array_call(item) else None
            if found is not None:
                structural, operands, settings = found
                self.work.append(ApplyArray(structural.name, len(operands), settings, item.span))
                self.work.extend(operands[::-1])
                return
            resolved = resolve(item)
            if resolved is None:
                raise self.unknown_function(item)
            operation, order = resolved
            if item.keywords:
                self.work.append(Reorder(operation, order, count, item.span))
            else:
                self.work.append(Apply(operation.name, count, item.span))
                if may_name_axes(item):
                    self.work.append(NoAxis(item))
        self.work.extend(item.arguments[::-1])

    def unknown_function(self, item: Call) -> GradcliError:
        name = item.function
        values = {*self.bound, *self.assigned_somewhere, *free_names(self.program)}
        if is_constant(name):
            values.add(name)
        return unknown_function(item, self.functions, values, defined_later=name in self.defined)

    def reorder(self, item: Reorder) -> None:
        operation = item.operation
        given = self.taken(item.arity)
        inputs: list[int] = []
        for index, at in enumerate(item.order):
            if at is not None:
                inputs.append(given[at])
            elif index < operation.required:
                raise GradcliError(missing_argument(operation, index), item.span, f"write {operation.usage}")
            else:
                default = operation.defaults[index - operation.required]
                value = int(default) if default.is_integer() else default
                inputs.append(self.builder.constant(value, item.span))
        self.results.append(self.builder.operation(operation.name, tuple(inputs), item.span))

    def enter(self, item: Enter) -> None:
        definition = item.definition
        arguments = self.taken(len(item.order))
        call = (definition.name, *map(self.argument, arguments))
        self.check_end(definition, call, item.span)
        self.running.add(call)
        self.work.append(Leave(self.scope, self.scope_level, call))
        self.enter_body(definition)
        self.scope_level = len(self.levels)
        self.scope = {parameter: arguments[at] for parameter, at in zip(definition.parameters, item.order, strict=True)}
        depth = self.depths[definition.name] = self.depths.get(definition.name, 0) + 1
        self.calls += 1
        limit = self.builder.graph.max_nodes // NODES_PER_CALL
        if depth > 1 and not self.builder.knows_values:
            hint = "in a dynamic graph, of gradcli eval, a condition can end it"
            raise GradcliError(f"{definition.name} calls itself, so a static graph of it has no end", item.span, hint)
        deepest = self.builder.graph.max_nodes // NODES_PER_LEVEL
        if depth > deepest:
            hint = f"{definition.name} calls itself: a condition must end it; --max-nodes N raises the limit"
            message = f"own functions are called more than {deepest:,} times within each other"
            raise GradcliError(message, item.span, hint, exit_code=ExitCode.LIMIT)
        if self.calls > limit:
            hint = "--max-nodes N raises the limit"
            raise GradcliError(f"own functions are called more than {limit:,} times", item.span, hint, exit_code=ExitCode.LIMIT)

    def argument(self, id: int) -> int | str:
        """What tells arguments of calls apart: of a number its value (-0 is not 0), and of what has none yet its node."""
        value = self.builder.known(id) if self.builder.knows_values else None
        return value.hex() if isinstance(value, float) else id

    def check_end(self, definition: Definition, call: Running, span: Span) -> None:
        """Check that a function that calls itself may come to an end.

        Raises:
            GradcliError: It is being called with the same arguments already, or calls itself whatever they are.
        """
        if not self.depths.get(definition.name) or not self.builder.knows_values:
            return
        same = call in self.running and not self.program.may_use_tape
        if same or (self.depths[definition.name] == 1 and calls_always(definition, self.functions)):
            how = "with the same arguments" if same else "whatever its arguments are"
            hint = f"a condition must end it, as in {definition.name}(n) = 1 if n < 1 else n*{definition.name}(n - 1)"
            raise GradcliError(f"{definition.name} calls itself {how}, so it has no end", span, hint)

    def check_calls(self, expression: Expression) -> None:
        """Check the calls of an expression that is not evaluated: a wrong call is wrong wherever it stands.

        Raises:
            GradcliError: A function is unknown, or gets arguments that it does not take.
        """
        if id(expression) in self.checked:
            return
        self.checked.add(id(expression))
        for node in postorder(expression):
            if not isinstance(node, Call):
                continue
            definition = self.functions.get(node.function) or self.defined.get(node.function)
            if definition is not None:
                parameters_of(node, definition)
            elif not (is_array_call(node) and array_call(node)) and resolve(node) is None:
                raise self.unknown_function(node)

    def check_statements(self, statements: tuple[Statement, ...]) -> None:
        """Check the calls of statements, whether they run or not; those of their blocks and of own functions too.

        Raises:
            GradcliError: As :meth:`check_calls`.
        """
        for statement in walk(statements, functions=True):
            if isinstance(statement, Definition) and isinstance(statement.body, Expression):
                self.check_calls(statement.body)
            for expression in expressions(statement):
                self.check_calls(expression)

    def enter_body(self, definition: Definition) -> None:
        """Put the body of an own function on the stack of work; its value is one more result."""
        if isinstance(definition.body, tuple):
            *statements, last = definition.body
            if isinstance(last, Output):
                self.work.append(last.value)
            else:  # branches, each of which ends with a value
                self.work.append(Name(RESULT, last.span))
                statements.append(last)
            self.work.extend(reversed(statements))
        else:
            self.work.append(definition.body)

    def leave(self, item: Leave) -> None:
        self.scope = item.scope
        self.scope_level = item.level
        self.depths[item.call[0]] -= 1
        self.running.discard(item.call)
