"""Calls of the operations on arrays: each with its operands, its settings, and what PyTorch calls it.

An operand is a shape, whose elements are random, or a list of values. In the words of PyTorch the operands are a, b and c.
"""

from __future__ import annotations

from typing import Any

Case = tuple[str, tuple[Any, ...], dict[str, Any], str]

ROW = (2, 3)
CUBE = (2, 3, 4)
TIES = [[1.0, 3.0, 3.0], [3.0, 0.5, 3.0]]
ZEROS = [[2.0, 0.0, 3.0], [0.0, 0.0, 1.5], [1.0, 2.0, 3.0]]


def full(start: int | None = None, stop: int | None = None, step: int | None = None) -> tuple[Any, ...]:
    """A slice of an index."""
    return ("slice", start, stop, step)


def _reductions() -> list[Case]:
    cases: list[Case] = []
    names = {"sum": "a.sum", "mean": "a.mean", "prod": "a.prod", "amax": "a.amax", "amin": "a.amin"}
    names |= {"norm": "torch.linalg.vector_norm", "logsumexp": "torch.logsumexp", "var": "torch.var", "std": "torch.std"}
    for name, torch in names.items():
        call = f"{torch}(" if torch.startswith("a.") else f"{torch}(a, "
        every = "torch.logsumexp(a, tuple(range(a.ndim)))" if name == "logsumexp" else f"{call})"
        cases.append((f"reduce_{name}", ((5,),), {}, every))
        cases.append((f"reduce_{name}", (ROW,), {}, every))
        for shape, axis in ((ROW, 0), (ROW, -1), (CUBE, 1), (CUBE, -3)):
            cases.append((f"reduce_{name}", (shape,), {"axis": axis}, f"{call}dim={axis})"))
        cases.append((f"reduce_{name}", (CUBE,), {"axis": 1, "keepdims": True}, f"{call}dim=1, keepdim=True)"))
        if name != "prod":
            for pair in ((0, 2), (-1, -3), (1, 2)):
                cases.append((f"reduce_{name}", (CUBE,), {"axis": pair}, f"{call}dim={pair})"))
            cases.append((f"reduce_{name}", (CUBE,), {"axis": (0, -1), "keepdims": True}, f"{call}dim=(0, -1), keepdim=True)"))
    for name in ("var", "std"):
        cases.append((f"reduce_{name}", (ROW,), {"correction": 0}, f"torch.{name}(a, correction=0)"))
        cases.append((f"reduce_{name}", (CUBE,), {"axis": (1, 2), "correction": 2}, f"torch.{name}(a, dim=(1, 2), correction=2)"))
    return cases


def _extremes() -> list[Case]:
    cases: list[Case] = []
    for name in ("max", "min"):
        for operand in (ROW, TIES, (4,)):
            cases.append((f"reduce_{name}", (operand,), {}, f"torch.{name}(a)"))
            cases.append((f"reduce_{name}", (operand,), {"axis": -1}, f"torch.{name}(a, -1).values"))
        cases.append((f"reduce_{name}", (TIES,), {"axis": 0, "keepdims": True}, f"torch.{name}(a, 0, keepdim=True).values"))
        cases.append((f"reduce_{name}", (CUBE,), {"axis": (0, 2)}, f"torch.a{name}(a, (0, 2))"))
        cases.append((f"reduce_a{name}", (TIES,), {}, f"torch.a{name}(a)"))
        cases.append((f"reduce_a{name}", (TIES,), {"axis": 1}, f"torch.a{name}(a, 1)"))
        for operand in (TIES, CUBE):
            cases.append((f"arg{name}", (operand,), {}, f"torch.arg{name}(a)"))
            cases.append((f"arg{name}", (operand,), {"axis": -1}, f"torch.arg{name}(a, -1)"))
            cases.append((f"arg{name}", (operand,), {"axis": 0, "keepdims": True}, f"torch.arg{name}(a, 0, keepdim=True)"))
    return cases


