"""Scripts for TensorFlow 1 print what its documentation says: numbers computed by hand, rounded to single precision."""

from __future__ import annotations

import pytest

from gradcli.emulation.tensorflow.run_tf1 import run_tf1
from gradcli.errors import GradcliError
from gradcli.ops.catalogue import OPERATIONS
from gradcli.ops.declaration.operation import Operation

SCRIPTS = {
    "defaults and numbers as in TensorFlow": (
        """\
import tensorflow as tf
with tf.Session() as sess:
    print(sess.run([tf.nn.leaky_relu(-1.), tf.subtract(y=1., x=5.), tf.pow(2., 3)]))
""",
        """\
[-0.2, 4.0, 8.0]
""",
    ),
    "gradients stop": (
        """\
import tensorflow as tf
a = tf.constant(0.)
b = 2 * a
g = tf.gradients(a + b, [a, b], stop_gradients=[a, b])
h = tf.gradients(a + b, [a, b])
with tf.Session() as sess:
    print(sess.run(g), sess.run(h))
""",
        """\
[1.0, 1.0] [3.0, 1.0]
""",
    ),
    "not initialized": (
        """\
import tensorflow as tf
v = tf.Variable(1.0, name='v')
with tf.Session() as sess:
    try:
        sess.run(v)
    except tf.errors.FailedPreconditionError as e:
        print("not initialized")
""",
        """\
not initialized
""",
    ),
    "placeholder not fed": (
        """\
import tensorflow as tf
x = tf.placeholder(tf.float32, name='x')
y = x * 2
with tf.Session() as sess:
    try:
        print(sess.run(y))
    except tf.errors.InvalidArgumentError as e:
        print("must feed")
""",
        """\
must feed
""",
    ),
    "second order": (
        """\
import tensorflow as tf
x = tf.placeholder(tf.float32)
y = tf.sin(x) * x
dy = tf.gradients(y, x)[0]
d2y = tf.gradients(dy, x)[0]
h = tf.hessians(x ** 3, x)
with tf.Session() as sess:
    a, b = sess.run([dy, d2y], {x: 0.0})
    print(a, b)
""",
        """\
0.0 2.0
""",
    ),
    "compute apply gradients": (
        """\
import tensorflow as tf
w = tf.Variable(5.0)
loss = (w - 1.0) ** 2
opt = tf.train.GradientDescentOptimizer(0.1)
gv = opt.compute_gradients(loss)
capped = [(tf.clip_by_value(g, -1., 1.), v) for g, v in gv]
train = opt.apply_gradients(capped)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(3):
        sess.run(train)
    print(sess.run(w))
""",
        """\
4.7000003
""",
    ),
    "control dependencies": (
        """\
import tensorflow as tf
v = tf.Variable(1.0)
inc = tf.assign_add(v, 2.0)
with tf.control_dependencies([inc]):
    r = tf.identity(v) * 10
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(r))
""",
        """\
30.0
""",
    ),
    "get variable scope": (
        """\
import tensorflow as tf
with tf.variable_scope('layer'):
    w = tf.get_variable('w', shape=[2], initializer=tf.constant_initializer(1.5))
with tf.variable_scope('layer', reuse=True):
    w2 = tf.get_variable('w')
print(w.name, w is w2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(w2))
""",
        """\
layer/w:0 True
[1.5 1.5]
""",
    ),
    "grad ys sigmoid ce": (
        """\
import tensorflow as tf
x = tf.constant([0.0, 2.0])
labels = tf.constant([1.0, 0.0])
loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=x)
g = tf.gradients(tf.reduce_mean(loss), x)[0]
h = tf.gradients(x * x, x, grad_ys=[tf.constant([1.0, 10.0])])[0]
with tf.Session() as sess:
    print(sess.run(h))
    r = sess.run(g)
    print(r[0], round(float(r[1]), 4))
""",
        """\
[ 0. 40.]
-0.25 0.4404
""",
    ),
}
"""Scripts, each with what it prints."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_what_the_documentation_says(name: str) -> None:
    text, wanted = SCRIPTS[name]
    pieces: list[str] = []
    run_tf1(text, "script.py", pieces.append, lambda warning: None)
    assert "".join(pieces) == wanted


ADAM = """
import tensorflow as tf
w = tf.Variable([5.0, -3.0])
count = tf.Variable(0, trainable=False)
train = tf.train.AdamOptimizer(0.5).minimize(tf.reduce_sum(w * w), global_step=count, var_list=[w])
v = tf.Variable(2.0)
momentum = tf.train.MomentumOptimizer(0.1, 0.9).minimize(v * v, var_list=[v])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(3):
        sess.run([train, momentum])
    for number in [*[float(one) for one in sess.run(w)], sess.run(v), sess.run(count)]:
        print(float(number))
"""


def test_adam_and_momentum_take_the_steps_of_their_rules() -> None:
    pieces: list[str] = []
    run_tf1(ADAM, "script.py", pieces.append, lambda warning: None)
    found = [float(line) for line in "".join(pieces).split()]
    w, mean, square, v, velocity = [5.0, -3.0], [0.0, 0.0], [0.0, 0.0], 2.0, 0.0
    for step in (1, 2, 3):
        rate = 0.5 * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for at in (0, 1):
            mean[at] = 0.9 * mean[at] + 0.1 * 2 * w[at]
            square[at] = 0.999 * square[at] + 0.001 * (2 * w[at]) ** 2
            w[at] -= rate * mean[at] / (square[at] ** 0.5 + 1e-8)
        velocity = 0.9 * velocity + 2 * v
        v -= 0.1 * velocity
    assert found == pytest.approx([*w, v, 3.0], rel=2e-5)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.facts.tensorflow_functions], ids=lambda o: o.name)
def test_operands_are_told_by_name_in_any_order_and_none_is_left_out(operation: Operation) -> None:
    for name, parameters, _, modules in operation.facts.tensorflow_functions:
        names = [one for one in parameters or "xy"[: operation.required] if "=" not in one]
        call = f"tf.{'' if modules[0] == 'tf' else 'nn.'}{name}"
        logical = name.startswith("logical")
        values = [str(at == 0) if logical or one == "condition" else f"{0.7 - 0.4 * at}" for at, one in enumerate(names)]
        named = [f"{one}={value}" for one, value in zip(names, values, strict=True)]
        text = f"import tensorflow as tf\ns = tf.Session()\nprint(s.run({call}({', '.join(values)})))\n"
        text += f"print(s.run({call}({', '.join(named[::-1])})))\n"
        pieces: list[str] = []
        run_tf1(text, "script.py", pieces.append, lambda warning: None)
        first, second = "".join(pieces).split()
        assert first == second
        with pytest.raises(GradcliError, match="TypeError"):
            run_tf1(
                f"import tensorflow as tf\n{call}({', '.join(named[1:])})\n", "script.py", pieces.append, lambda warning: None
            )
