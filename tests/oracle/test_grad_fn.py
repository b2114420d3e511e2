"""``grad_fn``, the backward graph below it, ``is_leaf`` and ``requires_grad`` are those that PyTorch was measured to have.

In a text x, w and b are tensors that require gradients, c is one that does not. {v} stands for a stacked vector of x, w and b,
whose node of stacking the chain of a measured vector does not have.
"""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from support import oracle, run

from gradcli.autodiff.runs.program_run import record
from gradcli.language.parser import parse
from gradcli.language.statements import free_names

ROWS = oracle("torch_grad_fn.json")
POINT = {"x": 0.3, "w": 0.7, "b": 0.9, "c": 0.6}

VECTOR = "x, w, b"
STACKED = "StackBackward0(AccumulateGrad, AccumulateGrad, AccumulateGrad)"

SAME_TEXT = (
    "x + w|x + 1|1 + x|x - w|x - 1|1 - x|x * w|2 * x|x * x|x / w|x / 2|1 / x|-x|+x|x ** 2|x ** w|2 ** x|square(x)|x ** 1|x ** 0|"
    "x ** 0.5|x ** -1|x % w|x % 2|fmod(x,w)|fmod(x,2)|x > w|atan2(x,w)|hypot(x,w)|logaddexp(x,w)|xlogy(x,w)|copysign(x,w)|"
    "polygamma(1,x)|clamp(x,0,1)|clamp(x,min=0)|maximum(x,w)|minimum(x,w)|max(x,w)|min(x,w)"
)
UNARY = (
    "reciprocal abs sign sqrt rsqrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh "
    "atanh sigmoid logit erf erfc erfinv floor ceil round trunc frac sinc lgamma digamma deg2rad rad2deg i0 nan_to_num relu "
    "relu6 leaky_relu elu selu celu gelu silu mish softplus softsign hardtanh hardsigmoid hardswish logsigmoid tanhshrink "
    "softshrink hardshrink"
)
REDUCTIONS = ("max", "min", "amax", "amin", "median", "sum", "mean", "prod", "var", "std", "norm")
LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy")

EXPRESSIONS = {
    **{text: text for text in SAME_TEXT.split("|")},
    **{f"{name}(x)": f"{name}(x)" for name in UNARY.split()},
    **{f"{name}(v)": f"{name}({{v}})" for name in REDUCTIONS},
    **{name: f"{name}(x, c)" for name in LOSSES},
    **{name: f"{name}(x, w)" for name in ("fmax", "fmin", "floor_divide")},
    "rsub(x,1)": "1 - x",
    "tensor(1.) - x": "c - x",
    "tensor(1.) / x": "c / x",
    "x ** const tensor": "x ** c",
    "tensor(2.) ** x": "c ** x",
    "addcmul": "addcmul(x, w, b)",
    "lerp": "lerp(x, w, 0.5)",
    "threshold": "threshold(x, 0.1, 20)",
    "gelu tanh": "gelu_tanh(x)",
    "clamp_min": "clamp_min(x, 0)",
    "clamp tensor bounds": "clamp(x, w, b)",
    "where(c,v,u)": "where(x > 0, x, w)",
    "where(c,v,0)": "where(x > 0, x, 0)",
    "v.norm()": "norm({v})",
    "linalg.norm(v)": "norm({v})",
    "linalg.vector_norm(v)": "norm({v})",
    "logsumexp": "logsumexp({v})",
    "bce_with_logits": "binary_cross_entropy_with_logits(x, c)",
    "constant": "c",
    "leaf": "x",
    "const*const": "c * c",
}

