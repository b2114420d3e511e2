"""gradcli: computation graphs, reverse-mode differentiation and chain-rule derivations.

The functions of the command line as a Python API; each is loaded on first use::

    import gradcli

    tape = gradcli.record(gradcli.parse("(x+w)*(w+1)"), {"x": 2, "w": 1}, wrt=["w"])
    tape.value, tape.gradient           # 6.0, {'w': 5.0}
    gradcli.derive(tape).of("w")        # the chain-rule derivation, step by step
    gradcli.jvp(tape, {"x": 1.0})       # 2.0, by forward mode; gradcli.vjp, jacobian and hessian also take a tape
    gradcli.explain("x^x", by="rules")  # the same by the rules of calculus, in symbols
    gradcli.diff(gradcli.parse("sum((A @ x)^2)"), "x", shapes={"A": (3, 4), "x": (4,)})  # in matrix form
    gradcli.draw(tape).save("graph.svg")  # the graph; a notebook shows a tape and a drawing as a picture
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gradcli.algebra.derivatives import Simplified, diff, simplify
    from gradcli.algebra.equality.equal import equal
    from gradcli.algebra.equality.verdict import Equality
    from gradcli.autodiff.passes.jacobian import Hessian, Jacobian, hessian, jacobian, vjp
    from gradcli.autodiff.passes.tangent import jvp
    from gradcli.autodiff.passes.tape import Tape
    from gradcli.autodiff.runs.element_run import element_tape
    from gradcli.autodiff.runs.program_run import outline, record
    from gradcli.derivation.explain import Explanation, explain
    from gradcli.derivation.nodes.chain_rule import derive
    from gradcli.derivation.notation.steps import Derivation
    from gradcli.errors import GradcliError
    from gradcli.language.parser import parse
    from gradcli.language.text import to_text
    from gradcli.ops.words import read
    from gradcli.output.diagrams.drawing import Drawing, draw

_HOMES = {
    "Derivation": "gradcli.derivation.notation.steps",
    "Drawing": "gradcli.output.diagrams.drawing",
    "Equality": "gradcli.algebra.equality.verdict",
    "Explanation": "gradcli.derivation.explain",
    "GradcliError": "gradcli.errors",
    "Hessian": "gradcli.autodiff.passes.jacobian",
    "Jacobian": "gradcli.autodiff.passes.jacobian",
    "Tape": "gradcli.autodiff.passes.tape",
    "Simplified": "gradcli.algebra.derivatives",
    "derive": "gradcli.derivation.nodes.chain_rule",
    "diff": "gradcli.algebra.derivatives",
    "draw": "gradcli.output.diagrams.drawing",
    "equal": "gradcli.algebra.equality.equal",
    "element_tape": "gradcli.autodiff.runs.element_run",
    "explain": "gradcli.derivation.explain",
    "hessian": "gradcli.autodiff.passes.jacobian",
    "jacobian": "gradcli.autodiff.passes.jacobian",
    "jvp": "gradcli.autodiff.passes.tangent",
    "outline": "gradcli.autodiff.runs.program_run",
    "parse": "gradcli.language.parser",
    "read": "gradcli.ops.words",
    "record": "gradcli.autodiff.runs.program_run",
    "simplify": "gradcli.algebra.derivatives",
    "to_text": "gradcli.language.text",
    "vjp": "gradcli.autodiff.passes.jacobian",
}

__all__ = [
    "Derivation",
    "Drawing",
    "Equality",
    "Explanation",
    "GradcliError",
    "Hessian",
    "Jacobian",
    "Simplified",
    "Tape",
    "__version__",
    "derive",
    "diff",
    "draw",
    "element_tape",
    "equal",
    "explain",
    "hessian",
    "jacobian",
    "jvp",
    "outline",
    "parse",
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

        value = getattr(import_module(_HOMES[name]), name)
        if name in ("Tape", "outline", "record"):
            from gradcli.autodiff.passes.tape import Tape

            Tape.picture = _svg
        return value
    raise AttributeError(f"module 'gradcli' has no attribute {name!r}")


def _svg(tape: Tape) -> str:
    """The graph of a run as a notebook shows it."""
    from gradcli.output.diagrams.drawing import draw

    return draw(tape).text("svg")
