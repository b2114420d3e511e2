"""The same as own/batch.py in a library; prints the median of its seconds, and sums of what it gives.

python batch.py gaussian|logistic jax|numpy|numexpr|torch|sklearn|copy ROWS FEATURES REPEATS
"""

import statistics
import sys
import time

import numpy

work, library, rows, features, repeats = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
draw = numpy.random.default_rng(11)


def gaussian_by_hand(x, m, s):
    d = x - m
    v = s * s
    y = numpy.exp(d * d / (-2 * v))
    g = y * d / v
    return y, -g, g, g * d / s


def logistic_by_hand(x, t, w):
    z = -t * (x @ w)
    return numpy.logaddexp(0, z).sum(), (-t / (1 + numpy.exp(-z))) @ x


if work == "gaussian":
    given = [draw.random(rows) + 0.5 for _ in "xms"]
else:
    x = draw.random((rows, features)) - 0.5
    given = [x, numpy.where(x[:, 0] > 0, 1.0, -1.0), numpy.linspace(-1, 1, features)]
by_hand = gaussian_by_hand if work == "gaussian" else logistic_by_hand

if library == "numpy":

    def run():
        return by_hand(*given)

elif library == "copy":
    size = sum(array.size for array in given) + 4 * rows * (work == "gaussian")
    source, target = numpy.ones(size // 2), numpy.empty(size // 2)  # each byte is read, or written

    def run():
        target[:] = source

elif library == "numexpr":
    import numexpr

    def run():
        names = dict(zip("xms", given, strict=True))
        y = numexpr.evaluate("exp(-(x-m)**2/(2*s**2))", names)
        g = numexpr.evaluate("y*(x-m)/s**2", {**names, "y": y})
        return y, numexpr.evaluate("-g", {"g": g}), g, numexpr.evaluate("g*(x-m)/s", {**names, "g": g})

elif library == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.vmap(jax.value_and_grad(lambda x, m, s: jax.numpy.exp(-((x - m) ** 2) / (2 * s**2)), (0, 1, 2))))
    arrays = [jax.numpy.asarray(array) for array in given]

    def run():
        y, grads = jax.block_until_ready(compiled(*arrays))
        return y, *grads

elif library == "torch":
    import torch

    tensors = [torch.from_numpy(array) for array in given]
    for tensor in tensors if work == "gaussian" else tensors[2:]:
        tensor.requires_grad_()

    def run():
        for tensor in tensors:
            tensor.grad = None
        if work == "gaussian":
            x, m, s = tensors
            y = torch.exp(-((x - m) ** 2) / (2 * s**2))
        else:
            x, t, w = tensors
            y = torch.nn.functional.softplus(-t * (x @ w))
        y.sum().backward()
        ends = [tensor.grad for tensor in tensors if tensor.requires_grad]
        return [one.detach().numpy() for one in ([y, *ends] if work == "gaussian" else [y.sum(), *ends])]

else:
    from sklearn._loss.loss import HalfBinomialLoss
    from sklearn.linear_model._linear_loss import LinearModelLoss

    loss = LinearModelLoss(HalfBinomialLoss(), fit_intercept=False)
    x, t, w = given
    classes = (t > 0).astype(float)

    def run():
        value, slope = loss.loss_gradient(w, x, classes, n_threads=2)
        return value * rows, slope * rows


times = []
for _ in range(repeats + 1):
    start = time.perf_counter()
    found = run()
    times.append(time.perf_counter() - start)
if library == "copy":
    found = by_hand(*given)
sums = [array.sum() for array in found] if work == "gaussian" else [found[0], *found[1]]
print(statistics.median(times[1:]), *[float(number) for number in sums])
