"""Operations that leave the value as it is: a copy, through which gradients flow, and one at which they end."""

from __future__ import annotations

from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.operation import operation

clone = operation(
    "clone(x)",
    lambda x: x,
    (lambda y, x: 1,),
    definition=lambda x: x,
    exact=lambda x: x,
    latex=r"\operatorname{{clone}}\left({0}\right)",
    javascript="{0}",
    array=lambda numpy, x: x,
    result=SAME,
    linear="x",
    inverse="clone",
    torch="clone: torch Tensor",
    tensorflow="identity Identity: tf",
    course="rises",
    doc="x itself, as a node of its own.",
)
detach = operation(
    "detach(x)",
    lambda x: x,
    (),
    exact=lambda x: x,
    precise=lambda x: +x,
    spellings=("stop_gradient",),
    latex=r"\operatorname{{detach}}\left({0}\right)",
    javascript="{0}",
    array=lambda numpy, x: x,
    result=SAME,
    linear="x",
    torch="detach: torch Tensor",
    tensorflow="stop_gradient StopGradient: tf",
    course="rises",
    doc="x itself, through which no gradient flows.",
)
