"""SQL of DuckDB: derivatives as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.output.code.language import Language, Written
from gradcli.output.code.notation import OPERATORS, calls, elementary, heading, words


def _sql(
    language: Language, written: Written, lines: Sequence[tuple[str, str]], results: Sequence[str], helpers: Sequence[str]
) -> Iterator[str]:
    yield from (f"{line}\n" for line in heading(language, written))
    values = [f"value_{at + 1}" for at in range(*written.values)] if written.values else ["value"]
    names = [*values, *("d_" + "_".join(labels) for labels in written.by)]
    columns = [*lines, *zip(names, results, strict=True)]
    yield "SELECT *,\n" + ",\n".join(f"  {text} AS {name}" for name, text in columns) + f"\nFROM {written.name};\n"


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
        "Math.expm1": "(exp({0}) - 1)",
        "Math.log1p": "ln(1 + ({0}))",
        "Math.PI": "pi()",
        "Math.SQRT2": "sqrt(2)",
        **calls(
            """
            power         pow({0}, {1})
            sign          sign({0})
            roundHalfEven round_even({0}, 0)
            %             fmod({0}, {1})
            sigmoid       (1/(1 + exp(-({0}))))
            softplus      CASE WHEN ({0})*({1}) > {2} THEN {0} ELSE ln(1 + exp(({0})*({1})))/({1}) END
            bounded       least(greatest({0}, {1}), {2})
            logSigmoid    (-ln(1 + exp(-({0}))))
            logAddExp     (greatest({0}, {1}) + ln(1 + exp(-abs(({0}) - ({1})))))
            logSumExp     (greatest({0}, {1}) + ln(1 + exp(-abs(({0}) - ({1})))))
            gamma         gamma({0})
            lgamma        lgamma({0})
            """
        ),
    },
    {
        **OPERATORS,
        "?": (99, "CASE WHEN {0} THEN {1} ELSE {2} END"),
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
    folds_case=True,
)
