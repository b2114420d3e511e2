"""The long expression in PyTorch, fed by a loop; prints the value and the partial derivatives."""

import sys

import torch
from terms import load, term

terms, values = load(sys.argv[1])
x = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]
y = torch.tensor(0.0, dtype=torch.float64)
for kind, c, i, j in terms:
    y = y + term(kind, c, x[i], x[j], torch.sin, torch.exp)
y.backward()
print(y.item(), *(v.grad.item() for v in x))
