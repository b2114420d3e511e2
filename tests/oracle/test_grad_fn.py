"""``grad_fn``, the backward graph below it, ``is_leaf`` and ``requires_grad`` are those that PyTorch was measured to have.

In a text x, w and b are tensors that require gradients, c is one that does not. {v} stands for a stacked vector of x, w and b,
whose node of stacking the chain of a measured vector does not have.
"""

from __future__ import annotations

from typing import Any

import pytest
from support import oracle, run

from gradcli.language.free_names import free_names
from gradcli.language.parser import parse

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

NOT_SCALAR = {
    "PyTorch has no derivative": ["x // w", "heaviside(x,w)"],
    "a one is a number here": ["ones_like"],
    "there is neither a switch in the language that turns recording off, nor a second type of numbers": [
        "no_grad", "detach", "to(float64)", "double()",
    ],
    "complex numbers": ["complex abs", "real"],
    "in-place operations": ["add_", "mul_", "exp_", "setitem", "setitem tensor", "zero_"],
    "random": ["dropout"],
    "it takes or gives an index, or elements of a vector": [
        "argmax(v)", "sort(v)", "topk(v)", "masked_fill", "masked_select", "v[0]", "v[0:2]", "v[-1]", "v[:]", "v[...]", "v[::2]",
        "M[0,1]", "M[:,1]", "M[0]", "v[[0,2]]", "v[mask]", "v[None]", "index_select", "gather", "take", "embedding", "unbind",
    ],
    "the result is a vector": [
        "prelu", "softmax(v)", "log_softmax(v)", "glu", "cumsum", "cumprod", "logcumsumexp", "cummax", "broadcast add M+v",
        "broadcast mul M*x", "clone", "contiguous (already)", "diff", "flip", "roll", "repeat", "tile", "repeat_interleave",
        "pad", "cat", "stack", "stack of scalars", "hstack", "vstack", "expand", "broadcast_to", "split", "chunk", "unsqueeze",
        "squeeze", "squeeze(0)", "cross", "diag(v)",
    ],
    "it works along a dimension of an array": [
        "max(v,dim)", "min(v,dim)", "sum(M,dim)", "mean(M,dim)", "prod(M,dim)", "batch_norm", "layer_norm", "cosine_similarity",
    ],
    "it takes two vectors, a norm of another order, or classes": [
        "norm(v,1)", "dist", "v @ u (1d,1d)", "dot", "inner", "vdot", "outer", "cross_entropy 1d", "cross_entropy 2d", "nll_loss",
        "kl_div",
    ],
    "it is about matrices": [
        "linalg.norm(M)", "linalg.matrix_norm(M)", "A @ B (2d,2d)", "mm", "matmul 2d", "A @ v (2d,1d)", "v @ B (1d,2d)", "bmm",
        "matmul 3d", "addmm", "F.linear 2d bias", "F.linear 1d bias", "F.linear 2d nobias", "einsum ij,jk->ik", "trace", "det",
        "torch.det", "logdet", "slogdet", "inv", "solve", "diagonal(S)", "triu", "tril", "kron", "matrix_exp", "matrix_power",
        "reshape contiguous", "reshape noncontig", "view", "reshape same shape", "flatten", "ravel", "M.T", "M.t()", "M.mT",
        "transpose(M,0,1)", "permute", "movedim", "swapaxes",
    ],
    "convolution and pooling": [
        "conv1d bias", "conv1d", "conv1d unbatched", "conv2d", "conv2d unbatched", "conv2d padding='same'", "conv3d",
        "conv_transpose1d", "max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "adaptive_avg_pool2d(1)", "unfold",
    ],
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


def test_no_row_is_forgotten() -> None:
    excused = [name for names in NOT_SCALAR.values() for name in names]
    assert sorted({row["op"] for row in ROWS}) == sorted([*EXPRESSIONS, *excused])