def _special_reductions() -> list[Case]:
    return [
        ("reduce_prod", ([2.0, 0.0, 3.0],), {}, "a.prod()"),
        ("reduce_prod", ([2.0, 0.0, 0.0],), {}, "a.prod()"),
        ("reduce_prod", (ZEROS,), {"axis": 0}, "a.prod(0)"),
        ("reduce_prod", (ZEROS,), {"axis": 1, "keepdims": True}, "a.prod(1, keepdim=True)"),
        ("reduce_norm", ([0.0, 0.0],), {}, "torch.linalg.vector_norm(a)"),
        ("reduce_norm", ([[0.0, 0.0], [3.0, 4.0]],), {"axis": 1}, "torch.linalg.vector_norm(a, dim=1)"),
        ("reduce_std", ([1.0, 1.0],), {}, "torch.std(a)"),
        ("reduce_std", ([1.0],), {}, "torch.std(a)"),
        ("reduce_var", ([1.0],), {}, "torch.var(a)"),
        ("reduce_logsumexp", ([1000.0, 1000.0],), {}, "torch.logsumexp(a, 0)"),
        ("reduce_logsumexp", ([-float("inf"), -float("inf")],), {}, "torch.logsumexp(a, 0)"),
        ("reduce_logsumexp", ([-float("inf"), 1.0],), {}, "torch.logsumexp(a, 0)"),
    ]


def _scans() -> list[Case]:
    cases: list[Case] = []
    for shape, axis in (((5,), 0), (ROW, 0), (ROW, -1), (CUBE, 1)):
        for name in ("cumsum", "cumprod"):
            turned = f"torch.flip(torch.{name}(torch.flip(a, [{axis}]), {axis}), [{axis}])"
            cases.append((name, (shape,), {"axis": axis}, f"torch.{name}(a, {axis})"))
            cases.append((name, (shape,), {"axis": axis, "reverse": True}, turned))
    cases.append(("cumprod", (ZEROS,), {"axis": 1}, "torch.cumprod(a, 1)"))
    cases.append(("cumprod", (ZEROS,), {"axis": 0}, "torch.cumprod(a, 0)"))
    cases.append(("shift", ((5,),), {}, "F.pad(a, (1, -1))"))
    cases.append(("shift", (ROW,), {"steps": -2, "fill": 1}, "F.pad(a, (-2, 2), value=1.)"))
    cases.append(("shift", (ROW,), {"axis": 0, "steps": 1}, "F.pad(a, (0, 0, 1, -1))"))
    steps = "torch.stack([b[0], b[1] + a[1]*b[0], b[2] + a[2]*(b[1] + a[1]*b[0])])"
    cases.append(("recurrence", ((3,), (3,)), {}, steps))
    cases.append(("recurrence", ((3, 2), (3, 2)), {"axis": 0}, steps))
    back = "torch.stack([b[0] + a[0]*(b[1] + a[1]*b[2]), b[1] + a[1]*b[2], b[2]])"
    cases.append(("recurrence", ((3,), (3,)), {"reverse": True}, back))
    return cases


