"""gradcli: computation graphs, reverse-mode differentiation and chain-rule derivations.

The functions of the command line as a Python API; each is loaded on first use::

    import gradcli

    gradcli.grad("x^2*y", x=3, y=2)     # Gradient(value=18.0, x=12.0, y=9.0)
    tape = gradcli.record("(x+w)*(w+1)", x=2, w=1, wrt="w")
    tape.value, tape.gradient           # 6.0, {'w': 5.0}
    gradcli.derive(tape).of("w")        # the chain-rule derivation, step by step
    gradcli.jvp(tape, {"x": 1.0})       # 2.0, by forward mode; gradcli.vjp, jacobian and hessian also take a tape
    gradcli.explain("x^x", by="rules")  # the same by the rules of calculus, in symbols
    gradcli.diff("sum((A @ x)^2)", "x", shapes={"A": (3, 4), "x": (4,)})  # in matrix form
    gradcli.batch_function("x^2*w")     # a function of columns: of pandas, Polars, Arrow, or NumPy
    gradcli.draw(tape).save("graph.svg")  # the graph; a notebook shows a tape and a drawing as a picture
    gradcli.plot("x^3 - 3x", x=(-3, 3))  # curves, contours; gradcli.descend goes down them
    gradcli.page(tape)                  # the page, in the cell of a notebook
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # as in gradcli.typing, which is not loaded for it

if TYPE_CHECKING:
    from gradcli.algebra.equality.equal import equal
    from gradcli.algebra.equality.verdict import Equality
    from gradcli.algebra.simplified import Simplified
    from gradcli.api import (
        Gradient,
        derive,
        diff,
        draw,
        explain,
        grad,
        hessian,
        jacobian,
        jvp,
        outline,
        page,
        record,
        simplify,
        vjp,
    )
    from gradcli.autodiff.passes.jacobian import Hessian, Jacobian
    from gradcli.autodiff.passes.tape import Tape
    from gradcli.autodiff.runs.element_run import element_tape
    from gradcli.data.batches import Batch, BatchFunction, batch_function
    from gradcli.derivation.explain import Explanation
    from gradcli.derivation.notation.steps import Derivation
    from gradcli.errors import GradcliError
    from gradcli.language.parser import parse
    from gradcli.language.text import to_text
    from gradcli.ops.words import read
    from gradcli.output.diagrams.drawing import Drawing
    from gradcli.output.notebook import Page
    from gradcli.plotting import Descent, Plot, descend, plot

_API = "gradcli.api"

_HOMES = {
    **dict.fromkeys(("Gradient", "derive", "diff", "draw", "explain", "grad", "hessian", "jacobian", "jvp", "outline"), _API),
    **dict.fromkeys(("page", "record", "simplify", "vjp"), _API),
    **dict.fromkeys(("Batch", "BatchFunction", "batch_function"), "gradcli.data.batches"),
    **dict.fromkeys(("Descent", "Plot", "descend", "plot"), "gradcli.plotting"),
    "Derivation": "gradcli.derivation.notation.steps",
    "Drawing": "gradcli.output.diagrams.drawing",
    "Equality": "gradcli.algebra.equality.verdict",
    "Explanation": "gradcli.derivation.explain",
    "GradcliError": "gradcli.errors",
    "Hessian": "gradcli.autodiff.passes.jacobian",
    "Page": "gradcli.output.notebook",
    "Jacobian": "gradcli.autodiff.passes.jacobian",
    "Tape": "gradcli.autodiff.passes.tape",
    "Simplified": "gradcli.algebra.simplified",
    "equal": "gradcli.algebra.equality.equal",
    "element_tape": "gradcli.autodiff.runs.element_run",
    "parse": "gradcli.language.parser",
    "read": "gradcli.ops.words",
    "to_text": "gradcli.language.text",
}

__all__ = [
    "Batch",
    "BatchFunction",
    "Derivation",
    "Descent",
    "Drawing",
    "Equality",
    "Explanation",
    "GradcliError",
    "Gradient",
    "Hessian",
    "Jacobian",
    "Page",
    "Plot",
    "Simplified",
    "Tape",
    "__version__",
    "batch_function",
    "derive",
    "descend",
    "diff",
    "draw",
    "element_tape",
    "equal",
    "explain",
    "grad",
    "hessian",
    "jacobian",
    "jvp",
    "outline",
    "page",
    "parse",
    "plot",
    "read",
    "record",
    "simplify",
    "to_text",
    "vjp",
]


def __getattr__(name: str) -> object:
    """Load a part of the API on first use, so that `import gradcli` costs next to nothing."""
    if name in _HOMES:
        from importlib import import_module

        import_module(_API)  # which also lets notebooks show what is returned
        found: object = getattr(import_module(_HOMES[name]), name)
        return found
    raise AttributeError(f"module 'gradcli' has no attribute {name!r}")


def __dir__() -> list[str]:
    """All names of the API, loaded or not."""
    return [*__all__, "__doc__", "__file__", "__path__"]
