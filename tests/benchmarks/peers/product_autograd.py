"""The product of many variables in autograd; prints the product and the partial derivatives.

    python product_autograd.py VALUES.json loop|whole

``loop`` multiplies elements of a vector one by one, ``whole`` is one operation on it.
"""

import json
import sys

import autograd.numpy as np
from autograd import value_and_grad


def product(x):
    """x[0] * x[1] * ..."""
    y = x[0]
    for i in range(1, len(x)):
        y = y * x[i]
    return y


with open(sys.argv[1], encoding="utf-8") as file:
    values = list(json.load(file).values())
y, gradient = value_and_grad(np.prod if sys.argv[2] == "whole" else product)(np.array(values))
print(float(y), *gradient.tolist())
