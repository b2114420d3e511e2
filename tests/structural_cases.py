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


def _selections() -> list[Case]:
    cases: list[Case] = [
        ("gather", ((2, 3), [[1.0, 0.0, 1.0]]), {}, "torch.gather(a, 0, b.long())"),
        ("gather", ((2, 3), [[2.0, 2.0], [0.0, 1.0]]), {"axis": -1}, "torch.gather(a, 1, b.long())"),
        ("gather", ((4,), [3.0, 3.0, 0.0]), {}, "torch.gather(a, 0, b.long())"),
        ("scatter_add", ((3,), [1.0, 1.0, 0.0]), {"shape": 4}, "torch.zeros(4).scatter_add(0, b.long(), a)"),
        (
            "scatter_add",
            ((2, 2), [[2.0, 2.0], [0.0, 1.0]]),
            {"shape": ROW, "axis": 1},
            "torch.zeros(2, 3).scatter_add(1, b.long(), a)",
        ),
        ("index_select", (ROW, [2.0, 0.0, 2.0]), {"axis": 1}, "torch.index_select(a, 1, b.long())"),
        ("index_select", (CUBE, 1.0), {}, "torch.index_select(a, 0, b.long())"),
        ("take", (ROW, [[5.0, 0.0], [5.0, 1.0]]), {}, "torch.take(a, b.long())"),
        ("take", ((4,), 2.0), {}, "torch.take(a, b.long())"),
        ("embedding", ([[0.0, 2.0], [2.0, 2.0]], (3, 2)), {}, "F.embedding(a.long(), b)"),
        ("argsort", (TIES,), {}, "torch.argsort(a, stable=True)"),
        ("argsort", (TIES,), {"axis": 0, "descending": True}, "torch.argsort(a, dim=0, stable=True, descending=True)"),
        ("sort", ((5,),), {}, "torch.sort(a).values"),
        ("sort", (CUBE,), {"axis": 1, "descending": True}, "torch.sort(a, 1, descending=True).values"),
        ("sort", ([1.0, 1.0, 2.0],), {}, "torch.sort(a).values"),
        ("topk", ((5,),), {"k": 2}, "torch.topk(a, 2).values"),
        ("topk", (CUBE,), {"k": 3, "axis": 1, "largest": False}, "torch.topk(a, 3, 1, largest=False).values"),
    ]
    for name in ("cummax", "cummin"):
        cases.append((name, ((6,),), {}, f"torch.{name}(a, 0).values"))
        cases.append((name, (TIES,), {"axis": 0}, f"torch.{name}(a, 0).values"))
        cases.append((f"arg{name}", (TIES,), {}, f"torch.{name}(a, 1).indices"))
    for name in ("median", "nanmedian"):
        for shape in ((5,), ROW, TIES):
            cases.append((f"reduce_{name}", (shape,), {}, f"torch.{name}(a)"))
        for shape in (ROW, CUBE):
            cases.append((f"reduce_{name}", (shape,), {"axis": 1}, f"torch.{name}(a, 1).values"))
            cases.append((f"reduce_{name}", (shape,), {"axis": 0, "keepdims": True}, f"torch.{name}(a, 0, keepdim=True).values"))
            cases.append((f"arg{name}", (shape,), {"axis": -1}, f"torch.{name}(a, -1).indices"))
    return cases


