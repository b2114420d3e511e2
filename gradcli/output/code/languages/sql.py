"""SQL of DuckDB: derivatives as columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gradcli.output.code.language import ENCLOSED, Language, Written
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, words

_WORD = re.compile(r"[^\W\d]\w*")


def _sql(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    values = [f"value_{at + 1}" for at in range(*written.values)] if written.values else ["value"]
    names = [*values, *("d_" + "_".join(labels) for labels in written.by)]
    table, step = written.name, "part" if written.name.lower().startswith("step_") else "step"
    for number, columns in enumerate(_steps(lines), 1):
        yield f"{', ' if number > 1 else 'WITH '}{step}_{number} AS (\n{_select(columns, table, '  ')}\n)"
        table = f"{step}_{number}"
    yield ("\n" if lines else "") + _select([*zip(names, results, strict=True)], table) + ";\n"


def _steps(lines: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The lines in steps that need those before alone: a column that names another one of its own SELECT has that written out
    in its place, over and over, where a database allows it at all."""
    steps: list[list[tuple[str, str]]] = []
    place: dict[str, int] = {}
    for name, text in lines:
        place[name] = 1 + max((place.get(word, -1) for word in _WORD.findall(text)), default=-1)
        steps[place[name] :] = steps[place[name] :] or [[]]
        steps[place[name]].append((name, text))
    return steps


def _select(columns: Sequence[tuple[str, str]], table: str, indent: str = "") -> str:
    """A table with further columns."""
    added = ",\n".join(f"{indent}  {text} AS {name}" for name, text in columns)
    return f"{indent}SELECT *,\n{added}\n{indent}FROM {table}"


POINTS = "-- points of a check\n"
_RUN = f"""
import sys, duckdb
query, _, table = open(sys.argv[1], encoding="utf-8").read().partition({POINTS!r})
count, _, table = table.partition("\\n")
connection = duckdb.connect()
connection.execute(table)
for row in connection.execute(query).fetchall():
    print(*["nan" if cell is None else repr(float(cell)) for cell in row[-int(count.strip("- ")):]], sep="\\n")
"""


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    """The table of the points, behind how many results there are, both as a script reads them."""
    columns = ", ".join(f"{name} DOUBLE" for name in (*written.routine.arguments, "point_of_check"))
    rows = ", ".join(f"({', '.join([*point, str(at)])})" for at, point in enumerate(points))
    count = len(written.routine.results)
    return f"{POINTS}-- {count}\nCREATE TABLE {written.name} ({columns}); INSERT INTO {written.name} VALUES {rows};\n"


def logarithms(log1p: str) -> dict[str, str]:
    """What is made of log(1 + x), which keeps the digits of a small x: a template for an x from 0 to 1."""
    share, softly, apart = (log1p.replace("{0}", f"exp(-abs({one}))") for one in ("{0}", "({0})*({1})", "({0}) - ({1})"))
    return calls(
        f"""
        softplus   CASE WHEN ({{0}})*({{1}}) > {{2}} THEN {{0}} ELSE (greatest(({{0}})*({{1}}), 0) + {softly})/({{1}}) END
        logSigmoid (least({{0}}, 0) - {share})
        logAddExp  (greatest({{0}}, {{1}}) + {apart})
        logSumExp  (greatest({{0}}, {{1}}) + {apart})
        """
    )


def divisions(rest: str) -> dict[str, str]:
    """What is made of the rest of a division, which has the sign of the dividend, given as a template."""
    below = f"({rest})*({{1}}) < 0"
    return calls(
        f"""
        %           ({rest})
        remainder   CASE WHEN {below} THEN {rest} + ({{1}}) ELSE {rest} END
        floorDivide (round((({{0}}) - {rest})/({{1}})) - CASE WHEN {below} THEN 1 ELSE 0 END)
        """
    )


LANGUAGE = Language(
    "sql",
    "SQL (DuckDB)",
    (".sql",),
    {
        **elementary("{name}({operands})"),
        **calls("Math.log ln({0})"),
        **calls(
            """
            Math.abs   abs({0})
            Math.max   greatest({*})
            Math.min   least({*})
            Math.hypot sqrt(({0})*({0}) + ({1})*({1}))
            """
        ),
        **logarithms("2*atanh({0}/({0} + 2))"),
        **divisions("({0}) % ({1})"),
        "Math.log1p": "CASE WHEN abs({0}) < 0.5 THEN 2*atanh(({0})/(({0}) + 2)) ELSE ln(1 + ({0})) END",
        "Math.expm1": "CASE WHEN abs({0}) < 1 THEN 2*sinh(({0})/2)*exp(({0})/2) ELSE exp({0}) - 1 END",
        "Math.PI": "pi()",
        "Math.SQRT2": "sqrt(2)",
        **calls(
            """
            power         pow({0}, {1})
            sign          sign({0})
            roundHalfEven round_even({0}, 0)
            copySign      CASE WHEN signbit({1}) THEN -abs({0}) ELSE abs({0}) END
            sigmoid       (1/(1 + exp(-({0}))))
            bounded       least(greatest({0}, {1}), {2})
            gamma         gamma({0})
            lgamma        lgamma({0})
            """
        ),
    },
    {
        **OPERATORS,
        "?": (ENCLOSED, "CASE WHEN {0} THEN {1} ELSE {2} END"),
        "||": (2, "{0} OR {1}"),
        "&&": (3, "{0} AND {1}"),
        "===": (5, "{0} = {1}"),
        "!==": (5, "{0} <> {1}"),
    },
    "",
    words(
        "all and any as asc at between by case cast check collate column create cross default desc distinct else end "
        "except exists false fetch for foreign from full grant group having in inner intersect into is join left like "
        "limit natural not null on or order outer primary references right select set some table then to true union "
        "unique user using values view when where window with value"
    ),
    "{}.0",
    "'inf'::DOUBLE",
    "'nan'::DOUBLE",
    "--",
    _sql,
    _main,
    (("{python}", "-c", _RUN, "{file}"),),
    folds_case=True,
    modules=("duckdb",),
)