ARRAYS = {
    "prelu": "prelu(v, x)", "softmax(v)": "softmax(v, 0)", "log_softmax(v)": "log_softmax(v, 0)", "glu": "glu(u)",
    "max(v,dim)": "max(v, axis=0)", "min(v,dim)": "min(v, axis=0)", "argmax(v)": "argmax(v)", "sort(v)": "sort(v)",
    "topk(v)": "topk(v, 2)", "masked_fill": "masked_fill(v, v > 0, 0)", "sum(M,dim)": "sum(M, axis=0)",
    "mean(M,dim)": "mean(M, axis=0)", "prod(M,dim)": "prod(M, axis=0)", "norm(v,1)": "norm(v, ord=1)",
    "linalg.norm(M)": "norm(M)", "linalg.matrix_norm(M)": "norm(M, axis=[0, 1])", "dist": "dist(v, w)",
    "cumsum": "cumsum(v, 0)", "cumprod": "cumprod(v, 0)",
    "logcumsumexp": "logcumsumexp(v, 0)", "cummax": "cummax(v, 0)", "A @ B (2d,2d)": "A @ B", "mm": "mm(A, B)",
    "matmul 2d": "matmul(A, B)", "A @ v (2d,1d)": "A @ v", "v @ B (1d,2d)": "v @ B", "v @ u (1d,1d)": "v @ w", "dot": "dot(v, w)",
    "inner": "inner(v, w)", "vdot": "vdot(v, w)", "outer": "outer(v, w)", "bmm": "bmm(X, Y)", "matmul 3d": "X @ Y",
    "addmm": "addmm(C, A, B)", "F.linear 2d bias": "linear(D, A, b)", "F.linear 1d bias": "linear(v, A, b)",
    "F.linear 2d nobias": "linear(D, A)", "trace": "trace(S)", "det": "det(S)", "torch.det": "det(S)", "logdet": "logdet(S)",
    "slogdet": "logabsdet(S)", "inv": "inv(S)", "solve": "solve(S, v)", "cross": "cross(v, w)", "diag(v)": "diag(v)",
    "diagonal(S)": "diagonal(S)", "triu": "triu(S)", "tril": "tril(S)", "kron": "kron(A, B)",
    "cosine_similarity": "cosine_similarity(v, w, axis=0)", "matrix_exp": "matrix_exp(S)", "matrix_power": "matrix_power(S, 2)",
    "conv1d bias": "conv1d(L, K, p)", "conv1d": "conv1d(L, K)", "conv1d unbatched": "conv1d(L[0], K)", "conv2d": "conv2d(P, Q)",
    "conv2d unbatched": "conv2d(P[0], Q)", "conv2d padding='same'": "conv2d(P, Q, padding=same)",
    "max_pool1d": "max_pool1d(L, 2)", "max_pool2d": "max_pool2d(P, 2)", "avg_pool1d": "avg_pool1d(L, 2)",
    "avg_pool2d": "avg_pool2d(P, 2)",
    "adaptive_avg_pool2d(1)": "mean(P, axis=[2, 3], keepdims=True)", "pad": "pad(v, [1, 1])", "batch_norm": "batch_norm(E)",
    "layer_norm": "layer_norm(M, normalized_shape=3)", "embedding": "embedding([0, 1], B)", "v[0]": "v[0]", "v[0:2]": "v[0:2]",
    "v[-1]": "v[-1]", "v[:]": "v[:]", "v[...]": "v[...]", "v[::2]": "v[::2]", "M[0,1]": "M[0, 1]", "M[:,1]": "M[:, 1]",
    "M[0]": "M[0]", "v[[0,2]]": "v[[0, 2]]", "v[None]": "v[None]", "index_select": "index_select(v, [1], 0)",
    "gather": "gather(v, [1], 0)", "take": "take(v, [1])", "reshape contiguous": "reshape(M, 3, 2)", "view": "view(M, 3, 2)",
    "reshape same shape": "reshape(M, 2, 3)", "flatten": "flatten(M)", "ravel": "ravel(M)", "M.T": "M.T", "M.mT": "transpose(M)",
    "transpose(M,0,1)": "transpose(M, 0, 1)", "permute": "permute(M, 1, 0)", "movedim": "movedim(M, 0, 1)",
    "swapaxes": "swapaxes(M, 0, 1)", "cat": "cat(v, w)", "stack": "stack(v, w)", "stack of scalars": "stack(x, y)",
    "hstack": "hstack(v, w)", "vstack": "vstack([v, w])", "unsqueeze": "unsqueeze(v, 0)", "squeeze": "squeeze(R)",
    "squeeze(0)": "squeeze(R, 0)", "expand": "expand(v, 2, 3)", "broadcast_to": "broadcast_to(v, [2, 3])",
    "repeat": "repeat(v, 2)", "tile": "tile(v, 2)", "repeat_interleave": "repeat_interleave(v, 2)", "flip": "flip(v, 0)",
    "roll": "roll(v, 1)",
    "diff": "v[1:] - v[:-1]", "broadcast add M+v": "M + v", "broadcast mul M*x": "M * x",
    "cross_entropy 1d": "cross_entropy(v, 1)", "cross_entropy 2d": "cross_entropy(M, [0, 2])", "nll_loss": "nll_loss(M, [0, 2])",
    "kl_div": "kl_div(v, t, reduction=sum)", "ones_like": "ones_like(x)", "clone": "clone(v)", "detach": "detach(v)",
    **{name: f"{name.split('(')[0]}(v)" for name in (
        "max(v)", "min(v)", "amax(v)", "amin(v)", "median(v)", "sum(v)", "mean(v)", "prod(v)", "var(v)", "std(v)", "norm(v)",
        "logsumexp",
    )},
    "v.norm()": "norm(v)", "linalg.norm(v)": "norm(v)", "linalg.vector_norm(v)": "norm(v)",
}  # fmt: skip
"""What the language writes for a measured call on arrays; {v} of ``EXPRESSIONS`` again on a vector, which no stacking makes."""

