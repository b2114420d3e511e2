"""``torch.nn.Module`` of a script: modules, their parameters, and lists of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from gradcli.emulation.python.classes import Class, Instance
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Entered, Function, Raised, checked, type_name
from gradcli.emulation.torch.custom import Handle
from gradcli.emulation.torch.tensor.members import METHODS
from gradcli.emulation.torch.tensor.tensors import Session, Tensor
from gradcli.emulation.torch.unknown_members import UNKNOWN_OF_MODULES
from gradcli.typing import Any


class Parameter(Tensor):
    """A tensor that a module trains."""

    kind = "Parameter"
    full_kind = "torch.nn.parameter.Parameter"

    def text(self, machine: Interpreter) -> str:
        return f"Parameter containing:\n{super().text(machine)}"


def parameter(machine: Interpreter, session: Session, data: Any, requires_grad: Any = True) -> Parameter:
    """``torch.nn.Parameter``: a leaf with the value of a tensor."""
    if not isinstance(data, Tensor):
        raise Raised("TypeError", f"'{type_name(data)}' object is not a tensor")
    tape = session.tape
    node = tape.leaf(data.value, requires_grad=machine.truth(requires_grad), span=machine.span, dtype=data.dtype)
    made: Parameter = session.own(Parameter(session, tape.cell(node)))
    return made


class Module(Instance):
    """An instance of ``torch.nn.Module``; its parameters and the modules in it are among its fields.

    Args:
        cls: Its class.
        session: The session.
    """

    def __init__(self, cls: Class, session: Session) -> None:
        super().__init__(cls)
        self.session = session
        self.started = False
        self.buffers: list[str] = []
        self.hooks: list[Any] = []
        self.before: list[Any] = []
        self.shown = ""

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        if not self.started and isinstance(value, Module | Parameter):
            what = "module" if isinstance(value, Module) else "parameters"
            raise Raised("AttributeError", f"cannot assign {what} before Module.__init__() call")
        if isinstance(self.fields.get(name), Parameter) and not isinstance(value, Parameter | None):
            found = getattr(value, "full_kind", type_name(value))
            text = f"cannot assign '{found}' as parameter '{name}' (torch.nn.Parameter or None expected)"
            raise Raised("TypeError", text.replace("'torch.Tensor'", "'torch.FloatTensor'"))
        super().set_attribute(machine, name, value)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in UNKNOWN_OF_MODULES and name not in self.fields and self.cls.found(name) is None:
            hint = "call register_hook of what the module gives" if "backward" in name else ""
            raise UnknownError(f"{name} of modules is not known here", hint=hint)
        return super().attribute(machine, name)

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        found = self.cls.found("forward")
        hooked = self.hooks or self.before
        return (found, [self, *arguments], None) if isinstance(found, Function) and not hooked else None

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        found = self.cls.found("forward")
        if found is None:
            raise Raised("NotImplementedError", f'Module [{self.kind}] is missing the required "forward" function')
        for hook in tuple(self.before):
            given = machine.apply(hook, [self, tuple(arguments)])
            arguments = arguments if given is None else list(given) if isinstance(given, tuple) else [given]
        if isinstance(found, Function):
            result = machine.apply(found, [self, *arguments], keywords)
        else:
            result = checked("forward", found, self)(machine, *arguments, **keywords)
        for hook in tuple(self.hooks):
            given = machine.apply(hook, [self, tuple(arguments), result])
            result = result if given is None else given
        return result

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules in it, by name."""
        return ((name, value) for name, value in self.fields.items() if isinstance(value, Module))

    def inner(self, machine: Interpreter) -> list[tuple[str, Module]]:
        """It and all modules in it, each once, by name."""
        found: list[tuple[str, Module]] = []
        seen: set[Module] = set()
        work: list[tuple[str, Module]] = [("", self)]
        while work:
            name, module = work.pop()
            if module not in seen:
                seen.add(module)
                found.append((name, module))
                machine.charge(1 + len(module.fields) // 4 + len(name) // 64)
                work += reversed([(f"{name}.{key}" if name else key, child) for key, child in module.children()])
        return found

    def tensors(self, machine: Interpreter, kind: type = Parameter) -> list[tuple[str, Tensor]]:
        """The parameters of it and of all modules in it, each once, by name."""
        found: dict[Tensor, str] = {}
        for prefix, module in self.inner(machine):
            for name, value in module.fields.items():
                if isinstance(value, Parameter) or (kind is Tensor and name in module.buffers):
                    found.setdefault(value, f"{prefix}.{name}" if prefix else name)
        return [(name, value) for value, name in found.items()]

    def representation(self, machine: Interpreter) -> str:
        texts: dict[Module, str] = {}
        for _, module in reversed(self.inner(machine)):
            shown = module.special(machine, "extra_repr")
            shown = module.shown if shown is NotImplemented else shown
            lines = _grouped(
                [(name, texts[child]) for name, child in module.children() if child in texts],
                together="append" in module.cls.members,
            )
            lines = [line.replace("\n", "\n  ") for line in ([shown] if shown and lines else []) + lines]
            inside = "".join([f"\n  {line}" for line in lines]) + "\n" if lines else shown
            machine.charge(len(inside) // 16)
            texts[module] = f"{module.kind}({inside})"
        return texts[self]


def _grouped(texts: list[tuple[str, str]], *, together: bool) -> list[str]:
    """The lines of modules with their names; equal ones of a list together, where that is wanted."""
    groups: list[list[str]] = []
    for name, text in texts:
        if together and groups and groups[-1][2] == text:
            groups[-1][1] = name
        else:
            groups.append([name, name, text])
    return [
        f"({first}): {text}" if first == last else f"({first}-{last}): {int(last) - int(first) + 1} x {text}"
        for first, last, text in groups
    ]


# ---- the methods of every module ----


def start(machine: Interpreter, module: Module) -> None:
    module.started = True
    module.fields["training"] = True


def _zero_grad(machine: Interpreter, module: Module, set_to_none: Any = True) -> None:
    for _, one in module.tensors(machine):
        if machine.truth(set_to_none):
            one.session.tape.zero_grad([one.node])
        elif (gradient := one.grad(machine)) is not None:
            with one.session.tape.no_grad():
                METHODS["zero_"](machine, gradient)


def _train(machine: Interpreter, module: Module, mode: Any = True) -> Module:
    for _, one in module.inner(machine):
        one.fields["training"] = machine.truth(mode)
    return module


def _load(machine: Interpreter, module: Module, state_dict: dict[str, Any]) -> str:
    known = dict(module.tensors(machine, Tensor))
    missing, extra = [key for key in known if key not in state_dict], [key for key in state_dict if key not in known]
    if missing or extra:
        lines = [f"Error(s) in loading state_dict for {module.kind}:"]
        for title, keys in (("Missing key(s) in", missing), ("Unexpected key(s) in", extra)):
            lines += [f"\t{title} state_dict: {', '.join([f'{chr(34)}{key}{chr(34)}' for key in keys])}. "] if keys else []
        raise Raised("RuntimeError", "\n".join(lines))
    with module.session.tape.no_grad():
        for key, tensor in known.items():
            METHODS["copy_"](machine, tensor, state_dict[key])
    return "<All keys matched successfully>"


def _apply(machine: Interpreter, module: Module, fn: Any) -> Module:
    for _, one in reversed(module.inner(machine)):
        machine.apply(fn, [one])
    return module


def _buffer(machine: Interpreter, module: Module, name: str, tensor: Any, persistent: Any = True) -> None:
    module.fields[name] = tensor
    module.buffers.append(name)


def _buffers(machine: Interpreter, module: Module) -> list[tuple[str, Tensor]]:
    return [(name, one) for name, one in module.tensors(machine, Tensor) if not isinstance(one, Parameter)]


def _hooked(hooks: list[Any], hook: Any) -> Handle:
    hooks.append(hook)
    return Handle(hooks, hook)


def _require(machine: Interpreter, module: Module, requires_grad: Any = True) -> Module:
    for _, one in module.tensors(machine):
        one.require_grad(machine, machine.truth(requires_grad))
    return module


def _state(machine: Interpreter, module: Module) -> dict[str, Any]:
    return OrderedDict((name, one.shared("detach")) for name, one in module.tensors(machine, Tensor))


MEMBERS: dict[str, Callable[..., Any]] = {
    "__init__": start,
    "parameters": lambda machine, module: (one for _, one in module.tensors(machine)),
    "named_parameters": lambda machine, module: (pair for pair in module.tensors(machine)),
    "buffers": lambda machine, module: (one for _, one in _buffers(machine, module)),
    "named_buffers": lambda machine, module: (pair for pair in _buffers(machine, module)),
    "children": lambda machine, module: (one for _, one in module.children()),
    "named_children": lambda machine, module: (pair for pair in module.children()),
    "modules": lambda machine, module: (one for _, one in module.inner(machine)),
    "named_modules": lambda machine, module: (pair for pair in module.inner(machine)),
    "zero_grad": _zero_grad,
    "train": _train,
    "eval": lambda machine, module: _train(machine, module, False),
    "state_dict": _state,
    "load_state_dict": _load,
    "apply": _apply,
    "register_buffer": _buffer,
    "register_parameter": lambda machine, module, name, param: module.set_attribute(machine, name, param),
    "add_module": lambda machine, module, name, child: module.set_attribute(machine, name, child),
    "requires_grad_": _require,
    "register_forward_hook": lambda machine, module, hook: _hooked(module.hooks, hook),
    "register_forward_pre_hook": lambda machine, module, hook: _hooked(module.before, hook),
    "to": lambda machine, module, device=None: module,
    "cpu": lambda machine, module: module,
}
"""The methods of every module."""


# ---- containers ----


def fill(machine: Interpreter, module: Module, modules: list[Any]) -> None:
    for at, one in enumerate(modules, len(list(module.children()))):
        if not isinstance(one, Module):
            raise Raised("TypeError", f"{getattr(one, 'full_kind', type_name(one))} is not a Module subclass")
        module.fields[str(at)] = one


def sequence(machine: Interpreter, module: Module, *modules: Any) -> None:
    start(machine, module)
    if len(modules) == 1 and isinstance(modules[0], dict):
        module.fields |= modules[0]
    else:
        fill(machine, module, list(modules))


def run(machine: Interpreter, module: Module, input: Any) -> Any:
    for _, one in module.children():
        input = machine.apply(one, [input])
    return input


def module_list(machine: Interpreter, module: Module, modules: Any = ()) -> None:
    start(machine, module)
    fill(machine, module, machine.listed(modules))


class Container(Module):
    """A module that is a list of modules."""

    def listed(self) -> list[Module]:
        """The modules."""
        return [one for _, one in self.children()]

    def item(self, machine: Interpreter, index: Any) -> Any:
        inside = self.listed()
        if isinstance(index, slice):
            part = Container(self.cls, self.session)
            start(machine, part)
            fill(machine, part, inside[index])
            return part
        if not -len(inside) <= index < len(inside):
            raise Raised("IndexError", f"index {index} is out of range")
        return inside[index]

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        return iter(self.listed())

    def length(self, machine: Interpreter) -> int:
        return len(self.listed())
