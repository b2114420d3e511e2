"""Start-up: one call in a shell loop, against the same as a one-liner of each peer."""

from __future__ import annotations

from contest import Contest, Count, Setting, json_numbers, nothing

_FUNCTION = "(x+w)*(w+1)"

_SYMENGINE = (
    f"from symengine import symbols; x, w = symbols('x w'); y = {_FUNCTION}; at = {{x: 2, w: 1}}; "
    "print(y.subs(at), y.diff(w).subs(at))"
)

_PEERS = [
    ("symengine", 0.5, _SYMENGINE),
    # SymEngine loads NumPy where it finds it, which takes more time than all the rest of its start.
    ("symengine, no numpy", 0.5, f"import sys; sys.modules['numpy'] = None; {_SYMENGINE}"),
    (
        "casadi",
        None,
        f"import casadi as c; x, w = c.SX.sym('x'), c.SX.sym('w'); y = {_FUNCTION}; "
        "print(*c.Function('f', [x, w], [y, c.gradient(y, w)])(2, 1))",
    ),
    ("autograd", None, f"from autograd import value_and_grad; print(*value_and_grad(lambda w, x: {_FUNCTION})(1.0, 2.0))"),
    (
        "sympy",
        0.1,
        f"from sympy import symbols; x, w = symbols('x w'); y = {_FUNCTION}; at = {{x: 2, w: 1}}; "
        "print(y.subs(at), y.diff(w).subs(at))",
    ),
    (
        "torch",
        0.1,
        f"import torch; x, w = torch.tensor(2.0), torch.tensor(1.0, requires_grad=True); y = {_FUNCTION}; y.backward(); "
        "print(y.item(), w.grad.item())",
    ),
]


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload. An empty Python program shows what no Python program can be faster than."""
    call = ["eval", _FUNCTION, "--x", "2", "--w", "1", "--wrt", "w"]
    python = setting.one_liner("python -c pass", "pass", target=5.0)
    return [
        Contest(
            f"start-up: {_FUNCTION} and its derivative by w, at x = 2, w = 1",
            [setting.ours("--json", *call, "--json", read=json_numbers), setting.ours("-q", *call, "-q")],
            [python, *(setting.one_liner(name, program, name.partition(",")[0], target) for name, target, program in _PEERS)],
            runs=15,
        ),
        Contest("start-up: the version", [setting.ours("--version", "--version", read=nothing)], [python], runs=15),
    ]