def _arrangements() -> list[Case]:
    return [
        ("flip", (ROW,), {}, "torch.flip(a, (0, 1))"),
        ("flip", (CUBE,), {"axis": (0, -1)}, "torch.flip(a, (0, 2))"),
        ("roll", ((5,),), {}, "torch.roll(a, 1)"),
        ("roll", (ROW,), {"shifts": -2}, "torch.roll(a, -2)"),
        ("roll", (ROW,), {"shifts": (1, 2), "axis": (0, 1)}, "torch.roll(a, (1, 2), (0, 1))"),
        ("pad", ((3,),), {"widths": (1, 2)}, "F.pad(a, (1, 2))"),
        ("pad", (ROW,), {"widths": (1, -1, 2, 0), "value": 3}, "F.pad(a, (1, -1, 2, 0), value=3.)"),
        ("pad", (CUBE,), {"widths": (-1, -1)}, "F.pad(a, (-1, -1))"),
        ("repeat", ((3,),), {"times": 2}, "a.repeat(2)"),
        ("repeat", ((3,),), {"times": (2, 3)}, "a.repeat(2, 3)"),
        ("repeat", (CUBE,), {"times": 2}, "torch.tile(a, (2,))"),
        ("repeat", ((),), {"times": 3}, "a.repeat(3)"),
        ("repeat_interleave", (ROW,), {"times": 2}, "a.repeat_interleave(2)"),
        ("repeat_interleave", ((3,),), {"times": 3}, "a.repeat_interleave(3)"),
        ("repeat_interleave", (CUBE,), {"times": 2, "axis": 1}, "a.repeat_interleave(2, 1)"),
        ("movedim", (CUBE,), {}, "a.movedim(0, -1)"),
        ("movedim", (CUBE,), {"source": (0, 1), "destination": (-1, 0)}, "a.movedim((0, 1), (-1, 0))"),
        ("hstack", ((3,), (2,)), {}, "torch.hstack([a, b])"),
        ("hstack", (ROW, (2, 1)), {}, "torch.hstack([a, b])"),
        ("hstack", ((), ()), {}, "torch.hstack([a, b])"),
        ("vstack", ((3,), (3,)), {}, "torch.vstack([a, b])"),
        ("vstack", (ROW, (1, 3)), {}, "torch.vstack([a, b])"),
        ("vstack", ((3,), ROW), {}, "torch.vstack([a, b])"),
        ("index", ((4,),), {"index": (("list", 0, 2, 0),)}, "a[[0, 2, 0]]"),
        ("index", (ROW,), {"index": (full(), ("list", -1, 0))}, "a[:, [-1, 0]]"),
        ("index", (CUBE,), {"index": (0, full(1), ("list", 1, 1))}, "a[0][1:][:, [1, 1]]"),
        ("index", (CUBE,), {"index": (("list", 1, 0), full(), full(0, 2))}, "a[[1, 0], :, 0:2]"),
        ("zeros_like", (ROW,), {}, "torch.zeros_like(a)"),
        ("ones_like", ((),), {}, "torch.ones_like(a)"),
        ("full", (), {"shape": ROW, "value": 2.5}, "torch.full((2, 3), 2.5)"),
    ]


