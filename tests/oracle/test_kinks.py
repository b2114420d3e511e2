"""Values and gradients at kinks, poles and ties are those that PyTorch was measured to give.

``EXPRESSIONS`` says how our language writes a measured function of numbers, ``ARRAYS`` one of arrays, ``NOT_OF_THE_LANGUAGE`` why
it cannot. Every row is in one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from support import oracle, run, same

from gradcli.autodiff.runs.program_run import record
from gradcli.errors import GradcliError
from gradcli.language.parser import parse

ROWS = oracle("torch_kinks.json")

SAME_NAME = (
    "relu elu celu selu relu6 hardtanh hardsigmoid hardswish gelu silu softplus softsign logsigmoid abs sign floor ceil round "
    "trunc frac sinc sqrt rsqrt log log1p reciprocal asin acos acosh atanh tan logit exp sigmoid"
)
SAME_TEXT = (
    "clamp(x,0,1) clamp(x,min=0) clamp(x,max=0) clamp_min(x,0) maximum(x,x) where(x>0,x,0) where(x>=0,x,-x) where(x>0,log(x),0) "
    "where(x>0,sqrt(x),0) where(x!=0,sin(x)/x,1) (x>0)*x sqrt(x)**2 sqrt(x*x) sqrt(x**2) x*log(x) xlogy(x,x) 1/x x/x atan2(y,x) "
    "hypot(x,y) x/y xlogy(x,y) logaddexp(x,y) copysign(x,y) fmod(x,y) x**0 x**1 x**2 x**3 x**-1 x**0.5 x**1.5 x**-0.5 x**0.3333 "
    "x**y x**x 0**x 1**x 2**x (-2)**x (-1)**x"
)
EXPRESSIONS: dict[str, str | tuple[str, dict[str, float]]] = {
    # A vector v becomes the variables v0, v1, ...; {v} stands for all of them. A pair adds tensors without requires_grad.
    **{name: f"{name}(x)" for name in SAME_NAME.split()},
    **{name: f"{name}(x, y)" for name in ("maximum", "minimum", "fmax", "fmin")},
    **{text: text for text in SAME_TEXT.split()},
    "x % y": "x % y",
    "x % y at multiple": "x % y",
    "div floor": "floor_divide(x, y)",
    "leaky_relu(0.01)": "leaky_relu(x)",
    "softshrink(0.5)": "softshrink(x)",
    "hardshrink(0.5)": "hardshrink(x)",
    "threshold(0,0)": "threshold(x, 0, 0)",
    "prelu(a=0.25)": ("prelu({x}, a)", {"a": 0.25}),
    "clamp(x,2,1) min>max": "clamp(x, 2, 1)",
    "clamp(x,lo,hi) tensors": "clamp(x, lo, hi)",
    "clamp(x,lo,hi) tensors lo=hi=x": "clamp(x, lo, hi)",
    "maximum(x,0.)": ("maximum(x, c)", {"c": 0.0}),
    "x>0 (comparison)": "x > 0",
    "x**const tensor 2": ("x**c", {"c": 2.0}),
    "max(v) full reduction": "max({v}, -inf)",
    "min(v) full reduction": "min({v}, inf)",
    "amax(v) full reduction": "amax({v})",
    "amin(v) full reduction": "amin({v})",
    "median(v) full reduction": "median({v})",
    "linalg.vector_norm norm p=2": "norm({v})",
    "torch.norm(v)": "norm({v})",
    "sqrt(sum(v*v))": "sqrt(v0*v0 + v1*v1)",
    "std(v)": "std({v})",
    "std of one": "std({v})",
    "var(v)": "var({v})",
    "prod(v) one zero": "prod({v})",
    "prod(v) two zeros": "prod({v})",
    "logsumexp all -inf": "logsumexp({v})",
    "logsumexp ties": "logsumexp({v})",
    "logsumexp large": "logsumexp({v})",
    "bce(p,y=1) at p=0": ("binary_cross_entropy({p}, c)", {"c": 1.0}),
    "bce(p,y=1) at p=1": ("binary_cross_entropy({p}, c)", {"c": 1.0}),
    "hinge relu(1-x) at 1": "relu(1-x)",
}

ARRAYS = {
    "max(v) full reduction": "max(v)", "min(v) full reduction": "min(v)", "amax(v) full reduction": "amax(v)",
    "amin(v) full reduction": "amin(v)", "median(v) full reduction": "median(v)", "nanmedian(v) full reduction": "nanmedian(v)",
    "max(v,dim=0).values": "max(v, axis=0)", "min(v,dim=0).values": "min(v, axis=0)",
    "median(v,dim=0).values": "median(v, axis=0)", "amax(v,dim=0)": "amax(v, dim=0)", "sort(v).values[0]": "sort(v)[0]",
    "topk(v,1)": "topk(v, 1)", "cummax(v)": "cummax(v)",
    "max_pool1d(2)": "max_pool1d(v, 2)", "linalg.vector_norm norm p=2": "norm(v)", "torch.norm(v)": "norm(v)",
    "sqrt(sum(v*v))": "sqrt(sum(v*v))", "std(v)": "std(v)", "std of one": "std(v)", "var(v)": "var(v)",
    "prod(v) one zero": "prod(v)", "prod(v) two zeros": "prod(v)", "logsumexp all -inf": "logsumexp(v)",
    "logsumexp ties": "logsumexp(v)", "logsumexp large": "logsumexp(v)", "cumprod(v) with zero": "cumprod(v)",
    "softmax(v)[0]": "softmax(v)[0]", "log_softmax(v)[0]": "log_softmax(v)[0]", "linalg.norm(M) fro": "norm(M)",
    "normalize": "(v/clamp_min(norm(v, axis=0, keepdims=True), 1e-12))[0]", "dist(u,v)": "dist(u, v)",
    "cosine_similarity": "cosine_similarity(u, v, axis=0)", "l1_loss": "l1_loss(v, 0)", "smooth_l1_loss": "smooth_l1_loss(v, 0)",
    "huber_loss": "huber_loss(v, 0)", "mean of empty": "mean(v)", "sum of empty": "sum(v)", "prod of empty": "prod(v)",
    "det zero": "det(S)", "det singular true adjugate check: det of [[1,2],[2,4.0000001]]": "det(S)",
    **{f"linalg.vector_norm norm p={p}": f"norm(v, ord={p})" for p in ("0", "1", "3", "inf", "-inf")},
}  # fmt: skip
"""What the language writes where the arguments are vectors and matrices."""

ERRORS = {"max of empty": ("max(v)", "has no elements to compare"), "inv singular": ("inv(S)", "the matrix is singular")}
"""What is an error in PyTorch too."""

NOT_OF_THE_LANGUAGE = {
    "PyTorch has no derivative": ["heaviside(x,y)", "x//y"],
    "PyTorch gives 0 for a determinant that is not rough there: see test_structural": ["det singular"],
}


def scalars(values: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers under their names, those of a vector v under v0, v1, ..."""
    for name, value in values.items():
        for at, number in enumerate(value if isinstance(value, list) else [value]):
            yield (f"{name}{at}" if isinstance(value, list) else name), float(number)


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["function"] in EXPRESSIONS], ids=lambda row: f"{row['function']} at {row['point']}"
)
def test_value_gradient_and_grad_fn(row: dict[str, Any], mode: str) -> None:
    entry = EXPRESSIONS[row["function"]]
    text, constants = entry if isinstance(entry, tuple) else (entry, {})
    vectors = {name: [f"{name}{at}" for at in range(len(v))] for name, v in row["point"].items() if isinstance(v, list)}
    point = dict(scalars(row["point"]))
    expression = text.format(**{name: ", ".join(parts) for name, parts in vectors.items()})
    tape = run(expression, point | constants, wrt=list(point), mode=mode)
    [(_, value)] = scalars({"": row["forward"]})
    assert same(tape.value, value)
    assert tape.requires_grad[tape.output] == row["requires_grad"]
    assert tape.grad_fn(tape.output) == row["grad_fn"]
    if row["gradient"] is None:
        assert not any(tape.requires_grad[tape.output :])
    else:
        gradient = dict(scalars(row["gradient"]))
        assert tape.gradient.keys() == gradient.keys()
        assert all(same(tape.gradient[name], gradient[name]) for name in gradient), (tape.gradient, gradient)


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["function"] in ARRAYS], ids=lambda r: f"{r['function']} at {r['point']}"
)
def test_arrays(row: dict[str, Any], mode: str) -> None:
    point = {name: numpy.array(value, dtype=float) for name, value in row["point"].items()}
    value = numpy.array(row["forward"], dtype=float)
    program = parse(ARRAYS[row["function"]])
    cotangent = numpy.ones(value.shape) if value.ndim else 1.0
    tape = record(program, point, list(point), mode=mode, cotangent=cotangent)
    numpy.testing.assert_allclose(tape.value, value, rtol=1e-12)
    assert tape.requires_grad[tape.output] == row["requires_grad"]
    assert tape.grad_fn(tape.output) == row["grad_fn"]
    assert tape.gradient.keys() == row["gradient"].keys()
    for name, expected in row["gradient"].items():
        if expected is None:
            assert tape.gradient[name] is None
        else:
            numpy.testing.assert_allclose(tape.gradient[name], numpy.array(expected, dtype=float), rtol=1e-12)


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", [row for row in ROWS if row["function"] in ERRORS], ids=lambda row: row["function"])
def test_what_has_no_value(row: dict[str, Any], mode: str) -> None:
    text, message = ERRORS[row["function"]]
    assert "error" in row
    with pytest.raises(GradcliError, match=message) as caught:
        record(parse(text), {name: numpy.array(value, dtype=float) for name, value in row["point"].items()}, mode=mode)
    assert caught.value.span == (0, len(text))


def test_no_row_is_forgotten() -> None:
    excused = [name for names in NOT_OF_THE_LANGUAGE.values() for name in names]
    assert not set(excused) & {*EXPRESSIONS, *ARRAYS, *ERRORS}
    assert sorted({row["function"] for row in ROWS}) == sorted({*EXPRESSIONS, *ARRAYS, *ERRORS, *excused})
