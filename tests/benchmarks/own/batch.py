"""A batch function on columns in memory; prints the median of its seconds, and sums of what it gives.

python batch.py gaussian|logistic c|numpy ROWS FEATURES REPEATS
"""

import statistics
import sys
import time

import numpy

import gradcli

work, kernel, rows, features, repeats = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
draw = numpy.random.default_rng(11)
if work == "gaussian":
    columns = {name: draw.random(rows) + 0.5 for name in "xms"}
    function = gradcli.batch_function("exp(-(x-m)^2/(2*s^2))", "x,m,s", kernel=kernel)

    def run():
        return function(columns)

else:
    x = draw.random((rows, features)) - 0.5
    columns = {"x": x, "t": numpy.where(x[:, 0] > 0, 1.0, -1.0)}
    function = gradcli.batch_function("softplus(-t*(x@w))", "w", values={"w": numpy.linspace(-1, 1, features)}, kernel=kernel)

    def run():
        return function.reduce(columns)


times = []
for _ in range(repeats + 1):
    start = time.perf_counter()
    found = run()
    times.append(time.perf_counter() - start)
sums = [column.sum() for column in found.columns().values()] if work == "gaussian" else [found.sum["y"], *found.grad_sum["w"]]
print(statistics.median(times[1:]), *[float(number) for number in sums])
