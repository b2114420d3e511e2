"""What PyTorch prints for its functions of whole numbers and truth values: writes ``data/torch_whole_numbers.json``.

Run it where PyTorch 2.13.0 is installed: ``PYTHONPATH=. python tests/measure_whole_numbers.py``.
"""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

from whole_numbers import cases, script, truths

DATA = Path(__file__).parent / "data" / "torch_whole_numbers.json"


def printed(text: str) -> str:
    """What a script prints."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(text, {})
    return stream.getvalue()


def main() -> None:
    rows: list[dict[str, Any]] = []
    for name, operands, call in cases():
        for kind, values in (("int64", operands), ("bool", [truths(operand) for operand in operands])):
            text = printed(script([(values, call)]))
            rows.append({"operation": name, "dtype": kind, "call": call, "operands": values, "printed": text})
    lines = ",\n".join(json.dumps(row) for row in rows)
    DATA.write_text(f'{{"torch": "2.13.0+cpu", "rows": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
