"""The JSON Schemas of the documents that the tool writes, made from the records that are written."""

from __future__ import annotations

from gradcli.output.json import SOURCES
from gradcli.output.schemas.analysis import CheckDocument
from gradcli.output.schemas.facts import FactsDocument
from gradcli.output.schemas.generator import Schema, schema_of
from gradcli.output.schemas.plots import DescendDocument, FieldDocument, PlotDocument
from gradcli.output.schemas.programs import ErrorRecord, FailureRecord, ModesDocument, ResultRecord, RunDocument, TraceDocument
from gradcli.output.schemas.runs import EvalDocument, GraphDocument
from gradcli.output.schemas.symbolic import (
    DiffDocument,
    EqualDocument,
    ExplainDocument,
    OpsDocument,
    StationaryDocument,
    TangentDocument,
    TaylorDocument,
)
from gradcli.output.schemas.teaching import (
    ExercisesDocument,
    GradeDocument,
    MistakesDocument,
    PracticeDocument,
    PredictDocument,
    QuizDocument,
    StepsDocument,
    WrongAnswersDocument,
)
from gradcli.output.schemas.why import WhyDocument

_DRAFT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


_WARNINGS = {"type": "array", "items": {"type": "string"}, "description": "What the user should know."}
_NOTES = {
    "type": "array",
    "items": {"type": "string"},
    "description": "What could have meant something else, and what it was read as.",
}
_READ_AS = {
    "read_as": {"type": "string", "description": "The source text in the strict language; only where it is read otherwise."},
    "notes": _NOTES,
}
_BOTH_READ_AS = {"read_as": {"type": "array", "items": _READ_AS["read_as"]}, "notes": _NOTES}
"""What a document says beside a source text that was not read strictly."""


def _document(name: str, record: type, *, symbolic: bool = False) -> Schema:
    """The schema of a document, whose first key names it and whose last one is what the user should know."""
    schema = schema_of(record, symbolic=symbolic)
    schema["properties"] = {"schema": {"const": f"gradcli/{name}/1"}, **schema["properties"], "warnings": _WARNINGS}
    schema["required"] = ["schema", *schema["required"], "warnings"]
    sources = [key for key in SOURCES if key in schema["properties"]]
    if sources:
        schema["properties"] |= _READ_AS if len(sources) == 1 else _BOTH_READ_AS
    return {**_DRAFT, "title": record.__doc__, **schema}


SCHEMAS: dict[str, Schema] = {
    "eval": _document("eval", EvalDocument),
    "graph": _document("graph", GraphDocument, symbolic=True),
    "run": _document("run", RunDocument),
    "record": {
        **_DRAFT,
        "title": "a line of gradcli run --feed FILE --format jsonl",
        "anyOf": [schema_of(ResultRecord), schema_of(FailureRecord)],
    },
    "trace": _document("trace", TraceDocument),
    "compare-modes": _document("compare-modes", ModesDocument),
    "explain": _document("explain", ExplainDocument),
    "facts": _document("facts", FactsDocument),
    "equal": _document("equal", EqualDocument),
    "check": _document("check", CheckDocument),
    "ops": _document("ops", OpsDocument),
    "diff": _document("diff", DiffDocument),
    "stationary": _document("stationary", StationaryDocument),
    "tangent": _document("tangent", TangentDocument),
    "taylor": _document("taylor", TaylorDocument),
    "plot": _document("plot", PlotDocument),
    "descend": _document("descend", DescendDocument),
    "field": _document("field", FieldDocument),
    "grade": _document("grade", GradeDocument),
    "quiz": _document("quiz", QuizDocument),
    "steps": _document("steps", StepsDocument),
    "exercise": _document("exercise", ExercisesDocument),
    "predict": _document("predict", PredictDocument),
    "mistakes": _document("mistakes", MistakesDocument),
    "practice": _document("practice", PracticeDocument),
    "wrong-answers": _document("wrong-answers", WrongAnswersDocument),
    "why": _document("why", WhyDocument),
    "error": _document("error", ErrorRecord),
}
"""Each schema, by the name of its command or document."""
