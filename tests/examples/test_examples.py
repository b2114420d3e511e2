"""Every example runs, and prints the numbers that its source publishes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

EXPECTED = {
    "worked_example.sh": """\
y = (x + w)·(w + 1) = 6   at x = 2, w = 1
∂y/∂w = 5

Why ∂y/∂w = 5
  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w   one term for each path: w→a→y, w→b→y
        = b·1 + a·1                   local derivatives
        = b + a                       factors 1 dropped
        = (w + 1) + (x + w)           a and b written out
        = 2w + x + 1                  like terms collected
        = 2·1 + 2 + 1                 w = 1, x = 2
        = 5

Nodes, in the order of evaluation (dynamic graph)
  id  node  is        value  is_leaf  requires_grad  grad_fn       .grad  ∂y/∂node
   0  x     variable      2  True     False          None           None
   1  w     variable      1  True     True           None              5         5
   2  a     x + w         3  False    True           AddBackward0   None         2
   3  1     constant      1  True     False          None           None
   4  b     w + 1         2  False    True           AddBackward0   None         3
   5  y     a·b           6  False    True           MulBackward0   None         1

Edges, with the local derivative along each
  edge   local derivative  is  value
  w → a  ∂a/∂w             1       1
  w → b  ∂b/∂w             1       1
  a → y  ∂y/∂a             b       2
  b → y  ∂y/∂b             a       3
""",
    # What PyTorch 2.13.0 prints, and the derivation of w.grad.
    "article.sh": """\
tensor([5.])
is_leaf:
 True True False False False
gradient:
 tensor([5.]) tensor([2.]) None None None
grad_fn:
 None None <AddBackward0 object at 0x...> <AddBackward0 object at 0x...> <MulBackward0 object at 0x...>

y = (w + x)·(w + 1) = 6 at w = 1, x = 2
∂y/∂w = 2w + x + 1 = 5

Forward: the nodes in the order of evaluation
  node  is     value
  a     w + x      3
  b     w + 1      2
  y     a·b        6

∂y/∂w by the chain rule
  ∂y/∂w = ∂y/∂a·∂a/∂w + ∂y/∂b·∂b/∂w   one term for each path: w→a→y, w→b→y
        = b·1 + a·1                   local derivatives
        = b + a                       factors 1 dropped
        = (w + 1) + (w + x)           a and b written out
        = 2w + x + 1                  like terms collected
        = 2·1 + 2 + 1                 w = 1, x = 2
        = 5
""",
    "neuron.sh": """\
f = 0.73
∂f/∂w0 = -0.2
∂f/∂x0 = 0.39
∂f/∂w1 = -0.39
∂f/∂x1 = -0.59
∂f/∂w2 = 0.2
""",
    # √x and 1/(2√x)
    "feed.sh": """\
row 1: h = 1.414214, ∂h/∂x = 0.353553
row 2: h = 3, ∂h/∂x = 0.166667
row 3: h = 0.5, ∂h/∂x = 1
row 4: the loops of the program take more than 100 turns
row 5: h = 1000, ∂h/∂x = 0.0005
""",
    # Exactly: ln 2 + 10 - sin 5, 5.5, and 2 - cos 5.
    "survey.sh": "11.652071455223084\n5.5\n1.7163378145367738\n",
    "network.sh": "∂E/∂w5 = 0.082167041\nE = 0.298371, after one step 0.291028\n",
    "micrograd.sh": "24.7041\n138.8338\n645.5773\n",
    "grade_lab.sh": """\
2 graph.path_lost: Blaise, Emmy
1 answer.constant: Sofja
1 product.product_of_derivatives: Kurt
student,answer,verdict,score,kind
Ada,2*w + x + 1,right,1,
Blaise,w + 1,wrong,0,graph.path_lost
Carl,(w + 1) + (x + w),right,1,
Emmy,x + w,wrong,0,graph.path_lost
Kurt,1,wrong,0,product.product_of_derivatives
Sofja,2w + x,wrong,0,answer.constant
Alan,w+1+w+,unreadable,0,
""",
    # At x = 1 the derivative of 4 sin(x²) is 8 cos 1, and so are 8x cos x, 8 cos x² and 4(x + 1) cos x².
    "quiz_lab.sh": """\
1. 4*sin(x*x)
2. x + 3*sin(x)
3. 3*(sin(x) + x)
Ada: 3 of 3
Bob: 0.5 of 3
table.sign: 2
chain.no_inner: 1
5 wrong answers are right at x = 1
""",
    "grade.sh": """\
Ada: right
Blaise: wrong, 2 instead of 5
Carl: right
Emmy: right
Leonhard: right
""",
    "descent.sh": "x = 0.666667\n",
    # Wallis, 1685: 2.0945514815423265...
    "diff_newton.sh": "f' = 3*x^2 - 2\nx = 2.094551481542\n",
    # The numerators of the series of exp(sin(x)), OEIS A002017.
    "diff_taylor.sh": "order 0: 1\norder 1: 1\norder 2: 1\norder 3: 0\norder 4: -3\norder 5: -8\n",
    "equal_answers.sh": """\
(w + 1) + (x + w): right
x + 2w + 1: right
2w + x: wrong
w^2 + x: wrong
""",
    "forward.sh": """\
