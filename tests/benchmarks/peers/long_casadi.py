"""The long expression in CasADi, fed by a loop; prints the value and the partial derivatives."""

import sys

import casadi
from terms import load, term

terms, values = load(sys.argv[1])
x = [casadi.SX.sym(f"x{i}") for i in range(len(values))]
y = casadi.SX(0)
for kind, c, i, j in terms:
    y = y + term(kind, c, x[i], x[j], casadi.sin, casadi.exp)
point = casadi.vertcat(*x)
value, gradient = casadi.Function("f", [point], [y, casadi.gradient(y, point)])(values)
print(repr(float(value)), *map(float, gradient.full().ravel()))