SHAPES: dict[str, tuple[int, ...]] = {
    "x": (), "y": (), "v": (3,), "w": (3,), "u": (4,), "t": (3,), "M": (2, 3), "A": (2, 3), "B": (3, 2), "C": (2, 2), "b": (2,),
    "S": (3, 3), "X": (4, 2, 3), "Y": (4, 3, 2), "L": (1, 1, 5), "K": (1, 1, 3), "p": (1,), "P": (1, 1, 4, 4), "Q": (1, 1, 3, 3),
    "R": (1, 3), "D": (4, 3), "E": (4, 2),
}  # fmt: skip

NO_GRADIENT = {"t"}
"""Variables that are tensors without requires_grad."""

OUTER = {"conv1d unbatched": "SelectBackward0(AccumulateGrad)", "conv2d unbatched": "SelectBackward0(AccumulateGrad)"}
"""What stands in our chain for a leaf of the measured one, since the test takes a part of a larger array."""

NOT_OF_THE_LANGUAGE = {
    "PyTorch has no derivative": ["x // w", "heaviside(x,w)"],
    "there is neither a switch in the language that turns recording off, nor a second type of numbers": [
        "no_grad", "to(float64)", "double()",
    ],
    "complex numbers": ["complex abs", "real"],
    "in-place operations": ["add_", "mul_", "exp_", "setitem", "setitem tensor", "zero_"],
    "random": ["dropout"],
    "the shape of the result depends on values": ["masked_select", "v[mask]"],
    "it gives several arrays, where an expression has one value; parts are written v[0], v[0:2]": ["split", "chunk", "unbind"],
    "values do not lie in memory: rows and columns are alike": [
        "contiguous (already)", "reshape noncontig", "M.t()",
    ],
    "its argument is a text": ["einsum ij,jk->ik"],
    "convolutions over three axes, transposed ones, and their windows as a matrix": ["conv3d", "conv_transpose1d", "unfold"],
}  # fmt: skip


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", [row for row in ROWS if row["op"] in EXPRESSIONS], ids=lambda row: row["op"])
def test_the_backward_graph(row: dict[str, Any], mode: str) -> None:
    text = EXPRESSIONS[row["op"]].format(v=VECTOR)
    used = {name: POINT[name] for name in free_names(parse(text))}
    tape = run(text, used, wrt=[name for name in used if name != "c"], mode=mode)
    assert tape.grad_fn(tape.output) == row["grad_fn"]
    assert tape.is_leaf(tape.output) == row["is_leaf"]
    assert tape.requires_grad[tape.output] == row["requires_grad"]
    if row["is_leaf"]:
        return
    chain = tape.chain(tape.output)
    assert chain is not None
    if "{v}" in EXPRESSIONS[row["op"]]:
        assert STACKED in chain
        chain = chain.replace(STACKED, "AccumulateGrad")
    assert chain == row["chain"]


@pytest.mark.parametrize("mode", ["dynamic", "static"])
@pytest.mark.parametrize("row", [row for row in ROWS if row["op"] in ARRAYS], ids=lambda row: row["op"])
def test_the_backward_graph_of_arrays(row: dict[str, Any], mode: str) -> None:
    text = ARRAYS[row["op"]]
    used = {name: array_at(SHAPES[name]) for name in free_names(parse(text))}
    tape = record(parse(text), used, mode=mode)
    graph = tape.graph
    cotangent = array_at(graph.shape(graph.output))
    tape = record(parse(text), used, [name for name in used if name not in NO_GRADIENT], mode=mode, cotangent=cotangent)
    assert list(graph.shape(graph.output)) == row["output_shape"]
    assert tape.grad_fn(tape.output) == row["grad_fn"]
    assert tape.is_leaf(tape.output) == row["is_leaf"]
    assert tape.requires_grad[tape.output] == row["requires_grad"]
    if not row["is_leaf"]:
        chain = tape.chain(tape.output)
        assert chain is not None
        assert chain.replace(OUTER.get(row["op"], "AccumulateGrad"), "AccumulateGrad") == row["chain"]


def array_at(shape: tuple[int, ...]) -> Any:
    """Some positive numbers in a shape; a square matrix of them is not singular."""
    return numpy.random.default_rng(len(shape)).uniform(0.1, 0.9, shape) if shape else 0.3


def test_no_row_is_forgotten() -> None:
    excused = [name for names in NOT_OF_THE_LANGUAGE.values() for name in names]
    assert not set(excused) & {*EXPRESSIONS, *ARRAYS}
    assert sorted({row["op"] for row in ROWS}) == sorted({*EXPRESSIONS, *ARRAYS, *excused})
