"""SQL of Spark, from version 3.4 on: derivatives as columns."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.frozen import replace
from gradcli.output.code.language import Language, Written
from gradcli.output.code.languages.sql import LANGUAGE as SQL
from gradcli.output.code.languages.sql import POINTS, divisions, logarithms
from gradcli.output.code.notation import calls, words

_LACKING = words("gamma lgamma")

_FLOOR = "(rint({0}) - CASE WHEN rint({0}) > ({0}) THEN 1 ELSE 0 END)"
"""That of Spark is of whole numbers, and too large ones are an error."""

_RUN = f"""
import sys
from pyspark.sql import SparkSession
query, _, table = open(sys.argv[1], encoding="utf-8").read().partition({POINTS!r})
count, _, table = table.partition("\\n")
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.log.level", "OFF").getOrCreate()
spark.sql(table)
for row in spark.sql(query.rstrip().rstrip(";")).collect():
    print(*["nan" if cell is None else repr(float(cell)) for cell in row[-int(count.strip("- ")):]], sep="\\n")
"""


def _main(language: Language, written: Written, points: Sequence[Sequence[str]]) -> str:
    """The points as a view, behind how many results there are, both as a script reads them."""
    columns = ", ".join((*written.routine.arguments, "point_of_check"))
    rows = ", ".join(f"({', '.join([*point, str(at)])})" for at, point in enumerate(points))
    count = len(written.routine.results)
    return f"{POINTS}-- {count}\nCREATE TEMPORARY VIEW {written.name} AS SELECT * FROM VALUES {rows} AS t({columns})\n"


LANGUAGE = replace(
    SQL,
    name="spark",
    about="SQL (Spark)",
    main=_main,
    command=(("{python}", "-c", _RUN, "{file}"),),
    modules=("pyspark",),
    endings=(".spark.sql", ".sql"),
    calls={
        **{name: template for name, template in SQL.calls.items() if name not in _LACKING},
        **logarithms("log1p({0})"),
        **divisions("({0}) % nullif({1}, 0)"),
        "Math.floor": _FLOOR,
        "Math.ceil": f"(-{_FLOOR.replace('{0}', '-({0})')})",
        "Math.trunc": f"(sign({{0}})*{_FLOOR.replace('{0}', 'abs({0})')})",
        "floorDivide": _FLOOR.replace("{0}", "try_divide({0}, {1})"),
        **calls(
            """
            /             try_divide({0}, {1})
            Math.hypot    hypot({0}, {1})
            Math.expm1    expm1({0})
            Math.log1p    log1p({0})
            roundHalfEven rint({0})
            copySign      CASE WHEN {1} < 0 THEN -abs({0}) ELSE abs({0}) END
            """
        ),
    },
    words=SQL.words | words("anti cluster distribute lateral minus semi sort sqrt double e pi array map struct"),
    whole="{}.0D",
    decimal="{}D",
    infinity="double('inf')",
    nan="double('nan')",
)