x1: 2, tangent 1
v1: 0.693, tangent 0.5
x2: 5, tangent 0
v2: 10, tangent 5
v3: -0.959, tangent 0
v4: 10.693, tangent 5.5
y: 11.652, tangent 5.5
""",
    # By NumPy: p - solve(H, g).
    "newton.sh": """\
1: x = -1.175281, w = 1.380674
2: x = 0.763115, w = -3.175034
3: x = 0.763430, w = 0.582825
4: x = 0.999995, w = 0.944027
5: x = 0.999996, w = 0.999991
6: x = 1.000000, w = 1.000000
""",
    "modes.sh": """\
dynamic: a = w + 1, b = w + 1, y = a*b
static: a = w + 1, y = a*a
x > 0: recorded [1,1], built 1, executed [1,1]
cond(a, x): recorded [0,0], built 1, executed [1,1]
-x: recorded [0,1], built 1, executed [0,1]
y·w: recorded [1,1], built 1, executed [1,1]
""",
    "explain.sh": """\
1 product rule
1.1 sum rule
1.2 sum rule
w→a→y: 2
w→b→y: 3
lesson.tex lesson.md lesson.html
""",
    # PyTorch 2.13.0 gives 0.8488771546 and 0.6351532341, and these gradients.
    "networks.sh": """\
perceptron: loss 0.848877, ∂loss/∂b2 = [0.232147,-0.232147], |∂loss/∂W1| = 0.265244
lenet: loss 0.635153, ∂loss/∂b = [0.264306,-0.264306], |∂loss/∂K1| = 0.935461
""",
    # As in The Matrix Cookbook: (A + Aᵀ)·x of the quadratic form, Bᵀ of the trace; and softmax less the class.
    "matrix_calculus.sh": """\
a layer with a batch of four:
∂L/∂X = ∂L/∂a @ Wᵀ
∂L/∂W = Xᵀ @ ∂L/∂a
∂L/∂b = sum(∂L/∂Z, axis=0)
a quadratic form, and a trace:
∂y/∂x = Aᵀ @ ∂y/∂a + a
∂y/∂A = ∂y/∂a @ xᵀ
∂y/∂A = ∂y/∂a @ Bᵀ
∂y/∂B = Aᵀ @ ∂y/∂a
softmax and cross entropy, element by element:
∂L/∂z₀ = exp(z₀)/(exp(z₀) + exp(z₁))
∂L/∂z₁ = exp(z₁)/(exp(z₀) + exp(z₁)) - 1
an element of a quadratic form:
2*A₀₀*x₀ + x₁*(A₀₁ + A₁₀)
""",
    "graph.sh": """\
two additions in the dynamic graph, one in the static one:
dynamic %2 a = add %0 %1
dynamic %3 b = add %0 %1
static %2 a = add %0 %1
what the output depends on, with gradients:
y = tanh(c) = 0, ∂y/∂y = 1  (%5)
└─[1 - y² = 1]─ c = a + b = 0, ∂y/∂c = 1  (%4)
   ├─[1]─ a = w·x = 1, ∂y/∂a = 1  (%2)
   │  ├─[x = 0.5]─ w = 2, ∂y/∂w = 0.5  (%0)
   │  └─ x = 0.5  (%1)
   └─[1]─ b = -1, ∂y/∂b = 1  (%3)
stored, and fed with other values:
x = 2: 6 5
x = 3: 8 6
x = 4: 10 7
""",
    "pictures.sh": """\
handout.pdf
lesson.html
paper.tex
slide.png
worked_example.svg
worked_example_backward.svg
""",
    # By PyTorch 2.13.0, whose loops are Python's: 1.414213562373095 0.35355339059327373, 3.618033988749896 0.7236067977499792,
    # 0.022828259737163313 0.07021438844963485, 0.1740830496682345 -0.21603983459028542.
    "programs.sh": """\
dynamic:
√2 = 1.414214, ∂r/∂x = 0.353553
λ = 3.618034, ∂λ/∂a = 0.723607
|h|² = 0.022828, ∂/∂U₁ = 0.070214
error = 0.174083, ∂/∂rate = -0.21604
static:
√2 = 1.414214, ∂r/∂x = 0.353553
λ = 3.618034, ∂λ/∂a = 0.723607
|h|² = 0.022828, ∂/∂U₁ = 0.070214
error = 0.174083, ∂/∂rate = -0.21604
""",
    # 2x·sin(x) + x²·cos(x) at 1.5
    "numeric_check.sh": "derivative 3.151644, difference 3.151644: agree\n",
}
"""What each script prints, or how its output ends."""


def test_every_script_has_an_expectation() -> None:
    assert {path.name for path in EXAMPLES.glob("*.sh")} == set(EXPECTED)


@pytest.mark.parametrize("script", EXPECTED)
def test_script(script: str, shell_environment: dict[str, str]) -> None:
    run = subprocess.run(
        ["bash", str(EXAMPLES / script)], env=shell_environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith(EXPECTED[script])


def test_the_program_form_of_the_worked_example(shell_environment: dict[str, str]) -> None:
    command = ["gradcli", "eval", "-f", str(EXAMPLES / "worked_example.grad"), "--x", "2", "--w", "1", "-q"]
    run = subprocess.run(command, env=shell_environment, capture_output=True, text=True, check=True)
    assert run.stdout == "6\n2\n5\n"
