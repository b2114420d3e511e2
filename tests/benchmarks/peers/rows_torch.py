"""A scalar function of two variables for each row of a file, in PyTorch; prints value and derivatives as CSV.

    python rows_torch.py ROWS.csv loop|batch

``loop`` runs forward and backward for one row after the other, ``batch`` once for all rows as one tensor.
"""

import sys

import numpy
import torch

rows = numpy.loadtxt(sys.argv[1], delimiter=",", skiprows=1)


def run(x, w):
    h = torch.tanh(w * x + 1)
    y = h * torch.exp(-w * w) + x * w
    y.sum().backward()
    return y


if sys.argv[2] == "batch":
    x = torch.tensor(rows[:, 0], requires_grad=True)
    w = torch.tensor(rows[:, 1], requires_grad=True)
    columns = [column.tolist() for column in (run(x, w).detach(), x.grad, w.grad)]
    results = zip(*columns, strict=True)
else:
    results = []
    for a, b in rows.tolist():
        x = torch.tensor(a, dtype=torch.float64, requires_grad=True)
        w = torch.tensor(b, dtype=torch.float64, requires_grad=True)
        results.append((run(x, w).item(), x.grad.item(), w.grad.item()))
print("row,y,grad_x,grad_w,error")
sys.stdout.writelines([f"{row},{y!r},{dx!r},{dw!r},\n" for row, (y, dx, dw) in enumerate(results, 1)])
