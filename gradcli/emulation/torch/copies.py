"""The module ``copy`` of a script: lists, dictionaries, tensors and instances, made anew; and what it saves and loads again."""

from __future__ import annotations

from copy import copy as shallow

from gradcli.emulation.python.classes import Instance
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Namespace, Native, Raised, Size, checked, type_name
from gradcli.emulation.torch.nn.network import Parameter
from gradcli.emulation.torch.tensor.tensors import Tensor
from gradcli.typing import Any

NOT_COPIED = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If you were "
    "attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
    "https://github.com/pytorch/pytorch/pull/103001"
)


def _plain(value: Any) -> bool:
    """Whether nothing can be changed in a value, so that it is its own copy."""
    return not isinstance(value, list | dict | tuple | Tensor | Instance) or isinstance(value, Size)


def _tensor(machine: Interpreter, value: Tensor) -> Tensor:
    if not value.tape.is_leaf(value.node):
        raise Raised("RuntimeError", NOT_COPIED)
    session = value.session
    if not isinstance(value, Parameter):
        return session.leaf(machine, value.value, value.dtype, value.requires_grad)
    node = session.tape.leaf(value.value, requires_grad=value.requires_grad, span=machine.span, dtype=value.dtype)
    made: Tensor = session.own(Parameter(session, session.tape.cell(node)))
    return made


def _begun(machine: Interpreter, value: Any) -> Any:
    """A copy of a value, whose parts are still those of the value."""
    if isinstance(value, Tensor):
        return _tensor(machine, value)
    if isinstance(value, Instance):
        made = shallow(value)
        made.fields = dict(value.fields)
        return made
    if isinstance(value, tuple) and any(not _plain(one) for one in value):
        raise UnknownError("a tuple with lists or tensors in it is not copied here", hint="make it a list")
    return shallow(value)


def _deepcopy(machine: Interpreter, x: Any) -> Any:
    made: dict[int, Any] = {}
    work = [x]

    def of(value: Any) -> Any:
        if _plain(value):
            return value
        if id(value) not in made:
            made[id(value)] = _begun(machine, value)
            work.append(value)
        return made[id(value)]

    result = of(x)
    while work:
        value = work.pop()
        parts = made[id(value)]
        if isinstance(value, list):
            machine.charge(len(value))
            parts[:] = [of(one) for one in value]
        elif isinstance(value, dict):
            machine.charge(len(value))
            parts.update({key: of(one) for key, one in value.items()})
        elif isinstance(value, Instance):
            parts.fields.update({key: of(one) for key, one in value.fields.items()})
    return result


def _copy(machine: Interpreter, x: Any) -> Any:
    if isinstance(x, Foreign):
        raise UnknownError(f"copy.copy of a {type_name(x)} is not known here", hint="copy.deepcopy is")
    return shallow(x)


def copy_module() -> Namespace:
    """The module ``copy``."""
    return Namespace("copy", {"deepcopy": Native("deepcopy", _deepcopy), "copy": Native("copy", _copy)})


def saving() -> dict[str, Native]:
    """``torch.save`` and ``torch.load``: what a script saves is kept for as long as it runs, and no file is written."""
    saved: dict[str, Any] = {}

    def save(machine: Interpreter, obj: Any, f: Any) -> None:
        if not isinstance(f, str):
            raise UnknownError(
                "torch.save takes the name of a file here", hint='write torch.save(model.state_dict(), "model.pt")'
            )
        machine.warn(f"{f} is no file: it is kept until the script ends")
        saved[f] = _deepcopy(machine, obj)

    def load(machine: Interpreter, f: Any, map_location: Any = None, *, weights_only: Any = None) -> Any:
        if f not in saved:
            raise Raised("FileNotFoundError", f"[Errno 2] No such file or directory: '{f}'", "files of weights are not read here")
        return _deepcopy(machine, saved[f])

    return {name: Native(name, checked(f"torch.{name}", function)) for name, function in (("save", save), ("load", load))}
