"""Classes of a script, their instances, and what their bodies wrap functions in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Entered, Foreign, Function, Native, Raised, Type, address, checked, type_name
from gradcli.errors import nearest
from gradcli.typing import Any

_NAMES = "+ add - sub * mul / truediv ** pow @ matmul % mod // floordiv < lt <= le > gt >= ge == eq != ne".split()  # noqa: SIM905
OPERATORS = dict(zip(_NAMES[::2], _NAMES[1::2], strict=True))
"""What Python calls the methods of operators."""

_TURNED = {"<": OPERATORS[">"], "<=": OPERATORS[">="], ">": OPERATORS["<"], ">=": OPERATORS["<="]}


class Bound(Foreign):
    """A function of the script with its first argument given: a method of an instance or of a class."""

    kind = "method"

    def __init__(self, function: Any, first: Any) -> None:
        self.function = function
        self.first = first

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        return (self.function, [self.first, *arguments], None) if isinstance(self.function, Function) else None

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        return machine.call(self.function, [self.first, *arguments], keywords)

    def text(self, machine: Interpreter) -> str:
        return f"<bound method {getattr(self.function, 'code', self.function).name} of {machine.representation(self.first)}>"


class Class(Type):
    """A class of the script, or one of a library that classes of the script derive from.

    Args:
        name: Its name, with that of its module.
        base: The class that it derives from; None for ``object``.
        members: Its methods and attributes; one of a library is a function of the machine and the instance.
        make: Makes an instance, which a class has from its base.
    """

    def __init__(
        self,
        name: str,
        base: Class | None = None,
        members: dict[str, Any] | None = None,
        make: Callable[[Class], Instance] | None = None,
    ) -> None:
        super().__init__(name, lambda machine: None, ())
        self.base = base
        self.members = {} if members is None else members
        self.make: Callable[[Class], Instance] = make or (base.make if base else Instance)

    def lines(self) -> Iterator[Class]:
        """It and the classes that it derives from, the nearest first."""
        one: Class | None = self
        while one is not None:
            yield one
            one = one.base

    def found(self, name: str) -> Any:
        """A member of it or of what it derives from; None where there is none."""
        return next((one.members[name] for one in self.lines() if name in one.members), None)

    def has(self, value: Any) -> bool:
        return isinstance(value, Instance) and self in value.cls.lines()

    def attribute(self, machine: Interpreter, name: str) -> Any:
        found = self.found(name)
        if name == "__name__" or found is None:
            if name == "__name__":
                return super().attribute(machine, name)
            raise Raised("AttributeError", f"type object '{self.short}' has no attribute '{name}'")
        if isinstance(found, ClassBound):
            return found.of(self)
        if isinstance(found, Wrapped):
            return found.function
        return found if isinstance(found, Foreign) or not callable(found) else Native(name, found)

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        self.members[name] = value

    @property
    def short(self) -> str:
        """Its name without that of its module."""
        return self.name.rpartition(".")[2]

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        start = self.found("__init__")
        if not isinstance(start, Function):
            return None
        instance = self.make(self)
        return start, [instance, *arguments], instance

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        instance = self.make(self)
        start = self.found("__init__")
        if start is not None:
            checked(self.short, start, instance)(machine, *arguments, **keywords)
        elif arguments or keywords:
            raise Raised("TypeError", f"{self.short}() takes no arguments")
        return instance


class Instance(Foreign):
    """An instance of a class.

    Args:
        cls: Its class.

    Attributes:
        fields: What was assigned to its attributes.
    """

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.kind = cls.short
        self.fields: dict[str, Any] = {}

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in self.fields:
            return self.fields[name]
        if name in ("__class__", "__dict__"):
            return self.cls if name == "__class__" else self.fields
        found = self.cls.found(name)
        if found is None:
            near = nearest(name, [*self.fields, *[key for one in self.cls.lines() for key in one.members]])
            raise Raised(
                "AttributeError", f"'{self.kind}' object has no attribute '{name}'", f"did you mean {near}?" if near else ""
            )
        return bound(machine, self, name, found)

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        found = self.cls.found(name)
        if isinstance(found, Property):
            raise Raised("AttributeError", f"property '{name}' of '{self.kind}' object has no setter")
        self.fields[name] = value

    def special(self, machine: Interpreter, name: str, *arguments: Any) -> Any:
        """What a method such as ``__len__`` gives; NotImplemented where the class has none."""
        found = self.cls.found(name)
        return machine.apply(found, [self, *arguments]) if isinstance(found, Function) else NotImplemented

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        found = self.cls.found("__call__")
        return (found, [self, *arguments], None) if isinstance(found, Function) else None

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        name = OPERATORS.get(operator, "")
        if reflected:
            name = _TURNED.get(operator, name if operator in ("==", "!=") else f"r{name}")
        return self.special(machine, f"__{name}__", other)

    def unary(self, machine: Interpreter, operator: str) -> Any:
        found = self.special(machine, {"-": "__neg__", "+": "__pos__", "~": "__invert__"}.get(operator, ""))
        return super().unary(machine, operator) if found is NotImplemented else found

    def length(self, machine: Interpreter) -> int:
        found = self.special(machine, "__len__")
        return super().length(machine) if found is NotImplemented else found

    def item(self, machine: Interpreter, index: Any) -> Any:
        found = self.special(machine, "__getitem__", index)
        return super().item(machine, index) if found is NotImplemented else found

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        found = self.special(machine, "__iter__")
        return super().iterate(machine) if found is NotImplemented else machine.iterate(found)

    def text(self, machine: Interpreter) -> str:
        found = self.special(machine, "__str__")
        return self.representation(machine) if found is NotImplemented else found

    def representation(self, machine: Interpreter) -> str:
        found = self.special(machine, "__repr__")
        return f"<{self.cls.name} object at {address(self)}>" if found is NotImplemented else found


class Wrapped(Foreign):
    """What ``staticmethod``, ``classmethod`` and ``property`` make of a function in the body of a class."""

    def __init__(self, function: Any) -> None:
        self.function = function


class ClassBound(Wrapped):
    """A method of the class."""

    def of(self, cls: Class) -> Bound:
        """It with the class as its first argument."""
        return Bound(self.function, cls)


class Property(Wrapped):
    """A method that is called where an attribute is read."""


def bound(machine: Interpreter, instance: Instance, name: str, member: Any) -> Any:
    """A member of a class as an attribute of an instance."""
    match member:
        case Function():
            return Bound(member, instance)
        case Property():
            return machine.apply(member.function, [instance])
        case ClassBound():
            return member.of(instance.cls)
        case Wrapped():
            return member.function
    return Native(name, checked(name, member, instance)) if callable(member) and not isinstance(member, Foreign) else member


class Above(Foreign):
    """What ``super()`` gives: an instance, seen as one of the class above.

    Args:
        cls: The class whose base is asked.
        instance: The instance.
    """

    kind = "super"

    def __init__(self, cls: Class, instance: Instance) -> None:
        self.cls = cls
        self.instance = instance

    def attribute(self, machine: Interpreter, name: str) -> Any:
        found = None if self.cls.base is None else self.cls.base.found(name)
        if found is not None:
            return bound(machine, self.instance, name, found)
        if name == "__init__":  # that of object
            return Native(name, lambda machine: None)
        raise Raised("AttributeError", f"'super' object has no attribute '{name}'")


def made(name: str, bases: list[Any]) -> Class:
    """The class of a statement, whose body fills its members.

    Raises:
        UnknownError: It derives from what is no class that can be derived from, or from several.
    """
    if len(bases) > 1:
        raise UnknownError("a class that derives from several is not known here", hint="derive from one")
    base = bases[0] if bases else OBJECT
    if not isinstance(base, Class):
        what = base.name if isinstance(base, Type) else type_name(base)
        raise UnknownError(f"a class that derives from {what} is not known here", hint="derive from a class of the script")
    return Class(f"__main__.{name}", base)


OBJECT = Class("object")
"""What every class derives from."""


def _super(machine: Any, cls: Any = None, instance: Any = None) -> Above:
    frame = machine.frames[-1]
    if cls is None:
        scope = frame.home
        instance = scope.names.get(frame.code.parameters[0]) if frame.code.parameters else None
        while scope is not None and cls is None:
            cls, scope = scope.names.get("__class__"), scope.parent
    if not isinstance(cls, Class) or not isinstance(instance, Instance):
        raise Raised("RuntimeError", "super(): no arguments")
    return Above(cls, instance)


CLASSES: dict[str, Any] = {
    "object": OBJECT,
    "super": Native("super", _super),
    "staticmethod": Native("staticmethod", lambda machine, function: Wrapped(function)),
    "classmethod": Native("classmethod", lambda machine, function: ClassBound(function)),
    "property": Native("property", lambda machine, function: Property(function)),
}
"""The names of Python that classes are written with."""
