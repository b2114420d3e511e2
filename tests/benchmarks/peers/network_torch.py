"""Value and gradient of a network in PyTorch on one thread; prints seconds, loss, lengths of gradients.

    python network_torch.py perceptron|lenet FOLDER REPEATS

The folder has an array a file. The seconds are the median of the repeats; for one repeat it prints the loss alone, and the
gradients go into a file.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy
import torch
from torch.nn.functional import avg_pool2d, conv2d, cross_entropy, max_pool2d

torch.set_num_threads(1)
name, folder, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
t = {path.stem: torch.tensor(numpy.load(path), requires_grad=path.stem != "X") for path in sorted(folder.glob("*.npy"))}
classes = torch.arange(len(t["X"])) % 10


def perceptron():
    return torch.relu(t["X"] @ t["W1"] + t["b1"]) @ t["W2"] + t["b2"]


def lenet():
    first = max_pool2d(torch.relu(conv2d(t["X"], t["K1"], t["k1"], padding=2)), 2)
    second = avg_pool2d(torch.relu(conv2d(first, t["K2"], t["k2"])), 2)
    return second.flatten(1) @ t["W"] + t["b"]


times = []
for _ in range(repeats + (repeats > 1)):
    for tensor in t.values():
        tensor.grad = None
    start = time.perf_counter()
    loss = cross_entropy(perceptron() if name == "perceptron" else lenet(), classes)
    loss.backward()
    times.append(time.perf_counter() - start)
gradients = {name: tensor.grad for name, tensor in t.items() if name != "X"}
if repeats == 1:
    numpy.savez(folder / "torch.npz", **{name: gradient.numpy() for name, gradient in gradients.items()})
    print(loss.item())
else:
    print(statistics.median(times[1:]), loss.item(), *[gradient.norm().item() for gradient in gradients.values()])
