"""Value and gradient of a network by the Python API, on a graph that is built once; prints seconds, loss, lengths of gradients.

    python network.py PROGRAM.grad FOLDER REPEATS

The folder has an array a file, X among them, by which it does not differentiate. The seconds are the median of the repeats.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import statistics
import sys
import time
from pathlib import Path

import numpy

from gradcli.autodiff.passes.forward import evaluate
from gradcli.autodiff.passes.reverse import backward, requires_grad
from gradcli.graph.graph import Graph
from gradcli.language.parser import parse
from gradcli.lowering.builders.compaction import compacted
from gradcli.lowering.builders.static import StaticBuilder
from gradcli.lowering.programs.lower import lower

program = parse(Path(sys.argv[1]).read_text("utf-8"))
values = {path.stem: numpy.load(path) for path in sorted(Path(sys.argv[2]).glob("*.npy"))}
builder = StaticBuilder(Graph(), shapes={name: value.shape for name, value in values.items()})
graph = compacted(lower(program, builder, values))
parameters = [graph.variables[name] for name in values if name != "X"]
needs = requires_grad(graph, parameters)
times = []
for _ in range(int(sys.argv[3]) + 1):
    start = time.perf_counter()
    results = evaluate(graph, values)
    adjoints = backward(graph, results, needs)
    times.append(time.perf_counter() - start)
lengths = [float((adjoints[id] ** 2).sum() ** 0.5) for id in parameters]
print(statistics.median(times[1:]), results[graph.output], *lengths)