def _products() -> list[Case]:
    cases: list[Case] = [
        ("bmm", ((2, 3, 4), (2, 4, 5)), {}, "torch.bmm(a, b)"),
        ("addmm", ((2, 2), (2, 3), (3, 2)), {}, "torch.addmm(a, b, c)"),
        ("addmm", ((2,), (2, 3), (3, 2)), {}, "torch.addmm(a, b, c)"),
        ("vdot", ((3,), (3,)), {}, "torch.vdot(a, b)"),
        ("inner", ((3,), (3,)), {}, "torch.inner(a, b)"),
        ("cross", ((3,), (3,)), {}, "torch.linalg.cross(a, b)"),
        ("cross", ((2, 3), (1, 3)), {}, "torch.linalg.cross(a, b)"),
        ("cross", ((3, 2), (3, 2)), {"axis": 0}, "torch.linalg.cross(a, b, dim=0)"),
        ("kron", ((2, 3), (3, 2)), {}, "torch.kron(a, b)"),
        ("kron", ((3,), (2,)), {}, "torch.kron(a, b)"),
        ("kron", ((2, 3), (2,)), {}, "torch.kron(a, b)"),
        ("diagonal", ((3, 4),), {"offset": 1}, "torch.diagonal(a, 1)"),
        ("logabsdet", ((3, 3),), {}, "torch.linalg.slogdet(a).logabsdet"),
        ("logabsdet", ((2, 2, 2),), {}, "torch.linalg.slogdet(a).logabsdet"),
        ("logdet", ([[2.0, 1.0], [0.5, 3.0]],), {}, "torch.logdet(a)"),
        ("logdet", ([[0.0, 1.0], [1.0, 0.0]],), {}, "torch.logdet(a)"),
        ("matrix_exp", ((3, 3),), {}, "torch.matrix_exp(a)"),
        ("matrix_exp", ((2, 2, 2),), {}, "torch.matrix_exp(a)"),
        ("matrix_power", ((2, 3, 3),), {"n": 3}, "torch.linalg.matrix_power(a, 3)"),
        ("dist", (ROW, (3,)), {}, "torch.dist(a, b)"),
        ("dist", (ROW, ROW), {"ord": 1}, "torch.dist(a, b, 1)"),
        ("cosine_similarity", (ROW, ROW), {}, "F.cosine_similarity(a, b)"),
        ("cosine_similarity", (ROW, (1, 3)), {"axis": -1}, "F.cosine_similarity(a, b, dim=-1)"),
        ("cosine_similarity", (ROW, ROW), {"axis": 0}, "F.cosine_similarity(a, b, dim=0)"),
    ]
    for input, weight in (((4, 3), (2, 3)), ((3,), (2, 3)), ((5, 4, 3), (2, 3))):
        cases.append(("linear", (input, weight), {}, "F.linear(a, b)"))
        cases.append(("linear", (input, weight, weight[:1]), {}, "F.linear(a, b, c)"))
    cases += [("matrix_power", ((3, 3),), {"n": n}, f"torch.linalg.matrix_power(a, {n})") for n in range(-3, 8)]
    for order in (1, 3, 0.5, "inf", "-inf", 0, 2.5):
        torch = f"float('{order}')" if isinstance(order, str) else order
        cases.append(("reduce_norm", (ROW,), {"ord": order}, f"torch.linalg.vector_norm(a, {torch})"))
        cases.append(("reduce_norm", (CUBE,), {"ord": order, "axis": 1}, f"torch.linalg.vector_norm(a, {torch}, 1)"))
    for axis in (0, 1):
        cases.append(("logcumsumexp", (ROW,), {"axis": axis}, f"torch.logcumsumexp(a, {axis})"))
    cases.append(("logcumsumexp", ([-1000.0, 0.0, 1000.0, 999.0],), {}, "torch.logcumsumexp(a, 0)"))
    cases.append(("batch_norm", ((4, 2),), {}, "F.batch_norm(a, None, None, training=True)"))
    cases.append(("batch_norm", ((4, 2), (2,)), {}, "F.batch_norm(a, None, None, b, training=True)"))
    cases.append(
        ("batch_norm", ((3, 2, 4), (2,), (2,)), {"eps": 0.1}, "F.batch_norm(a, None, None, b, c, training=True, eps=0.1)")
    )
    cases.append(("glu", ((4,),), {}, "F.glu(a)"))
    cases.append(("glu", ((2, 6, 3),), {"axis": 1}, "F.glu(a, 1)"))
    return cases


def _losses() -> list[Case]:
    cases: list[Case] = []
    odds = [[0.25, 0.5, 0.75], [0.125, 0.9, 0.4]]
    for reduction in ("mean", "sum", None):
        words = f", reduction='{str(reduction).lower()}'"
        settings = {"reduction": reduction}
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "binary_cross_entropy_with_logits"):
            target = odds if name in ("kl_div", "binary_cross_entropy_with_logits") else ROW
            cases.append((f"mean_{name}", (ROW, target), settings, f"F.{name}(a, b{words})"))
        cases.append(("mean_binary_cross_entropy", (odds, odds[::-1]), settings, f"F.binary_cross_entropy(a, b{words})"))
        targets: list[tuple[Any, Any]] = [
            ((4,), 2.0),
            ((3, 4), [1.0, 0.0, 3.0]),
            ((2, 3, 2), [[0.0, 2.0], [1.0, 1.0]]),
            ((1, 2, 2, 2), [[[0.0, 1.0], [1.0, 1.0]]]),
        ]
        for shape, target in targets if reduction != "mean" else []:
            for name in ("nll_loss", "cross_entropy"):
                cases.append((name, (shape, target), settings, f"F.{name}(a, b.long(){words})"))
        for shape in ((4,), (3, 4), (2, 3, 2)) if reduction != "mean" else ():
            cases.append(("cross_entropy", (shape, shape), settings, f"F.cross_entropy(a, b{words})"))
    return cases


