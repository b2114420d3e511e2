"""JavaScript, as a module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.output.code.language import Language, Written
from gradcli.output.code.loops import Loops
from gradcli.output.code.notation import ELEMENTARY, OPERATORS, TWO, heading, returned, words


def _javascript(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    yield from (f"\n{helper}\n" for helper in helpers)
    yield f"\n{language.prefix}function {written.name}({', '.join(written.routine.arguments)}) {{\n"
    yield language.body(lines, "  ")
    found = returned(results, written)
    yield f"  return {f'[{found}]' if written.shape else found};\n}}\n"


def _javascript_main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    calls = [f"{written.name}({', '.join(point)})" for point in points]
    return "".join(f"for (const number of [{call}].flat(4)) console.log(String(number));\n" for call in calls)


LANGUAGE = Language(
    "javascript",
    "JavaScript",
    (".mjs", ".js"),
    {"Math.max": "Math.max({*})", "Math.min": "Math.min({*})", "Math.hypot": "Math.hypot({*})"}
    | {f"Math.{name}": f"Math.{name}({{0}})" for name in ELEMENTARY if name not in TWO}
    | {"Math.atan2": "Math.atan2({0}, {1})", "Math.abs": "Math.abs({0})", "Math.PI": "Math.PI", "Math.SQRT2": "Math.SQRT2"},
    {**OPERATORS, "===": (5, "{0} === {1}"), "!==": (4, "{0} !== {1}"), "%": (7, "{0} % {1}")},
    "gradcli.output:page/functions.js",
    words(
        "arguments await break case catch class const continue debugger default delete do else enum eval export "
        "extends false finally for function if implements import in instanceof interface let new null package private "
        "protected public return static super switch this throw true try typeof undefined var void while with yield "
        "Math NaN Infinity Number Object Float64Array"
    ),
    "{}",
    "Infinity",
    "NaN",
    "//",
    _javascript,
    _javascript_main,
    (("node", "{file}"),),
    linkage=("export ", ""),
    loops=Loops(
        line="const {name} = {text};",
        store="{place} = {text};",
        array="const {name} = new Float64Array({size});",
        table="const {name} = [{items}];",
        loop="for (let {counter} = 0; {counter} < {count}; {counter} += 1) {{",
        end="}",
        indent="  ",
    ),
)
