"""Networks of arrays: a perceptron of two layers of 256, and one of the size of LeNet; value and gradient, on one thread.

A gradient is timed where the graph is built already, as in training; the whole process once, as a person calls it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from contest import Contest, Count, Entry, Setting

BATCH, WIDTH, IMAGES = 64, 256, 32
SEED = 6
REPEATS = 30

_PERCEPTRON = "h = relu(X @ W1 + b1)\nz = h @ W2 + b2\nloss = cross_entropy(z, {})\n"
_LENET = """\
c1 = relu(conv2d(X, K1, k1, padding=2))
p1 = max_pool2d(c1, 2)
c2 = relu(conv2d(p1, K2, k2))
p2 = avg_pool2d(c2, 2)
z = flatten(p2, 1) @ W + b
loss = cross_entropy(z, {})
"""
_SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "perceptron": {"X": (BATCH, WIDTH), "W1": (WIDTH, WIDTH), "b1": (WIDTH,), "W2": (WIDTH, WIDTH), "b2": (WIDTH,)},
    "lenet": {
        "X": (IMAGES, 1, 28, 28),
        "K1": (6, 1, 5, 5),
        "k1": (6,),
        "K2": (16, 6, 5, 5),
        "k2": (16,),
        "W": (400, 10),
        "b": (10,),
    },
}


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload."""
    perceptron = f"a perceptron of two layers of {WIDTH}, {BATCH} points"
    own = Path(__file__).with_name("own") / "network.py"
    found: list[Contest | Count] = []
    for name, text, title, target in (
        ("perceptron", _PERCEPTRON, perceptron, 2.0),
        ("lenet", _LENET, f"LeNet, {IMAGES} images", None),
    ):
        source, values = _written(setting, name, text)
        ours = Entry("gradcli, Python", [sys.executable, str(own), source, values, str(REPEATS)], timed=True)
        torch = setting.script("torch", "network_torch.py", name, values, str(REPEATS), needs="torch", target=target, timed=True)
        found.append(Contest(f"networks: a gradient of {title}", [ours], [torch]))
    source, values = _written(setting, "perceptron", _PERCEPTRON)
    variables = [f"--{name}=@{Path(values) / name}.npy" for name in _SHAPES["perceptron"]]
    saved = str(setting.folder / "gradient.npz")
    wrt = ("--wrt", "W1,b1,W2,b2")
    found.append(
        Contest(
            f"networks: {perceptron}, the whole process, gradients into a file",
            [setting.ours("--save", "eval", "-f", source, *variables, *wrt, "--save", saved, "--format", "text", read=_loss)],
            [setting.script("torch", "network_torch.py", "perceptron", values, "1", needs="torch", target=1.0)],
        )
    )
    return found


def _loss(output: str) -> list[float]:
    """The value in the text of `gradcli eval`."""
    found = re.search(r"= (\S+) at ", output)
    return [float(found[1])] if found else []


def _written(setting: Setting, name: str, text: str) -> tuple[str, str]:
    """The file of a program, and the folder of its values, an array a file."""
    import numpy

    draw = numpy.random.default_rng(SEED)
    folder = setting.folder / name
    folder.mkdir(exist_ok=True)
    shapes = _SHAPES[name]
    for variable, shape in shapes.items():
        fan = max(1, int(numpy.prod(shape[1:])))
        numpy.save(folder / f"{variable}.npy", draw.normal(size=shape) / fan**0.5)
    classes = [place % 10 for place in range(shapes["X"][0])]
    return setting.write(f"{name}.grad", text.format(classes)), str(folder)
