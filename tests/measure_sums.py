"""Measures PyTorch's sums to the last digit; run it by hand, on a processor with AVX2.

``data/torch_sums.json`` has rows of shape, axes, dtype and the sums of :func:`terms`.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy

DATA = Path(__file__).parent / "data" / "torch_sums.json"

SHAPES: tuple[tuple[int, ...], ...] = (
    *((length,) for length in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 1000, 4096, 20_001)),
    *((2, 3), (3, 8), (5, 33), (100, 7), (64, 64), (1, 9), (9, 1), (2, 3, 4), (4, 9, 8), (5, 33, 10), (2, 1, 9)),
    *((7, 3, 40), (3, 2, 5, 6), (2, 3, 1, 9), (2, 2, 2, 2, 5)),
)


def terms(shape: tuple[int, ...], dtype: str) -> Any:
    """The terms of a sum: numbers of many sizes that no order adds without rounding."""
    places = numpy.arange(numpy.prod(shape), dtype="float64")
    return ((places * 7919 % 1009 - 504) / 97 * 2.0 ** (places % 5)).astype(dtype).reshape(shape)


def main() -> None:
    import torch

    assert torch.backends.cpu.get_cpu_capability() == "AVX2"
    rows = []
    for shape, dtype in itertools.product(SHAPES, ("float32", "float64")):
        for count in range(1, len(shape) + 1):
            for axes in itertools.combinations(range(len(shape)), count):
                found = torch.tensor(terms(shape, dtype)).sum(axes)
                rows.append({"shape": shape, "axes": axes, "dtype": dtype, "sum": found.double().reshape(-1).tolist()})
    lines = ",\n".join(map(json.dumps, rows))
    DATA.write_text(f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
