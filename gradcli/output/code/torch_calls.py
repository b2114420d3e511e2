"""Operations in PyTorch's own words: one call for each node, from what the declarations say of PyTorch's spelling."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emulation.torch.calls import ARGUMENTS
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.graph.graph import Setting, Settings, Shape
from gradcli.language.ast import Name
from gradcli.language.text import to_text
from gradcli.lowering.node_expressions import applied_to_arrays
from gradcli.ops.catalogue import INDEX
from gradcli.ops.declaration.facts import TRUTH, WHOLE
from gradcli.ops.declaration.operation import Operation
from gradcli.ops.declaration.structural import Structural

NUMBER, FLOAT = "number", "float"
"""What an operand is in PyTorch: a number of Python, or a tensor of floating point; others are of ``truth`` or ``whole``."""

_MODULES = {"torch": "torch", "F": "F", "special": "torch.special", "linalg": "torch.linalg"}
_OPERATORS = {"^": "**", **{sign: sign for sign in ("+", "-", "*", "/", "@", "<", "<=", ">", ">=", "==", "!=")}}
_THEIRS = {ours: theirs for theirs, ours in reversed(ARGUMENTS.items())}


class Operand(Frozen):
    """An operand of a call.

    Attributes:
        text: Its name, or its number.
        kind: ``number``, ``float``, ``truth`` or ``whole``.
        shape: Its shape.
        value: The value of a number.
    """

    text: str
    kind: str
    shape: Shape = ()
    value: float = 0.0


class Call(Frozen):
    """A call of PyTorch.

    Attributes:
        text: It in PyTorch's words.
        kind: What its result is, see :class:`Operand`.
    """

    text: str
    kind: str


def torch_call(operation: Operation | Structural, operands: Sequence[Operand], settings: Settings, like: str) -> Call | None:
    """An operation in PyTorch's words; None where PyTorch has no such function.

    Args:
        operation: The operation.
        operands: Its operands, of which one at least is a tensor.
        settings: Its settings, with the defaults of those left out.
        like: A tensor whose dtype numbers and truth values get where PyTorch takes a tensor of floating point.

    Raises:
        GradcliError: PyTorch takes a number for an operand that is a tensor here.
    """
    facts = operation.facts
    symbol = _OPERATORS.get(operation.symbol)
    kind = facts.result if facts.result in (TRUTH, WHOLE) else FLOAT
    if symbol:
        words = [_number_or_tensor(operand, like) for operand in operands]
        return Call(f"{symbol}{words[0]}" if len(words) == 1 else f"{words[0]} {symbol} {words[1]}", kind)
    if operation.name == INDEX:
        return Call(to_text(applied_to_arrays(INDEX, (Name(operands[0].text),), settings)), operands[0].kind)
    shapes = [operand.shape for operand in operands]
    given = dict(settings)
    template = facts.torch_call if isinstance(facts.torch_call, str) else facts.torch_call(*shapes, **given)
    words = _words(operation, operands, shapes, like)
    if template:
        stacked = _stacked(words, shapes) if operation.variadic else ""
        return Call(template.format(*words, stacked=stacked, **{name: _setting(name, value) for name, value in settings}), kind)
    if not facts.torch_functions:
        return None
    name, modules = facts.torch_functions[0]
    if isinstance(operation, Operation) and operation.variadic:
        arguments = [_stacked(words, shapes), *(["0"] if any(shapes) else [])]
    elif operation.variadic:
        arguments = [f"[{', '.join(words)}]"]
    else:
        arguments = words
    arguments = arguments + _named(operation, given)
    module = next((_MODULES[module] for module in modules if module in _MODULES), None)
    if module is None:
        return Call(f"{arguments[0]}.{name}({', '.join(arguments[1:])})", kind)
    return Call(f"{module}.{name}({', '.join(arguments)})", kind)


def _stacked(words: Sequence[str], shapes: Sequence[Shape]) -> str:
    inner = f"[{', '.join(words)}]"
    return f"torch.stack({inner if len(set(shapes)) == 1 else f'torch.broadcast_tensors({inner[1:-1]})'})"


def _words(operation: Operation | Structural, operands: Sequence[Operand], shapes: Sequence[Shape], like: str) -> list[str]:
    """The operands as PyTorch takes them, those that may be left out by their names."""
    if isinstance(operation, Structural):
        whole = operation.whole(*shapes)
        words = [_whole(operand, like) if at in whole else _tensor(operand, like) for at, operand in enumerate(operands)]
        return [
            word if at < operation.required or operation.variadic else f"{operation.parameters[at]}={word}"
            for at, word in enumerate(words)
        ]
    kinds = "".join(["n" if operand.kind == NUMBER else "t" for operand in operands])
    template = operation.function(kinds, shapes) if operation.differentiable else ""
    words = []
    for at, operand in enumerate(operands):
        if operation.differentiable and not operation.carries(at):
            word = _truth(operand, like)
        elif operation.variadic or _takes_tensor(template, at):
            word = _tensor(operand, like)
        elif not operation.differentiable:
            word = operand.text if operand.kind in (TRUTH, WHOLE) else _tensor(operand, like)
        elif operand.kind == NUMBER:
            word = operand.text
        else:
            raise GradcliError(
                f"PyTorch takes a number for {operation.parameters[at]} of {operation.name}, not a tensor",
                hint=f"write a number for {operation.parameters[at]}",
            )
        words.append(word if operation.variadic or at < operation.required else f"{operation.parameters[at]}={word}")
    return words


def _takes_tensor(template: str, at: int) -> bool:
    """Whether a template of functions has an operand among its inputs, be it one without a gradient."""
    inside = template.partition("(")[2].rstrip(")")
    return str(at) in inside.replace("(", " ").replace(",", " ").replace(")", " ").split() or (
        inside.split(", ")[at : at + 1] == ["None"]
    )


def _number_or_tensor(operand: Operand, like: str) -> str:
    return operand.text if operand.kind in (NUMBER, FLOAT) else f"{operand.text}.to({like}.dtype)"


def _tensor(operand: Operand, like: str) -> str:
    return f"{like}.new_tensor({operand.text})" if operand.kind == NUMBER else _number_or_tensor(operand, like)


def _truth(operand: Operand, like: str) -> str:
    return operand.text if operand.kind == TRUTH else f"({_tensor(operand, like)} != 0)"


def _whole(operand: Operand, like: str) -> str:
    return operand.text if operand.kind == WHOLE else f"{_tensor(operand, like)}.long()"


def _named(operation: Operation | Structural, given: dict[str, Setting]) -> list[str]:
    """Settings by PyTorch's names: those that differ from the default, and those for which PyTorch has none."""
    known = {ours: theirs for theirs, ours in operation.facts.torch_arguments.items()}
    defaults = dict(operation.settings)
    return [
        f"{known.get(name) or _THEIRS.get(name, name)}={_setting(name, value)}"
        for name, value in given.items()
        if value != defaults[name] or (name in known and value is not None)
    ]


def _setting(name: str, value: Setting) -> str:
    if name == "reduction":
        return repr(str(value).lower())
    if value in ("inf", "-inf"):
        return f"float({value!r})"
    if name in ("shape", "normalized_shape") and isinstance(value, int):
        return repr((value,))
    return repr(value)
