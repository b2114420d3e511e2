"""The product of many variables in CasADi; prints the product and the partial derivatives.

python product_casadi.py VALUES.json
"""

import json
import sys

import casadi

with open(sys.argv[1], encoding="utf-8") as file:
    values = list(json.load(file).values())
x = casadi.SX.sym("x", len(values))
y = x[0]
for i in range(1, len(values)):
    y = y * x[i]
value, gradient = casadi.Function("f", [x], [y, casadi.gradient(y, x)])(values)
print(repr(float(value)), *gradient.full().ravel().tolist())
