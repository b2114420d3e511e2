"""Convolutions over one and two axes, and their adjoints, which are operations too so that they have derivatives.

All three come from one form that is linear in the input x, the weight w and the adjoint g of the result: the sum of g times the
convolution of x with w. Each of them is its derivative by one of the three.
"""

from __future__ import annotations

from math import prod

from gradcli.graph.shapes import ShapeError, shape_text
from gradcli.ops.arrays import torch_messages
from gradcli.ops.arrays.axes import axes_text, new_shape
from gradcli.ops.arrays.costs import weighted_cost
from gradcli.ops.arrays.networks.windows import Windows
from gradcli.ops.arrays.reduce import reduce_sum
from gradcli.ops.declaration.facts import SAME
from gradcli.ops.declaration.structural import Setting, Shape, Structural, shape_of, structural
from gradcli.typing import Any


class _Convolution:
    """The sizes of a convolution of an input of shape (batch, channels, sizes...), or without a batch, with a weight.

    Attributes:
        axes: Over how many axes the windows slide.
        groups: Into how many parts the channels are divided.
        windows: The windows on the input.
        result: The shape of the result.
    """

    def __init__(
        self, input: Shape, weight: Shape, stride: Setting, padding: Setting, dilation: Setting, groups: Setting
    ) -> None:
        self.axes = len(weight) - 2
        self.groups = groups if isinstance(groups, int) else 0
        if self.axes < 1 or len(input) not in (self.axes + 1, self.axes + 2):
            raise ShapeError(
                f"a convolution of an input {shape_text(input)} with a weight {shape_text(weight)}: the axes do not fit"
            )
        channels = input[-self.axes - 1]
        if self.groups < 1 or channels != weight[1] * self.groups or weight[0] % self.groups:
            raise ShapeError(
                f"an input {shape_text(input)} of {channels} channels and a weight {shape_text(weight)} for {weight[1]} channels"
                f" in {groups} groups do not fit"
            )
        self.windows = Windows(input[-self.axes :], weight[2:], stride, padding, dilation)
        self.lead = input[: -self.axes - 1]
        self.result = (*self.lead, weight[0], *self.windows.counts)

    def columns(self, numpy: Any, input: Any) -> Any:
        """For each group a matrix with a row for each place of a window, and in it the elements of the window."""
        windows = self.windows.view(numpy, input)
        batched = windows.reshape(-1, self.groups, input.shape[-self.axes - 1] // self.groups, *windows.shape[-2 * self.axes :])
        places = range(3, 3 + self.axes)
        ordered = batched.transpose(1, 0, *places, 2, *range(3 + self.axes, 3 + 2 * self.axes))
        return ordered.reshape(self.groups, -1, prod(ordered.shape[2 + self.axes :]))

    def uncolumns(self, numpy: Any, columns: Any, input: Shape) -> Any:
        """The adjoint of ``columns``."""
        counts, kernel = self.windows.counts, self.windows.kernel
        ordered = columns.reshape(self.groups, prod(self.lead), *counts, -1, *kernel)
        places = range(2, 2 + self.axes)
        batched = ordered.transpose(1, 0, 2 + self.axes, *places, *range(3 + self.axes, 3 + 2 * self.axes))
        return self.windows.fold(numpy, batched.reshape(*input[: -self.axes], *counts, *kernel))

    def rows(self, numpy: Any, result: Any) -> Any:
        """The result for each group as a matrix with a row for each place of a window, and in it the channels."""
        batched = result.reshape(prod(self.lead), self.groups, -1, *self.windows.counts)
        return numpy.ascontiguousarray(numpy.moveaxis(batched, (1, 2), (0, -1))).reshape(self.groups, -1, batched.shape[2])

    def unrows(self, numpy: Any, rows: Any) -> Any:
        """The adjoint of ``rows``."""
        batched = rows.reshape(self.groups, prod(self.lead), *self.windows.counts, -1)
        return numpy.ascontiguousarray(numpy.moveaxis(batched, (0, -1), (1, 2))).reshape(self.result)

    def matrices(self, weight: Any) -> Any:
        """The weight for each group as a matrix with a row for each channel of the result."""
        return weight.reshape(self.groups, weight.shape[0] // self.groups, -1)


def _scratch(input: Shape, weight: Shape, *bias: Shape, **settings: Setting) -> int:
    sizes = _Convolution(input, weight, **settings)
    return sizes.windows.elements(prod(input[: len(input) - sizes.axes]))


def _forward(numpy: Any, input: Any, weight: Any, *bias: Any, **settings: Setting) -> Any:
    sizes = _Convolution(input.shape, weight.shape, **settings)
    rows = sizes.columns(numpy, input) @ numpy.ascontiguousarray(sizes.matrices(weight).swapaxes(-2, -1))
    result = sizes.unrows(numpy, rows)
    for added in bias:
        result = result + added.reshape(-1, *(1,) * sizes.axes)
    return result


def _shape(axes: int, input: Shape, weight: Shape, *bias: Shape, **settings: Setting) -> Shape:
    if len(weight) != axes + 2:
        raise ShapeError(
            f"the weight of a convolution over {axes_text(axes)} has {axes + 2} axes, not the shape {shape_text(weight)}"
        )
    for shape in bias:
        if shape != weight[:1]:
            raise ShapeError(
                f"the bias of a weight {shape_text(weight)} has the shape {shape_text(weight[:1])}, not {shape_text(shape)}"
            )
    return _Convolution(input, weight, **settings).result


def _pullback(g: Any, y: Any, input: Any, weight: Any, *bias: Any, **settings: Setting) -> list[Any]:
    axes = len(shape_of(weight)) - 2
    others = tuple([at for at in range(len(shape_of(g))) if at != len(shape_of(g)) - axes - 1])
    return [
        lambda: conv_input_gradient(g, weight, input_shape=shape_of(input), **settings),
        lambda: conv_weight_gradient(input, g, weight_shape=shape_of(weight), **settings),
        *[lambda: reduce_sum(g, axis=others) for _ in bias],
    ]


def _function(input: Shape, weight: Shape, *bias: Shape, padding: Setting, **settings: Setting) -> str:
    """PyTorch's functions: an input without a batch gets one, and uneven padding is put around it beforehand."""
    axes = len(weight) - 2
    sizes = _Convolution(input, weight, padding=padding, **settings)
    alone = len(input) == axes + 1
    taken = "UnsqueezeBackward0(0)" if alone else "0"
    if any(before != after for before, after in sizes.windows.padding):
        taken = f"ConstantPadNdBackward0({taken})"
    convolution = f"ConvolutionBackward0({taken}, 1, {'2' if bias else 'None'})"
    return f"SqueezeBackward1({convolution})" if alone else convolution


def _convolution(axes: int) -> Structural:
    return structural(
        f"conv{axes}d(input, weight, bias, stride=1, padding=0, dilation=1, groups=1)",
        _forward,
        lambda *shapes, **settings: _shape(axes, *shapes, **settings),
        _pullback,
        grad_fn=_function,
        optional=1,
        scratch=_scratch,
        result=SAME,
        linear="input bias, weight bias",
        torch=f"conv{axes}d: torch F",
        cost=weighted_cost,
        torch_message=lambda shapes, settings: torch_messages.convolved(shapes, settings, axes),
        doc=f"Convolution (to be exact, cross-correlation) over {'one axis' if axes == 1 else 'two axes'}, plus a bias.",
    )


conv1d = _convolution(1)
conv2d = _convolution(2)


def convolved(input: Any, weight: Any, settings: dict[str, Setting]) -> Any:
    """The convolution over as many axes as the weight has."""
    return (conv1d if len(shape_of(weight)) == 3 else conv2d)(input, weight, **settings)


def _result_like(g: Shape, sizes: _Convolution) -> None:
    if g != sizes.result:
        raise ShapeError(f"the adjoint of a result of the shape {shape_text(sizes.result)} has the shape {shape_text(g)}")


def _input_gradient(numpy: Any, g: Any, weight: Any, input_shape: Setting, **settings: Setting) -> Any:
    input = new_shape(input_shape)
    sizes = _Convolution(input, weight.shape, **settings)
    return sizes.uncolumns(numpy, sizes.rows(numpy, g) @ sizes.matrices(weight), input)


def _input_shape(g: Shape, weight: Shape, input_shape: Setting, **settings: Setting) -> Shape:
    input = new_shape(input_shape)
    _result_like(g, _Convolution(input, weight, **settings))
    return input


def _input_pullback(h: Any, y: Any, g: Any, weight: Any, input_shape: Setting, **settings: Setting) -> list[Any]:
    return [
        lambda: convolved(h, weight, settings),
        lambda: conv_weight_gradient(h, g, weight_shape=shape_of(weight), **settings),
    ]


def _weight_gradient(numpy: Any, input: Any, g: Any, weight_shape: Setting, **settings: Setting) -> Any:
    weight = new_shape(weight_shape)
    sizes = _Convolution(input.shape, weight, **settings)
    rows = numpy.ascontiguousarray(sizes.rows(numpy, g).swapaxes(-2, -1))
    return (rows @ sizes.columns(numpy, input)).reshape(weight)


def _weight_shape(input: Shape, g: Shape, weight_shape: Setting, **settings: Setting) -> Shape:
    weight = new_shape(weight_shape)
    _result_like(g, _Convolution(input, weight, **settings))
    return weight


def _weight_pullback(h: Any, y: Any, input: Any, g: Any, weight_shape: Setting, **settings: Setting) -> list[Any]:
    return [
        lambda: conv_input_gradient(g, h, input_shape=shape_of(input), **settings),
        lambda: convolved(input, h, settings),
    ]


conv_input_gradient: Structural = structural(
    "conv_input_gradient(g, weight, input_shape=None, stride=1, padding=0, dilation=1, groups=1)",
    _input_gradient,
    _input_shape,
    _input_pullback,
    grad_fn="ConvolutionBackwardBackward0(0, None, 1)",
    scratch=lambda g, weight, input_shape, **settings: _scratch(new_shape(input_shape), weight, **settings),
    result=SAME,
    linear="g, weight",
    doc="The gradient of a convolution by its input: each window gets the weight times the adjoint of the result.",
)
conv_weight_gradient: Structural = structural(
    "conv_weight_gradient(input, g, weight_shape=None, stride=1, padding=0, dilation=1, groups=1)",
    _weight_gradient,
    _weight_shape,
    _weight_pullback,
    grad_fn="ConvolutionBackwardBackward0(1, 0, None)",
    scratch=lambda a, g, weight_shape, **settings: _scratch(a, new_shape(weight_shape), **settings),
    result=SAME,
    linear="input, g",
    doc="The gradient of a convolution by its weight: the sum of the windows times the adjoint of the result.",
)
