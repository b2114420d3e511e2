"""A `jq` command for machines without one, on the Python binding of the same library; the examples use it."""

from __future__ import annotations

import json
import sys
from typing import Any

import jq


def main(arguments: list[str]) -> None:
    """Run a filter; knows -r, -c, -n, --arg and --argjson."""
    flags: set[str] = set()
    values: dict[str, Any] = {}
    program = ""
    rest = list(reversed(arguments))
    while rest:
        argument = rest.pop()
        if argument in ("--arg", "--argjson"):
            name, value = rest.pop(), rest.pop()
            values[name] = value if argument == "--arg" else json.loads(value)
        elif argument.startswith("-"):
            flags.update(argument[1:])
        else:
            program = argument
    compiled = jq.compile(program, args=values)
    results = compiled.input_value(None) if "n" in flags else compiled.input_text(sys.stdin.read())
    for result in results:
        if "r" in flags and isinstance(result, str):
            print(result)
        else:
            print(json.dumps(result, ensure_ascii=False, separators=(",", ":") if "c" in flags else None))


if __name__ == "__main__":
    main(sys.argv[1:])
