"""The size of gradient graphs, against the bound of Baur and Strassen."""

from __future__ import annotations

from contest import Contest, Count, Setting


def contests(setting: Setting) -> list[Contest | Count]:
    """The count of this workload; it takes no time into account."""
    return [Count("gradient graph: operations of function and gradient / operations of the function", "gradient_size.py")]