def _degenerate() -> list[Case]:
    """Empty arrays, elements that are nan, and lengths that are 0."""
    nan = float("nan")
    cases: list[Case] = []
    names = {"sum": "a.sum()", "mean": "a.mean()", "prod": "a.prod()", "norm": "torch.linalg.vector_norm(a)"}
    names |= {"var": "torch.var(a)", "std": "torch.std(a)", "logsumexp": "torch.logsumexp(a, 0)", "median": "torch.median(a)"}
    cases += [(f"reduce_{name}", ([],), {}, call) for name, call in names.items()]
    for name, call in (("cumsum", "torch.cumsum(a, 0)"), ("sort", "torch.sort(a).values"), ("softmax", "torch.softmax(a, 0)")):
        cases.append((name, ([],), {}, call))
    cases.append(("dot", ([], []), {}, "torch.dot(a, b)"))
    cases.append(("outer", ([], (2,)), {}, "torch.outer(a, b)"))
    cases.append(("cat", ([], (2,)), {}, "torch.cat([a, b])"))
    cases.append(("mean_mse_loss", ([], []), {}, "F.mse_loss(a, b)"))
    for rows in ((0, 3), (3, 0)):
        for axis in (0, 1):
            for name in ("sum", "mean", "prod", "var"):
                call = f"torch.{name}(a, {axis})"
                cases.append((f"reduce_{name}", (rows,), {"axis": axis}, call))
            if rows[axis]:
                cases.append(("reduce_max", (rows,), {"axis": axis}, f"torch.max(a, {axis}).values"))
                cases.append(("reduce_amax", (rows,), {"axis": axis}, f"torch.amax(a, {axis})"))
    cases.append(("matmul", ((2, 0), (0, 3)), {}, "a @ b"))
    cases.append(("det", ((0, 0),), {}, "torch.linalg.det(a)"))
    cases.append(("trace", ((0, 0),), {}, "torch.trace(a)"))
    cases.append(("inv", ((0, 0),), {}, "torch.linalg.inv(a)"))
    cases.append(("reduce_var", ([[1.0], [2.0]],), {"axis": 1}, "torch.var(a, 1)"))
    cases.append(("reduce_std", ([[1.0], [2.0]],), {"axis": 1}, "torch.std(a, 1)"))
    cases.append(("reduce_std", ([[1.0, 1.0], [2.0, 4.0]],), {"axis": 1}, "torch.std(a, 1)"))
    for values in ([1.0, nan, 3.0], [nan, nan, 1.0], [nan, nan]):
        for name in ("max", "min", "amax", "amin", "median"):
            cases.append((f"reduce_{name}", (values,), {}, f"torch.{name}(a)"))
        for name in ("max", "min"):
            cases.append((f"reduce_{name}", (values,), {"axis": 0}, f"torch.{name}(a, 0).values"))
        cases.append(("sort", (values,), {}, "torch.sort(a).values"))
        cases.append(("cummax", (values,), {}, "torch.cummax(a, 0).values"))
    for values in ([1.0, nan, 3.0], [nan, nan, 1.0]):
        cases.append(("reduce_nanmedian", (values,), {}, "torch.nanmedian(a)"))
        cases.append(("reduce_nanmedian", (values,), {"axis": 0}, "torch.nanmedian(a, 0).values"))
    for order in (1, 3, "inf", "-inf"):
        torch = f"float('{order}')" if isinstance(order, str) else order
        for values in ([0.0, 0.0], [0.0, 2.0], [-2.0, 2.0]):
            cases.append(("reduce_norm", (values,), {"ord": order}, f"torch.linalg.vector_norm(a, {torch})"))
    cases.append(("cosine_similarity", ([0.0, 0.0], [1.0, 0.0]), {"axis": 0}, "F.cosine_similarity(a, b, dim=0)"))
    cases.append(("cosine_similarity", ([1e-9, 0.0], [1.0, 2.0]), {"axis": 0}, "F.cosine_similarity(a, b, dim=0)"))
    cases.append(("dist", ([1.0, 2.0], [1.0, 2.0]), {}, "torch.dist(a, b)"))
    return cases


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
    *_selections(),
    *_arrangements(),
    *_products(),
    *_losses(),
    *_degenerate(),
]
