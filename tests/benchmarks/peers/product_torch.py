"""The product of many variables in PyTorch; prints the product and the partial derivatives.

    python product_torch.py VALUES.json loop|whole

``loop`` multiplies variables one by one, ``whole`` is one operation on a vector.
"""

import json
import sys

import torch

with open(sys.argv[1], encoding="utf-8") as file:
    values = list(json.load(file).values())
if sys.argv[2] == "whole":
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    y = x.prod()
    y.backward()
    gradient = x.grad.tolist()
else:
    scalars = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]
    y = scalars[0]
    for v in scalars[1:]:
        y = y * v
    y.backward()
    gradient = [v.grad.item() for v in scalars]
print(y.item(), *gradient)
