"""The functions of the package as a notebook calls them: a text or a program, and values by name.

Every function that takes a program takes its text as well, and the values of variables as a mapping or by keyword. A keyword that
is an option of the function is that option: a variable of its name gets its value in the mapping, as ``--set`` does it on the
command line.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterator, Mapping

from gradcli.autodiff.given import Names, Values, names_of, value_of, values_of
from gradcli.autodiff.passes.tape import DTYPES, MODES, Tape
from gradcli.autodiff.request import Request
from gradcli.errors import GradcliError, NoValueError, UnknownVariableError, located, nearest
from gradcli.frozen import WRITERS, Frozen
from gradcli.graph.graph import DEFAULT_MAX_NODES, Shape
from gradcli.graph.shapes import shape_text
from gradcli.language.ast import Program
from gradcli.language.parser import parse
from gradcli.lowering.builders.builder import Value
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.algebra.assumptions.facts import Assumptions
    from gradcli.algebra.simplified import Simplified
    from gradcli.autodiff.passes.jacobian import Hessian, Jacobian
    from gradcli.derivation.explain import Explanation
    from gradcli.derivation.notation.steps import Derivation
    from gradcli.output.diagrams.drawing import Drawing
    from gradcli.output.notebook import Page

Source = str | Program

RUN_OPTIONS = Request.__match_args__[2:]
"""The options of a run: what is asked for beside values and variables."""


class Gradient(Frozen):
    """A value with its gradient.

    Attributes:
        value: The value of the output.
        gradient: ∂output/∂variable by name, zeros where the output does not depend on it.
        tape: The run.
    """

    value: Value
    gradient: Mapping[str, Value]
    tape: Tape

    def __getitem__(self, name: str) -> Value:
        """The derivative by a variable.

        Raises:
            GradcliError: It is none that was differentiated by.
        """
        if name not in self.gradient:
            raise UnknownVariableError(name, list(self.gradient), "gradient: ")
        return self.gradient[name]

    def __repr__(self) -> str:
        named = [f"{name}={value!r}" for name, value in self.gradient.items()]
        return f"Gradient({', '.join([f'value={self.value!r}', *named])})"


def grad(program: Source, bindings: Values | None = None, wrt: Names | None = None, **named: Any) -> Gradient:
    """The value of a program and its gradient: ``grad("x^2*y", x=3, y=2)``.

    Args:
        program: The program, or its text.
        bindings: The value of each variable: a number, a list, or an array of NumPy.
        wrt: The variables to differentiate by, ``"w"`` or ``["x", "w"]``; None for all.
        named: Further values by name, and options of :func:`record`.

    Raises:
        GradcliError: As :func:`record`, or the output is an array and no cotangent is given.
    """
    tape = record(program, bindings, wrt, **named)
    if tape.requires_grad[tape.output] and tape.adjoints[tape.output] is None:
        shape = shape_text(tape.graph.shape(tape.output))
        hint = "take a sum(...) of it, give cotangent= of that shape, or call gradcli.jacobian"
        raise GradcliError(f"the output has the shape {shape}, and a gradient is of one number", hint=hint)
    return Gradient(tape.value, tape.full_gradient, tape)


def record(program: Source, bindings: Values | None = None, wrt: Names | None = None, **named: Any) -> Tape:
    """Run a program forward and backward: ``record("x*w", x=2, w=1)``.

    Args:
        program: The program, or its text.
        bindings: The value of each variable: a number, a list, or an array of NumPy.
        wrt: The variables that require gradients, ``"w"`` or ``["x", "w"]``; None for all.
        named: Further values by name, and options, which are the fields of :class:`gradcli.autodiff.request.Request`:
            ``mode="static"``, ``dtype="float32"``, ``retain_grad=["a"]``, ``cotangent=``, ``max_nodes=``, ...

    Raises:
        GradcliError: A variable has no value, a name is not used, or the program is wrong; exit code 4 where the graph would
            exceed a limit.
    """
    from gradcli.autodiff.runs.program_run import recorded

    options, values = _separated(bindings, named, RUN_OPTIONS)
    for option in ("feed", "cotangent"):
        if options.get(option) is not None:
            given = options[option]
            options[option] = values_of(given) if isinstance(given, Mapping) else value_of(option, given)
    with reading(program, RUN_OPTIONS) as read:
        return recorded(read, Request(values, names_of(wrt), **options))


def outline(
    program: Source,
    wrt: Names | None = None,
    *,
    shapes: Mapping[str, Shape] | None = None,
    cotangent: Any = None,
    max_nodes: int = DEFAULT_MAX_NODES,
) -> Tape:
    """The run of a program whose variables have no values, for derivations in symbols.

    Args:
        program: The program, or its text.
        wrt: The variables to differentiate by; None for all.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.
        cotangent: The adjoint of an output that is an array.
        max_nodes: The limit on the size of the graph.

    Raises:
        GradcliError: As :func:`record`, or a shape is of no variable.
    """
    from gradcli.autodiff.runs import program_run

    seed = None if cotangent is None else value_of("cotangent", cotangent)
    with reading(program) as read:
        return program_run.outline(read, names_of(wrt), shapes=shapes, cotangent=seed, max_nodes=max_nodes)


def derive(
    source: Tape | Source, bindings: Values | None = None, wrt: Names | None = None, *, every_step: bool = False, **named: Any
) -> Derivation:
    """The chain-rule derivation of a gradient, step by step: ``derive("x*w", x=2, w=1)``.

    Args:
        source: A run, or a program or its text; without any values the derivation is in symbols.
        bindings: The value of each variable of a program; so are those by name.
        wrt: The variables to differentiate by; None for all.
        every_step: Whether steps are shown one by one that usually are one, and each local derivative with its reason.
        named: As for :func:`record`.

    Raises:
        GradcliError: As :func:`record`.
    """
    from gradcli.derivation.nodes import chain_rule

    return chain_rule.derive(_tape(source, bindings, wrt, named), every_step=every_step)


def explain(program: Source, bindings: Values | None = None, wrt: Names | None = None, **named: Any) -> Explanation:
    """Explain a gradient: ``explain("x^x", x=2, by="rules")``.

    Args:
        program: The program, or its text.
        bindings: The value of each variable; without any the explanation is in symbols.
        wrt: The variables to differentiate by; None for all.
        named: Further values by name, and options of :func:`gradcli.derivation.explain.explain`: ``by="nodes"``, ``"paths"`` or
            ``"rules"``, ``steps="brief"``, ``"normal"`` or ``"full"``, ``mode``, ``shapes``, ``elements``, ``max_nodes``,
            ``max_paths``.

    Raises:
        GradcliError: As :func:`record`; exit code 4 beyond a limit.
        ValueError: ``by`` or ``steps`` is none of those above.
    """
    from gradcli.derivation import explain as explanations

    known = _options(explanations.explain)
    options, values = _separated(bindings, named, known)
    with reading(program, known):
        return explanations.explain(program, values, names_of(wrt), **options)


def diff(
    program: Source, *variables: str, assume: Assumptions | str | None = None, shapes: Mapping[str, Shape] | None = None
) -> Simplified:
    """A derivative of a program's output, simplified: ``diff("x^3", "x", "x")`` is of order 2.

    Args:
        program: The program, or its text; its variables need no values.
        variables: What to differentiate by, one after the other; may be left out where there is one variable.
        assume: What is assumed of variables: ``"x > 0"``; None for nothing.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.

    Returns:
        One expression, of the shape of the last variable; by one that the output does not depend on it is 0.

    Raises:
        GradcliError: A name or a function of the program is wrongly used, or an operation has no derivative.
    """
    from gradcli.algebra import derivatives

    with reading(program) as read:
        if not variables:
            variables = tuple(outline(read).graph.variables)
            if len(variables) != 1:
                hint = f'name one: gradcli.diff(..., "{variables[0]}")' if variables else ""
                raise GradcliError(f"the expression has {len(variables)} variables to differentiate by", hint=hint)
        return derivatives.diff(read, *(names_of(variables) or ()), assume=assume, shapes=shapes)


def simplify(
    program: Source, *, assume: Assumptions | str | None = None, shapes: Mapping[str, Shape] | None = None
) -> Simplified:
    """A program's outputs as simplified expressions, never longer than they were: ``simplify("x*x*x")``.

    Args:
        program: The program, or its text; its variables need no values.
        assume: What is assumed of variables: ``"x > 0"``; None for nothing.
        shapes: The shapes of the variables that are arrays: ``{"A": (3, 4)}``; the others are numbers.

    Raises:
        GradcliError: A name or a function of the program is wrongly used.
    """
    from gradcli.algebra import derivatives

    with reading(program) as read:
        return derivatives.simplify(read, assume=assume, shapes=shapes)


def jvp(source: Tape | Source, direction: Values, bindings: Values | None = None, **named: Any) -> Value:
    """The Jacobian-vector product, by one pass of forward mode: ``jvp("x*w", {"x": 1}, x=2, w=3)``.

    Args:
        source: A run, or a program or its text.
        direction: The tangent of each variable that moves, of its shape; the others stand still.
        bindings: The value of each variable of a program; so are those by name.
        named: As for :func:`record`.

    Returns:
        The tangent of the output, in its shape.

    Raises:
        GradcliError: As :func:`record`, or the direction names no variable or has another shape.
    """
    from gradcli.autodiff.passes import tangent

    return tangent.jvp(_tape(source, bindings, None, named, symbolic=False), values_of(direction))


def vjp(
    source: Tape | Source, cotangent: Any, wrt: Names | None = None, bindings: Values | None = None, **named: Any
) -> dict[str, Value]:
    """The vector-Jacobian product, by one pass of reverse mode; arguments as for :func:`jvp`.

    Args:
        source: A run, or a program or its text.
        cotangent: The adjoint of the output, of its shape.
        wrt: The variables; those of the run where left out.
        bindings: The value of each variable of a program; so are those by name.
        named: As for :func:`record`.

    Raises:
        GradcliError: As :func:`record`, or the cotangent has another shape.
    """
    from gradcli.autodiff.passes import jacobian

    return jacobian.vjp(_tape(source, bindings, None, named, symbolic=False), value_of("cotangent", cotangent), names_of(wrt))


def jacobian(
    source: Tape | Source,
    wrt: Names | None = None,
    bindings: Values | None = None,
    *,
    by: str = "auto",
    max_elements: int | None = None,
    **named: Any,
) -> Jacobian:
    """The derivatives of every output: ``jacobian("x*w; x + w", x=2, w=3)``.

    Args:
        source: A run, or a program or its text.
        wrt: The variables to differentiate by; those of the run where left out.
        bindings: The value of each variable of a program; so are those by name.
        by: ``forward``, ``reverse``, or ``auto`` for what takes fewer passes.
        max_elements: The most elements that it may have.
        named: As for :func:`record`.

    Raises:
        GradcliError: As :func:`record`.
    """
    from gradcli.autodiff.passes import jacobian as passes

    return passes.jacobian(_tape(source, bindings, None, named, symbolic=False), names_of(wrt), by=by, max_elements=max_elements)


def hessian(
    source: Tape | Source,
    wrt: Names | None = None,
    bindings: Values | None = None,
    *,
    max_elements: int | None = None,
    **named: Any,
) -> Hessian:
    """The second derivatives of an output that is a number; arguments as for :func:`jacobian`."""
    from gradcli.autodiff.passes import jacobian as passes

    return passes.hessian(_tape(source, bindings, None, named, symbolic=False), names_of(wrt), max_elements=max_elements)


def draw(source: Tape | Source, bindings: Values | None = None, wrt: Names | None = None, **named: Any) -> Drawing:
    """Draw a graph: ``draw("x*w", x=2, w=1, view="both").save("graph.svg")``; a notebook shows it.

    Args:
        source: A run, or a program or its text; without any values it is drawn without numbers.
        bindings: The value of each variable of a program; so are those by name.
        wrt: The variables to differentiate by; None for all.
        named: As for :func:`record`, and options of :func:`gradcli.output.diagrams.drawing.draw`: ``title``, ``view``,
            ``direction``, ``depth``, ``most``.

    Raises:
        GradcliError: As :func:`record`.
    """
    from gradcli.output.diagrams import drawing

    options = {name: named.pop(name) for name in _options(drawing.draw) if name in named}
    if isinstance(source, str):
        options.setdefault("title", source)
    return drawing.draw(_tape(source, bindings, wrt, named), **options)


def page(
    source: Tape | Source, bindings: Values | None = None, wrt: Names | None = None, *, height: int = 640, **named: Any
) -> Page:
    """The page of a run, in a notebook's cell or as a file: both passes step by step, and inputs to change.

    Args:
        source: A run, or a program or its text.
        bindings: The value of each variable of a program; so are those by name.
        wrt: The variables to differentiate by; None for all.
        height: The height in a cell, in pixels.
        named: As for :func:`draw`.

    Raises:
        GradcliError: As :func:`record`.
    """
    from gradcli.output.notebook import Page

    return Page(draw(source, bindings, wrt, **named), height)


# ---- what the functions share ----


def _tape(
    source: Tape | Source, bindings: Values | None, wrt: Names | None, named: Mapping[str, Any], *, symbolic: bool = True
) -> Tape:
    """The run of a source; one without values where there are none.

    Raises:
        GradcliError: A run is given values.
    """
    if isinstance(source, Tape):
        if bindings or named or wrt is not None:
            what = ", ".join([*(bindings or {}), *named]) or "wrt"
            raise GradcliError(
                f"a run has its values already, and {what} is given", hint="give the expression instead of the run"
            )
        return source
    options, values = _separated(bindings, named, RUN_OPTIONS)
    if symbolic and not values and options.keys() <= set(_options(outline)):
        with contextlib.suppress(NoValueError):
            return record(source, None, wrt, **named)
        return outline(source, wrt, **options)
    return record(source, bindings, wrt, **named)


def _options(function: Callable[..., object]) -> Collection[str]:
    """The options of a function: its arguments by name alone."""
    return tuple(getattr(function, "__kwdefaults__", ()))


def _separated(
    bindings: Values | None, named: Mapping[str, Any], options: Collection[str]
) -> tuple[dict[str, Any], dict[str, Value]]:
    """Options, and values of variables.

    Raises:
        GradcliError: A value is given twice, or is none.
    """
    for name in bindings or {}:
        if not isinstance(name, str):
            raise GradcliError(f"{name!r} is no name of a variable", hint='for example {"x": 2.0}')
        if name in named and name not in options:
            raise GradcliError(f"{name} is given twice", hint="leave it out of the mapping, or of the keywords")
    for option, choices in {"mode": MODES, "dtype": DTYPES}.items():
        if named.get(option, choices[0]) not in choices:
            raise GradcliError(f"{option} is {' or '.join(choices)}, not {named[option]!r}")
    values = {**(bindings or {}), **{name: value for name, value in named.items() if name not in options}}
    for name, value in values.items():
        if isinstance(value, str) and name in named and (near := nearest(name, options)):
            raise GradcliError(f"there is no option {name}", hint=f"did you mean {near}?")
    return {name: value for name, value in named.items() if name in options}, values_of(values)


@contextlib.contextmanager
def reading(program: Source, options: Collection[str] = ()) -> Iterator[Program]:
    """A program; errors inside name its text, and say what to write in Python."""
    if not isinstance(program, str | Program):
        hint = 'give the text of an expression, "x*w", or what gradcli.parse returns'
        raise GradcliError(f"{type(program).__name__} is no expression", hint=hint)
    try:
        with located(program, "expression") if isinstance(program, str) else contextlib.nullcontext():
            yield parse(program) if isinstance(program, str) else program
    except GradcliError as error:
        from gradcli.ops.words import in_python

        if isinstance(error, NoValueError):
            name = error.message.removeprefix("no value for ").partition(",")[0].partition(" ")[0]
            error.hint = f"give each one a value: {name}=1.0"
        elif isinstance(error, UnknownVariableError) and (near := nearest(error.name, options)) and not error.near:
            error.hint = f"did you mean the option {near}? {error.hint}"
        in_python(error, program)
        raise


def _written(name: str, record: object) -> str | None:
    """A record as a notebook shows it; what writes it is loaded when one is shown."""
    from gradcli.output import notebook

    write: Callable[[object], str | None] = getattr(notebook, name)
    return write(record)


WRITERS.update({kind: functools.partial(_written, kind) for kind in ("text", "latex", "svg", "markdown")})
