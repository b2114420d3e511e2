import random
import time

import torch


def batches(size, X, y):
    order = list(range(len(X)))
    random.shuffle(order)
    for start in range(0, len(X), size):
        rows = torch.tensor(order[start : start + size])
        yield X[rows], y[rows]


random.seed(3)
X = torch.arange(14.0).reshape(7, 2)
y = X.sum(1)
for a, b in batches(3, X, y):
    print(a.shape, b)
print(random.randint(1, 6), round(random.uniform(-1, 1), 6), random.choice("abc"), random.sample(range(100), 3), random.gauss(0, 1))


def countdown(n):
    while n:
        got = yield n
        print("on", got)
        n -= 1
    return "never seen"


def twice(n):
    yield from countdown(n)
    yield "again"
    yield from [n, n]


print(list(twice(2)), sum(v * v for v in countdown(3)))
steps = countdown(9)
print(next(steps), next(steps), type(steps).__name__, iter(steps) is steps)
for left in steps:
    if left < 7:
        break
print(next(iter([5, 6])), next(iter([]), "none"), next((v for v in [1, 4, 9] if v > 3), None), max(v % 4 for v in [5, 7, 6]))


class Loader:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        for at in range(self.n):
            with torch.no_grad():
                value = torch.ones(2, requires_grad=True) * at
            yield value


for one in Loader(2):
    print(one, one.requires_grad)
print(list(zip(Loader(3), "ab")))


def failing():
    try:
        yield 1
        raise ValueError("inside")
    except ValueError as error:
        yield str(error)
    raise KeyError("out")


try:
    for one in failing():
        print(one)
except KeyError as error:
    print("caught", error)
try:
    next(iter([]))
except StopIteration:
    print("stopped")
net = torch.nn.Linear(1, 1)
print(getattr(net, "in_features"), getattr(net, "gain", 2.5), hasattr(net, "weight"), hasattr(net, "gain"))
setattr(net, "gain", 3)
print(net.gain, getattr(torch, "relu")(torch.tensor([-1.0, 2.0])), getattr("text", "upper")())
begun = time.time()
time.sleep(0)
print(time.time() >= begun, time.perf_counter() > 0)
