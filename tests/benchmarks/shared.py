"""Shared subexpressions: work grows with the graph, not with the expression written out; in every format."""

from __future__ import annotations

from contest import Contest, Count, Entry, Setting, json_numbers, numbers, text_numbers

_READERS = {"numbers": numbers, "text": text_numbers, "rich": text_numbers, "json": json_numbers}
_X = "0.5"


def contests(setting: Setting) -> list[Contest | Count]:
    """The contests of this workload. Computer algebra collects y + y to 2·y at once; it cannot collect the sines."""
    return [
        Contest(
            "shared subexpressions: y = y + y, 40 times",
            _ours(setting, "doubling.txt", "y = y + y", 40),
            _peers(setting, "doubling", 40),
        ),
        Contest(
            "shared subexpressions: y = y + sin(y)/1000, 1,000 times",
            _ours(setting, "sines.txt", "y = y + sin(y)/1000", 1000),
            _peers(setting, "sines", 1000),
        ),
    ]


def _ours(setting: Setting, file: str, line: str, count: int) -> list[Entry]:
    source = setting.write(file, "\n".join(["y = x", *[line] * count]))
    return [
        setting.ours(format, "eval", "-f", source, "--x", _X, "--format", format, read=read) for format, read in _READERS.items()
    ]


def _peers(setting: Setting, what: str, count: int) -> list[Entry]:
    return [
        setting.script(module, "sharing.py", module, what, str(count), _X, needs=module, target=1.0)
        for module in ("symengine", "sympy")
    ]
