"""Packages of QTI, the exchange format of learning platforms: version 3, and 1.2, which both quizzes of Canvas import.

QTI compares no expressions: they are choices. A package is a manifest and the files that it lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from gradcli.errors import said
from gradcli.language.ast import Output
from gradcli.language.parser import parse
from gradcli.output.formulas.mathml import to_mathml
from gradcli.output.quizzes.wording import Posed, posed
from gradcli.teaching.exercises.exercises import Exercise
from gradcli.teaching.tasks import DERIVATIVE

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _manifest(namespace: str, version: str, type: str, files: Sequence[str], **metadata: str) -> tuple[str, str]:
    told = "".join(f"<{name}>{value}</{name}>" for name, value in metadata.items())
    resources = "".join(
        f'    <resource identifier="r{at}" type="{type}" href="{name}"><file href="{name}"/></resource>\n'
        for at, name in enumerate(files, 1)
    )
    return (
        "imsmanifest.xml",
        f'{_XML}<manifest xmlns="{namespace}" identifier="exercises">\n'
        f"  <metadata><schema>{version}</schema>{told}</metadata>\n  <organizations/>\n"
        f"  <resources>\n{resources}  </resources>\n</manifest>\n",
    )


# ---- QTI 3 ----

_ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_MATHML = "http://www.w3.org/1998/Math/MathML"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"


def qti3(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[tuple[str, str]]:
    """A package of QTI 3: an item a question, a choice or the entry of a number, with feedback for each known answer."""
    questions = list(posed(found, ask))
    names = [f"exercise-{at}.xml" for at in range(1, len(questions) + 1)]
    yield _manifest(_PACKAGE, "QTI Package", "imsqti_item_xmlv3p0", names, schemaversion="3.0.0")
    for at, (name, one) in enumerate(zip(names, questions, strict=True), 1):
        yield name, _XML + "".join(_item3(f"exercise-{at}", one))


def _item3(identifier: str, one: Posed) -> Iterator[str]:
    number = one.tolerance > 0
    answers = [(one.answer, said("right")), *one.told]
    marks = [f"answer{at}" for at in range(len(answers))]
    type, right = ("float", one.answer) if number else ("identifier", marks[0])
    yield f'<qti-assessment-item xmlns="{_ITEM}" identifier="{identifier}" title="{one.name}" '
    yield 'adaptive="false" time-dependent="false">\n'
    yield f'  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="{type}">\n'
    yield f"    <qti-correct-response><qti-value>{right}</qti-value></qti-correct-response>\n  </qti-response-declaration>\n"
    yield '  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="1">\n'
    yield "    <qti-default-value><qti-value>0</qti-value></qti-default-value>\n  </qti-outcome-declaration>\n"
    yield '  <qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>\n  <qti-item-body>\n'
    yield f"    <p>{escape(one.lead)}</p>\n    <p>{_mathml(one.expression)}</p>\n"
    if number:
        yield '    <p><qti-text-entry-interaction response-identifier="RESPONSE" expected-length="12"/></p>\n'
    else:
        yield '    <qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="1">\n'
        for mark, (text, _) in zip(marks, answers, strict=True):
            yield f'      <qti-simple-choice identifier="{mark}">{_mathml(text)}</qti-simple-choice>\n'
        yield "    </qti-choice-interaction>\n"
    yield "  </qti-item-body>\n  <qti-response-processing>\n    <qti-response-condition>\n"
    given = '<qti-variable identifier="RESPONSE"/>'
    for at, (mark, (text, _)) in enumerate(zip(marks, answers, strict=True)):
        tag = "qti-response-else-if" if at else "qti-response-if"
        value = f'<qti-base-value base-type="{type}">{text if number else mark}</qti-base-value>'
        wide = f"{one.tolerance:.3g}"
        equal = f'<qti-equal tolerance-mode="absolute" tolerance="{wide} {wide}">' if number else "<qti-match>"
        yield f"      <{tag}>\n        {equal}{given}{value}</{equal[1:].partition(' ')[0].rstrip('>')}>\n"
        yield _outcome("FEEDBACK", "identifier", mark) + ("" if at else _outcome("SCORE", "float", "1"))
        yield f"      </{tag}>\n"
    yield "    </qti-response-condition>\n  </qti-response-processing>\n"
    for mark, (_, feedback) in zip(marks, answers, strict=True):
        yield f'  <qti-modal-feedback outcome-identifier="FEEDBACK" identifier="{mark}" show-hide="show">\n'
        yield f"    <qti-content-body><p>{escape(feedback)}</p></qti-content-body>\n  </qti-modal-feedback>\n"
    yield "</qti-assessment-item>\n"


def _outcome(name: str, type: str, value: str) -> str:
    inner = f'<qti-base-value base-type="{type}">{value}</qti-base-value>'
    return f'        <qti-set-outcome-value identifier="{name}">{inner}</qti-set-outcome-value>\n'


def _mathml(text: str) -> str:
    lines = parse(text).statements
    if len(lines) > 1 or not isinstance(lines[0], Output):
        return f"<code>{escape(text)}</code>"
    return f'<math xmlns="{_MATHML}">{to_mathml(lines[0].value)}</math>'


# ---- QTI 1.2 ----

_QTI12 = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def canvas(found: Sequence[Exercise], *, ask: str = DERIVATIVE) -> Iterator[tuple[str, str]]:
    """A package of QTI 1.2 for Canvas, Classic Quizzes and New Quizzes: multiple choice, of numbers as well."""
    package = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
    yield _manifest(package, "IMS Content", "imsqti_xmlv1p2", ["exercises/exercises.xml"], schemaversion="1.1.3")
    title = said("Exercises")
    items = "".join(_item12(at, one) for at, one in enumerate(posed(found, ask), 1))
    yield (
        "exercises/exercises.xml",
        f'{_XML}<questestinterop xmlns="{_QTI12}">\n<assessment ident="exercises" title="{title}">\n'
        f'<section ident="root_section">\n{items}</section>\n</assessment>\n</questestinterop>\n',
    )


def _item12(number: int, one: Posed) -> str:
    answers = sorted([(one.answer, said("right")), *one.told])  # by their text, so that their places tell nothing
    fields = {"question_type": "multiple_choice_question", "points_possible": "1"}
    told = "".join(
        f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"
        for name, value in fields.items()
    )
    choices = "".join(
        f'<response_label ident="{at}">{_material(one.shown(text))}</response_label>\n' for at, (text, _) in enumerate(answers)
    )
    conditions = "".join(
        f'<respcondition continue="Yes">{_is(at)}<displayfeedback feedbacktype="Response" linkrefid="{at}_fb"/></respcondition>\n'
        for at in range(len(answers))
    )
    right = answers.index((one.answer, said("right")))
    feedback = "".join(
        f'<itemfeedback ident="{at}_fb"><flow_mat>{_material(escape(reason))}</flow_mat></itemfeedback>\n'
        for at, (_, reason) in enumerate(answers)
    )
    score = '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
    mark = '<setvar action="Set" varname="SCORE">100</setvar>'
    return (
        f'<item ident="exercise{number}" title="{one.name}">\n'
        f"<itemmetadata><qtimetadata>{told}</qtimetadata></itemmetadata>\n<presentation>{_material(one.html)}\n"
        f'<response_lid ident="response1" rcardinality="Single"><render_choice>\n{choices}</render_choice></response_lid>\n'
        f"</presentation>\n<resprocessing>{score}\n"
        f'{conditions}<respcondition continue="No">{_is(right)}{mark}</respcondition>\n'
        f"</resprocessing>\n{feedback}</item>\n"
    )


def _material(html: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(html)}</mattext></material>'


def _is(at: int) -> str:
    return f'<conditionvar><varequal respident="response1">{at}</varequal></conditionvar>'
