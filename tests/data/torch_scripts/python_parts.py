import math
from torch import tensor, add
import torch as t

data = [(1.0, 2.0), (2.0, 3.9), (3.0, 6.1)]
xs = [p[0] for p in data]
ys = [q for _, q in data]
print(xs, ys, sum(xs) / len(xs), round(3.14159, 2), abs(-2), min(3, 1), max(xs))
params = {"w": tensor(0.0, requires_grad=True), "b": tensor(0.0, requires_grad=True)}
for epoch in range(3):
    loss = 0.0
    for x, y in zip(xs, ys):
        pred = params["w"] * x + params["b"]
        loss = loss + (pred - y) ** 2
    loss /= len(xs)
    loss.backward()
    with t.no_grad():
        for name, p in params.items():
            p -= 0.05 * p.grad
            p.grad = None
    print(f"{epoch:>3} | {loss.item():10.4f} | " + ", ".join(f"{k}={v.item():.3f}" for k, v in params.items()))
print(math.sqrt(2), math.pi, f"{math.e:.3e}", 7 // 2, -7 % 3, 2 ** 10, 1e-3, 5 / 2)
print(add(tensor([1.]), tensor([2.])), type(1.0), isinstance(1, int), isinstance(tensor(1.), t.Tensor))
a, *rest = [1, 2, 3, 4]
print(a, rest, "abc".upper(), "a,b".split(","), "%d items" % 3, "=" * 10, not True, 1 < 2 < 3, 2 if a else 3)
squares = {n: n * n for n in range(4) if n % 2 == 0}
print(squares, list(reversed(range(3))), sorted([3, 1, 2], reverse=True), any([0, 1]), all([]))

def describe(value, *, digits=3, label="value"):
    """A docstring."""
    return f"{label}: {value:.{digits}f}"

print(describe(2.0), describe(1 / 3, digits=5, label="third"))
assert len(xs) == 3, "never"
if __name__ == "__main__":
    print("main", end="!\n")
try:
    1 / 0
except (ValueError, ZeroDivisionError) as e:
    print("caught", e)
else:
    print("no")
n = 0
while True:
    n += 1
    if n == 3:
        continue
    if n > 5:
        break
print(n, [i * j for i in range(3) for j in range(i)], (1,), {}, None, True)
