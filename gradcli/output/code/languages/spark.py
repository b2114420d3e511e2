"""SQL of Spark, from version 3.4 on: derivatives as columns."""

from __future__ import annotations

from gradcli.frozen import replace
from gradcli.output.code.languages.sql import LANGUAGE as SQL
from gradcli.output.code.notation import calls, words

_LACKING = words("gamma lgamma")

LANGUAGE = replace(
    SQL,
    name="spark",
    about="SQL (Spark)",
    main=None,
    command=(),
    modules=(),
    endings=(".spark.sql", ".sql"),
    calls={
        **{name: template for name, template in SQL.calls.items() if name not in _LACKING},
        **calls(
            """
            /             try_divide({0}, {1})
            Math.floor    double(floor({0}))
            Math.ceil     double(ceil({0}))
            Math.trunc    (sign({0})*double(floor(abs({0}))))
            Math.hypot    hypot({0}, {1})
            Math.expm1    expm1({0})
            Math.log1p    log1p({0})
            roundHalfEven rint({0})
            %             ({0} % {1})
            remainder     pmod({0}, {1})
            floorDivide   double(floor(try_divide({0}, {1})))
            copySign      CASE WHEN {1} < 0 THEN -abs({0}) ELSE abs({0}) END
            logSigmoid    (-log1p(exp(-({0}))))
            """
        ),
    },
    words=SQL.words | words("anti cluster distribute lateral minus semi sort sqrt double e pi array map struct"),
    whole="{}.0D",
    decimal="{}D",
    infinity="double('inf')",
    nan="double('nan')",
)