def _shapes() -> list[Case]:
    cases: list[Case] = [
        ("expand", ((3,),), {"shape": ROW}, "a.expand(2, 3)"),
        ("expand", ((2, 1),), {"shape": (4, 2, 3)}, "a.expand(4, 2, 3)"),
        ("expand", ((),), {"shape": ROW}, "a.expand(2, 3)"),
        ("expand", ((),), {"shape": 4}, "a.expand(4)"),
        ("sum_to", (CUBE,), {"shape": (3, 1)}, "a.sum_to_size(3, 1)"),
        ("sum_to", (CUBE,), {"shape": ()}, "a.sum()"),
        ("sum_to", (ROW,), {"shape": (1, 3)}, "a.sum_to_size(1, 3)"),
        ("sum_to", (ROW,), {"shape": (3,)}, "a.sum_to_size(3)"),
        ("reshape", (ROW,), {"shape": (3, 2)}, "a.reshape(3, 2)"),
        ("reshape", (CUBE,), {"shape": (-1, 4)}, "a.reshape(-1, 4)"),
        ("reshape", (ROW,), {"shape": 6}, "a.reshape(6)"),
        ("reshape", ((),), {"shape": (1, 1)}, "a.reshape(1, 1)"),
        ("reshape", ((1,),), {"shape": ()}, "a.reshape(())"),
        ("flatten", (ROW,), {}, "a.flatten()"),
        ("flatten", ((),), {}, "a.flatten()"),
        ("flatten", (CUBE,), {"start_axis": 1}, "a.flatten(1)"),
        ("flatten", (CUBE,), {"start_axis": 0, "end_axis": -2}, "a.flatten(0, -2)"),
        ("squeeze", ((1, 3, 1),), {}, "a.squeeze()"),
        ("squeeze", ((1, 3, 1),), {"axis": -1}, "a.squeeze(-1)"),
        ("squeeze", ((1, 3, 1),), {"axis": (0, 2)}, "a.squeeze((0, 2))"),
        ("squeeze", (ROW,), {"axis": 0}, "a.squeeze(0)"),
        ("unsqueeze", (ROW,), {}, "a.unsqueeze(0)"),
        ("unsqueeze", (ROW,), {"axis": -1}, "a.unsqueeze(-1)"),
        ("unsqueeze", ((),), {"axis": -1}, "a.unsqueeze(-1)"),
        ("transpose", (ROW,), {}, "a.mT"),
        ("transpose", (CUBE,), {}, "a.mT"),
        ("transpose", (CUBE,), {"axis0": 0, "axis1": 2}, "a.transpose(0, 2)"),
        ("permute", (ROW,), {}, "a.T"),
        ("permute", (CUBE,), {"axes": (2, 0, 1)}, "a.permute(2, 0, 1)"),
        ("permute", (CUBE,), {"axes": (-1, 0, -2)}, "a.permute(-1, 0, -2)"),
        ("stack", (ROW, ROW), {}, "torch.stack([a, b])"),
        ("stack", (ROW, ROW, ROW), {"axis": -1}, "torch.stack([a, b, c], -1)"),
        ("stack", ((), ()), {}, "torch.stack([a, b])"),
        ("stack", (ROW,), {"axis": 1}, "torch.stack([a], 1)"),
        ("cat", (ROW, (4, 3)), {}, "torch.cat([a, b])"),
        ("cat", (CUBE, CUBE, (2, 3, 1)), {"axis": -1}, "torch.cat([a, b, c], -1)"),
    ]
    return cases


def _indices() -> list[Case]:
    cases: list[Case] = []
    indices: list[tuple[Any, tuple[Any, ...], str]] = [
        ((5,), (0,), "0"),
        ((5,), (-1,), "-1"),
        ((5,), (full(1, 4),), "1:4"),
        ((5,), (full(),), ":"),
        ((5,), (full(None, None, 2),), "::2"),
        ((5,), (None,), "None"),
        ((5,), (None, full(-3, -1)), "None, -3:-1"),
        (ROW, (1,), "1"),
        (ROW, (0, 1), "0, 1"),
        (ROW, (full(), 1), ":, 1"),
        (ROW, (full(), full(0, 2)), ":, 0:2"),
        (ROW, (full(0, 1), 1), "0:1, 1"),
        (ROW, (full(0, 1), full(1, 9)), "0:1, 1:9"),
        (ROW, (full(), full()), ":, :"),
        (ROW, (0, None, full(0, 2)), "0, None, 0:2"),
        (CUBE, ("...", -1), "..., -1"),
        (CUBE, (0, full(), full(1, 3)), "0, :, 1:3"),
        (CUBE, (1, "...", full(None, None, 3)), "1, ..., ::3"),
        (CUBE, ("...",), "..."),
    ]
    for shape, entries, text in indices:
        cases.append(("index", (shape,), {"index": entries}, f"a[{text}]"))
    puts: list[tuple[Any, Any, tuple[Any, ...], str]] = [
        ((), (4,), (2,), "2"),
        ((3,), ROW, (0,), "0"),
        ((1, 2), ROW, (full(0, 1), full(None, None, 2)), "0:1, ::2"),
        ((2, 4), CUBE, (full(), -1), ":, -1"),
        ((1, 2), (2,), (None,), "None"),
    ]
    for part, shape, entries, text in puts:
        whole = (
            f"(lambda z: torch.autograd.grad(z[{text}], z, a, create_graph=True)[0])(torch.zeros({shape}, requires_grad=True))"
        )
        cases.append(("index_put", (part,), {"shape": shape, "index": entries}, whole))
    return cases


