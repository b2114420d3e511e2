"""The machine that runs the instructions of a script: a stack of frames, each with a stack of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gradcli.autodiff.torch_tape.storage import TapeError
from gradcli.emulation.python.code import MAX_CALLS, Code, Instruction, Label
from gradcli.emulation.python.effort import charge_nested
from gradcli.emulation.python.operators import ERRORS, as_raised, check_length, combined, length_of, raised, repr_of, text_of
from gradcli.emulation.python.source import Source, UnknownError
from gradcli.emulation.python.values import Caught, Entered, Foreign, Namespace, Raised, Scope, Type, type_name
from gradcli.errors import ExitCode, GradcliError, Span
from gradcli.typing import Any

MOST_NESTED = 16
"""How many calls of functions of the script may lie in each other with functions of the interpreter between them."""


class Block:
    """What an exception, or the end of a function, passes on its way out: a ``try`` or a ``with`` statement.

    Attributes:
        handlers: Where the handlers of a ``try`` begin; None for a ``with``.
        manager: What a ``with`` leaves.
        height: The height of the stack at its beginning.
        scope: The names at its beginning.
    """

    __slots__ = ("handlers", "height", "manager", "scope")

    def __init__(self, handlers: Label | None, manager: Foreign | None, height: int, scope: Scope) -> None:
        self.handlers = handlers
        self.manager = manager
        self.height = height
        self.scope = scope


class Frame:
    """A call under way; it gives what stands in ``instead``, where that is not None, and not the result of its code."""

    __slots__ = ("at", "blocks", "code", "home", "instead", "scope", "stack", "yielded")

    def __init__(self, code: Code, scope: Scope, instead: Any = None) -> None:
        self.code = code
        self.at = 0
        self.scope = scope
        self.home = scope
        self.stack: list[Any] = []
        self.blocks: list[Block] = []
        self.instead = instead
        self.yielded = False


class Machine:
    """The machine.

    Args:
        source: The script.
        builtins: The names that every script has.
        modules: The modules that it may import, by name.
        write: Writes what the script prints.
        warn: Writes a warning, which has the line that it speaks of behind it.
        max_steps: Steps after which the script is stopped.
        handlers: What each instruction does, by its name.

    Attributes:
        steps: Steps so far; work on many elements counts as several.
        instruction: What runs.
    """

    def __init__(
        self,
        source: Source,
        builtins: Mapping[str, Any],
        modules: Mapping[str, Namespace],
        write: Callable[[str], None],
        warn: Callable[[str], None],
        max_steps: int,
        handlers: Mapping[str, Handler],
    ) -> None:
        self.source = source
        self.builtins = builtins
        self.modules = modules
        self.write = write
        self._warn = warn
        self.max_steps = max_steps
        self._handlers = handlers
        self.steps = 0
        self.nested = 0
        self.frames: list[Frame] = []
        self.instruction: Instruction | None = None
        self._warned: set[tuple[str, int]] = set()

    @property
    def span(self) -> Span:
        """The place of what runs."""
        return (0, 0) if self.instruction is None else self.source.span(self.instruction.node)

    def run(self, code: Code) -> None:
        """Run a script.

        Raises:
            GradcliError: It raises an exception, or uses what is not known here; exit code 4 where a limit is reached.
        """
        scope = Scope()
        scope.names["__name__"] = "__main__"
        self.frames = [Frame(code, scope)]
        self._run_above(0)

    def enter(self, entered: Entered, keywords: dict[str, Any]) -> None:
        """Begin a call of a function of the script.

        Raises:
            Raised: Its arguments do not fit, or too many calls lie in each other.
        """
        function, arguments, instead = entered
        if len(self.frames) >= MAX_CALLS:
            raise Raised("RecursionError", "maximum recursion depth exceeded")
        frame = Frame(function.code, function.bind(arguments, keywords), instead)
        if function.code.yields:
            self.frames[-1].stack.append(self._yielded(frame))
            return
        for manager in function.managers:
            manager.enter(self)
            frame.blocks.append(Block(None, manager, 0, frame.scope))
        self.frames.append(frame)

    def apply(self, function: Any, arguments: list[Any], keywords: dict[str, Any] | None = None) -> Any:
        """The result of a function, of the script or not, that a function of the interpreter calls.

        Raises:
            GradcliError: Such calls lie too deeply in each other (exit code 4).
        """
        entered = function.enter_call(self, arguments) if isinstance(function, Foreign) else None
        if entered is not None:
            return self._nested(lambda: self.enter(entered, keywords or {}))
        return self._nested(lambda: self.frames[-1].stack.append(self.call(function, arguments, keywords or {})))

    def _yielded(self, frame: Frame) -> Iterator[Any]:
        """What a generator of the script gives: its frame is put onto the others until it yields again, or ends."""
        while True:
            frame.yielded = False
            value = self._nested(lambda: self.frames.append(frame))
            if not frame.yielded:
                return
            yield value

    def run_inside(self, code: Code, scope: Scope) -> None:
        """Run a part of a function among its names, such as what stands behind ``finally``."""
        self._nested(lambda: self.frames.append(Frame(code, scope)))

    def _nested(self, begin: Callable[[], None]) -> Any:
        """What is left on the stack by what begins, once all frames above are gone.

        Raises:
            GradcliError: Too many calls lie in each other (exit code 4).
        """
        if self.nested >= MOST_NESTED:
            raise GradcliError(f"calls lie more than {MOST_NESTED} deep in functions that call them", exit_code=ExitCode.LIMIT)
        caller, instruction, base = self.frames[-1], self.instruction, len(self.frames)
        self.nested += 1
        try:
            begin()
            self._run_above(base)
        finally:
            self.nested -= 1
        self.instruction = instruction
        return caller.stack.pop()

    def _run_above(self, base: int) -> None:
        """Run until so many frames are left."""
        while len(self.frames) > base:
            try:
                self._go(base)
            except Raised as error:
                self._unwind(error, base)
            except TapeError as error:
                self._unwind(as_raised(error), base)
            except GradcliError as error:
                if isinstance(error, UnknownError) or error.exit_code != ExitCode.BAD_INPUT:
                    raise self._located(error) from None
                self._unwind(as_raised(error), base)

    def _go(self, base: int) -> None:
        """Run until so many frames are left or an exception is raised."""
        frames, handlers = self.frames, self._handlers
        limit = self.max_steps
        while len(frames) > base:
            frame = frames[-1]
            self.instruction = instruction = frame.code.instructions[frame.at]
            frame.at += 1
            self.steps += 1
            if self.steps > limit:
                self.charge(0)
            handlers[instruction.name](self, frame, instruction.argument)

    def charge(self, steps: int) -> None:
        """Count work that is more than one step.

        Raises:
            GradcliError: The limit is reached (exit code 4).
        """
        self.steps += steps
        if self.steps > self.max_steps:
            raise GradcliError(
                f"the script was stopped after {self.max_steps:,} steps",
                self.span,
                "if it would come to an end, --max-steps N lets it run longer",
                exit_code=ExitCode.LIMIT,
            )

    def warn(self, text: str, span: Span | None = None) -> None:
        """Write a warning with the line that it speaks of, as Python does: once for each line.

        Args:
            text: The warning.
            span: The place that it speaks of; None for what runs.
        """
        lines = self.source.text.splitlines()
        line = self.source.text.count("\n", 0, (span or self.span)[0]) + 1
        if (text, line) not in self._warned:
            self._warned.add((text, line))
            shown = lines[line - 1].strip() if line <= len(lines) else ""
            self._warn(f"{self.source.where}:{line}: {text}\n  {shown}")

    def _located(self, error: GradcliError) -> GradcliError:
        if error.span in (None, (0, 0)):
            error.span = self.span
        return error.located(self.source.text, self.source.where)

    def _unwind(self, error: Raised, base: int) -> None:
        """Go to the handlers of the innermost ``try`` above so many frames."""
        self._located(error)
        while len(self.frames) > base:
            frame = self.frames[-1]
            while frame.blocks:
                block = frame.blocks.pop()
                if block.manager is not None:
                    block.manager.leave(self)
                if block.handlers is not None:
                    del frame.stack[block.height :]
                    frame.scope = block.scope
                    caught = Caught(error.kind, error.text, error.arguments)
                    caught.origin = error  # type: ignore[attr-defined]
                    frame.stack.append(caught)
                    frame.at = block.handlers.index
                    return
            self.frames.pop()
        raise error

    # ---- values ----

    def binary(self, symbol: str, a: Any, b: Any) -> Any:
        """The result of an operator."""
        if isinstance(a, Foreign):
            result = a.binary(self, symbol, b, reflected=False)
            if result is not NotImplemented:
                return result
        if isinstance(b, Foreign):
            result = b.binary(self, symbol, a, reflected=True)
            if result is not NotImplemented:
                return result
        if symbol in ("==", "!=") and (isinstance(a, Foreign) or isinstance(b, Foreign)):
            return (a is b) == (symbol == "==")
        return combined(self, symbol, a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """The result of a comparison."""
        if symbol in ("is", "is not"):
            same = a is b or (isinstance(a, Type) and isinstance(b, Type) and a.name == b.name)
            return same == (symbol == "is")
        if symbol in ("in", "not in"):
            return self._contains(b, a) == (symbol == "in")
        return self.binary(symbol, a, b)

    def _contains(self, container: Any, value: Any) -> bool:
        if isinstance(container, range) and isinstance(value, float):  # which Python would look for one by one
            return value.is_integer() and int(value) in container
        if isinstance(container, str | dict | set) or (isinstance(container, range) and isinstance(value, int)):
            charge_nested(self, value)
            try:
                return value in container
            except ERRORS as error:
                raise raised(error) from None
        each = 16 if isinstance(value, Foreign) else 1
        for item in self.iterate(container):
            self.charge(each)
            if item is value or self.truth(self.binary("==", item, value)):
                return True
        return False

    def truth(self, value: Any) -> bool:
        """Whether a value counts as true."""
        return value.truth(self) if isinstance(value, Foreign) else bool(value)

    def iterate(self, value: Any) -> Iterator[Any]:
        """The elements of a value."""
        if isinstance(value, Foreign):
            return value.iterate(self)
        try:
            return iter(value)
        except TypeError as error:
            raise raised(error) from None

    def listed(self, value: Any) -> list[Any]:
        """The elements of a value as a list.

        Raises:
            GradcliError: They are too many (exit code 4).
        """
        if isinstance(value, list | tuple | str | range | dict | set):
            check_length(self, length_of(value))
            return list(value)
        items: list[Any] = []
        for item in self.iterate(value):
            items.append(item)
            if len(items) % 64 == 0:
                self.charge(8)
                check_length(self, len(items))
        return items

    def text(self, value: Any) -> str:
        """What ``print`` writes of a value."""
        return text_of(self, value)

    def representation(self, value: Any) -> str:
        """What ``repr`` gives of a value."""
        return repr_of(self, value)

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call what is no function of the script.

        Raises:
            Raised: It does so itself, or cannot do with values of these kinds.
        """
        if not isinstance(function, Foreign):
            raise Raised("TypeError", f"'{type_name(function)}' object is not callable")
        try:
            return function.call(self, arguments, keywords)
        except ERRORS:  # of Python, of a value that the function did not expect
            name = getattr(function, "name", function.kind)
            kinds = [*map(type_name, arguments), *[f"{key}={type_name(value)}" for key, value in keywords.items()]]
            text = f"{name}() received an invalid combination of arguments - got ({', '.join(kinds)})"
            raise Raised("TypeError", text) from None


Handler = Callable[[Machine, Frame, Any], None]
"""What an instruction does with the machine, the frame of the call under way and its argument."""