def _matrices() -> list[Case]:
    products = [((3,), (3,)), ((2, 3), (3, 4)), ((2, 3), (3,)), ((3,), (3, 4)), ((1, 3), (3, 1))]
    products += [((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (4,)), ((4,), (2, 4, 5))]
    products += [((1, 3, 4), (1, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((1, 3, 4), (2, 4, 5)), ((1, 3, 4), (4, 5)), ((3, 4), (1, 4, 5))]
    products += [((3,), (1, 3, 4)), ((5, 1, 3, 4), (2, 4, 6)), ((2, 2, 3, 4), (2, 4, 5)), ((1, 1, 3, 4), (2, 2, 4, 5))]
    products += [((3, 4), (2, 2, 4, 5)), ((2, 2, 3, 4), (4,)), ((3,), (2, 2, 3, 4)), ((2, 2, 3, 4), (1, 4, 5))]
    cases: list[Case] = [("matmul", pair, {}, "a @ b") for pair in products]
    cases += [
        ("dot", ((4,), (4,)), {}, "torch.dot(a, b)"),
        ("outer", ((3,), (2,)), {}, "torch.outer(a, b)"),
        ("diag", ((3,),), {}, "torch.diag(a)"),
        ("diag", ((3,),), {"offset": -1}, "torch.diag(a, -1)"),
        ("diag", ((3, 4),), {}, "torch.diag(a)"),
        ("diag", ((3, 4),), {"offset": 2}, "torch.diag(a, 2)"),
        ("diag", ((4, 3),), {"offset": -1}, "torch.diag(a, -1)"),
        ("trace", ((3, 3),), {}, "torch.trace(a)"),
        ("trace", ((2, 3),), {}, "torch.trace(a)"),
        ("tril", ((3, 3),), {}, "torch.tril(a)"),
        ("tril", (CUBE,), {"diagonal": -1}, "torch.tril(a, -1)"),
        ("triu", ((3, 3),), {}, "torch.triu(a)"),
        ("triu", (CUBE,), {"diagonal": 1}, "torch.triu(a, 1)"),
        ("det", ((1, 1),), {}, "torch.linalg.det(a)"),
        ("det", ((2, 2),), {}, "torch.linalg.det(a)"),
        ("det", ((3, 3),), {}, "torch.linalg.det(a)"),
        ("det", ((5, 5),), {}, "torch.linalg.det(a)"),
        ("det", ((2, 3, 3),), {}, "torch.linalg.det(a)"),
        ("det", ((2, 2, 4, 4),), {}, "torch.linalg.det(a)"),
        ("inv", ((3, 3),), {}, "torch.linalg.inv(a)"),
        ("inv", ((2, 2, 2),), {}, "torch.linalg.inv(a)"),
        ("solve", ((3, 3), (3,)), {}, "torch.linalg.solve(a, b)"),
        ("solve", ((3, 3), (3, 2)), {}, "torch.linalg.solve(a, b)"),
        ("solve", ((2, 3, 3), (3,)), {}, "torch.linalg.solve(a, b)"),
        ("solve", ((2, 3, 3), (2, 3)), {}, "torch.linalg.solve(a, b)"),
        ("solve", ((2, 3, 3), (3, 4)), {}, "torch.linalg.solve(a, b)"),
        ("solve", ((3, 3), (2, 3, 2)), {}, "torch.linalg.solve(a, b)"),
    ]
    for size in (1, 2, 3, 4, 5):
        cases.append(("cofactor", ((size, size),), {}, "torch.linalg.det(a)*torch.linalg.inv(a).mT"))
    cases.append(("cofactor", ((2, 3, 3),), {}, "torch.linalg.det(a)[:, None, None]*torch.linalg.inv(a).mT"))
    return cases


def _networks() -> list[Case]:
    cases: list[Case] = []
    for name in ("softmax", "log_softmax"):
        for shape, axis in (((4,), 0), (ROW, 0), (ROW, -1), (CUBE, 1)):
            cases.append((name, (shape,), {"axis": axis}, f"torch.{name}(a, {axis})"))
        cases.append((name, ([1000.0, 0.0, -1000.0],), {}, f"torch.{name}(a, -1)"))
    cases += [
        ("layer_norm", (CUBE,), {}, "F.layer_norm(a, (4,))"),
        ("layer_norm", (CUBE,), {"normalized_shape": (3, 4), "eps": 0.1}, "F.layer_norm(a, (3, 4), eps=0.1)"),
        ("layer_norm", (CUBE, (4,)), {}, "F.layer_norm(a, (4,), b)"),
        ("layer_norm", (CUBE, (3, 4), (3, 4)), {}, "F.layer_norm(a, (3, 4), b, c)"),
        ("layer_norm", ((5,), (5,), (5,)), {"normalized_shape": 5}, "F.layer_norm(a, (5,), b, c)"),
        ("one_hot", ([2.0, 0.0, 1.0],), {"classes": 4}, "F.one_hot(a.long(), 4)"),
        ("one_hot", ([[2.0], [0.0]],), {"classes": 3, "axis": 1}, "F.one_hot(a.long(), 3).movedim(-1, 1)"),
    ]
    targets: list[tuple[Any, Any]] = [
        ((4,), 2.0),
        ((3, 4), [1.0, 0.0, 3.0]),
        ((2, 3, 2), [[0.0, 2.0], [1.0, 1.0]]),
        ((1, 2, 2, 2), [[[0.0, 1.0], [1.0, 1.0]]]),
    ]
    for shape, target in targets:
        for name in ("nll_loss", "cross_entropy"):
            cases.append((name, (shape, target), {}, f"F.{name}(a, b.long())"))
    for shape in ((4,), (3, 4), (2, 3, 2)):
        cases.append(("cross_entropy", (shape, shape), {}, "F.cross_entropy(a, b)"))
    return cases


def _convolutions() -> list[Case]:
    calls: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("conv1d", (2, 3, 7), (4, 3, 2), {}),
        ("conv1d", (3, 7), (4, 3, 3), {"padding": 1}),
        ("conv1d", (1, 4, 9), (6, 2, 3), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
        ("conv1d", (2, 2, 6), (2, 1, 3), {"groups": 2}),
        ("conv1d", (2, 3, 7), (2, 3, 4), {"padding": "same"}),
        ("conv1d", (3, 7), (2, 3, 3), {"padding": "same", "dilation": 2}),
        ("conv2d", (1, 1, 4, 4), (1, 1, 3, 3), {}),
        ("conv2d", (2, 3, 5, 6), (4, 3, 2, 3), {"stride": (2, 1), "padding": (0, 1)}),
        ("conv2d", (4, 5, 5), (2, 2, 3, 2), {"groups": 2, "stride": 2}),
        ("conv2d", (1, 2, 7, 6), (2, 2, 3, 2), {"dilation": (2, 3), "padding": 1}),
        ("conv2d", (1, 2, 4, 4), (2, 2, 2, 3), {"padding": "same"}),
    ]
    cases: list[Case] = []
    for name, input, weight, settings in calls:
        words = "".join(f", {key}={value!r}" for key, value in settings.items())
        cases.append((name, (input, weight), settings, f"F.{name}(a, b{words})"))
        cases.append((name, (input, weight, weight[:1]), settings, f"F.{name}(a, b, c{words})"))
        made = f"F.{name}(p, q{words})"
        sizes = f"(lambda p, q: torch.autograd.grad({made}, {{}}, {{}}, create_graph=True)[0])"
        result = _result(name, input, weight, settings)
        by_input = sizes.format("p", "a") + f"(torch.zeros({input}, requires_grad=True), b)"
        by_weight = sizes.format("q", "b") + f"(a, torch.zeros({weight}, requires_grad=True))"
        cases.append(("conv_input_gradient", (result, weight), {"input_shape": input, **settings}, by_input))
        cases.append(("conv_weight_gradient", (input, result), {"weight_shape": weight, **settings}, by_weight))
    return cases


def _result(name: str, input: Any, weight: Any, settings: dict[str, Any]) -> tuple[int, ...]:
    """The shape of a convolution, by counting."""
    axes = int(name[4])
    sizes = []
    for at in range(axes):
        stride, padding, dilation = [
            value[at] if isinstance(value, tuple) else value
            for value in (settings.get("stride", 1), settings.get("padding", 0), settings.get("dilation", 1))
        ]
        size, kernel = input[len(input) - axes + at], weight[2 + at]
        sizes.append(size if padding == "same" else len(range(0, size + 2 * padding - dilation * (kernel - 1), stride)))
    return (*input[: len(input) - axes - 1], weight[0], *sizes)


def _pools() -> list[Case]:
    cases: list[Case] = []
    for kind in ("max", "avg"):
        for shape, settings in (
            ((2, 3, 7), {"kernel_size": 2}),
            ((3, 7), {"kernel_size": 3, "stride": 2, "padding": 1}),
            ((1, 1, 6), {"kernel_size": 3, "stride": 1}),
        ):
            words = "".join(f", {key}={value!r}" for key, value in settings.items())
            cases.append((f"{kind}_pool1d", (shape,), settings, f"F.{kind}_pool1d(a{words})"))
        for shape, settings in (
            ((1, 2, 4, 4), {"kernel_size": 2}),
            ((2, 5, 6), {"kernel_size": (2, 3), "stride": (2, 1)}),
            ((1, 1, 5, 5), {"kernel_size": 3, "stride": 2, "padding": 1}),
        ):
            words = "".join(f", {key}={value!r}" for key, value in settings.items())
            cases.append((f"{kind}_pool2d", (shape,), settings, f"F.{kind}_pool2d(a{words})"))
    cases.append(("max_pool1d", ([[1.0, 1.0, 1.0, 0.0, 2.0, 2.0]],), {"kernel_size": 3, "stride": 1}, "F.max_pool1d(a, 3, 1)"))
    cases += [
        ("windows", ((7,),), {"kernel_size": 3}, "a.unfold(0, 3, 3)"),
        ("windows", (ROW,), {"kernel_size": 2, "stride": 1}, "a.unfold(1, 2, 1)"),
        ("windows", ((2, 5),), {"kernel_size": 2, "padding": 1, "fill": 3}, "F.pad(a, (1, 1), value=3.).unfold(1, 2, 2)"),
        (
            "windows",
            ((2, 4, 5),),
            {"kernel_size": (2, 3), "stride": (2, 1), "dilation": (1, 2)},
            "a.unfold(1, 2, 2).unfold(2, 5, 1)[..., ::2].flatten(-2)",
        ),
        ("fold_windows", ((2, 3),), {"shape": 7, "kernel_size": 3}, "torch.cat([a.flatten(), torch.zeros(1)])"),
        (
            "fold_windows",
            ((3, 2),),
            {"shape": 4, "kernel_size": 2, "stride": 1},
            "torch.stack([a[0, 0], a[0, 1] + a[1, 0], a[1, 1] + a[2, 0], a[2, 1]])",
        ),
    ]
    return cases


def _creations() -> list[Case]:
    return [
        ("zeros", (), {"shape": ROW}, "torch.zeros(2, 3)"),
        ("zeros", (), {"shape": 3}, "torch.zeros(3)"),
        ("ones", (), {"shape": CUBE}, "torch.ones(2, 3, 4)"),
        ("eye", (), {"rows": 3}, "torch.eye(3)"),
        ("eye", (), {"rows": 2, "columns": 4}, "torch.eye(2, 4)"),
        ("arange", (), {"start": 5}, "torch.arange(5.)"),
        ("arange", (), {"start": 1, "stop": 2.5, "step": 0.25}, "torch.arange(1, 2.5, 0.25)"),
        ("arange", (), {"start": 3, "stop": 0, "step": -1}, "torch.arange(3., 0, -1)"),
        ("linspace", (), {"start": -1, "stop": 1, "steps": 5}, "torch.linspace(-1, 1, 5)"),
    ]


CASES: list[Case] = [
    *_reductions(),
    *_extremes(),
    *_special_reductions(),
    *_scans(),
    *_shapes(),
    *_indices(),
    *_matrices(),
    *_networks(),
    *_convolutions(),
    *_pools(),
    *_creations(),
]
