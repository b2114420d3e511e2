"""Mermaid flowcharts. The escapes pinned here were put before Mermaid 11 in a browser, which drew each text as it is."""

from __future__ import annotations

import re

import pytest
from diagrams import HOSTILE, hostile, of, worked

from gradcli.output.diagrams.mermaid import MOST_CHARACTERS, MOST_EDGES, mermaid, mermaid_warning

WORKED = """\
---
title: "(x+w)*(w+1)"
---
flowchart LR
  n0(["<b>x</b><br/>value 2<br/>leaf"]):::variable
  n1(["<b>w</b><br/>value 1<br/><i>∂y/∂w = 5</i><br/>leaf, requires_grad"]):::variableFlows
  n2("<b>a = x + w</b><br/>value 3<br/><i>∂y/∂a = 2</i><br/>AddBackward0"):::operationFlows
  n3(("<b>1</b>")):::constant
  n4("<b>b = w + 1</b><br/>value 2<br/><i>∂y/∂b = 3</i><br/>AddBackward0"):::operationFlows
  n5[["<b>y = a·b</b><br/>value 6<br/><i>∂y/∂y = 1</i><br/>MulBackward0"]]:::outputFlows
  n0 -.-> n2
  n1 ==>|"∂a/∂w = 1"| n2
  n1 ==>|"∂b/∂w = 1"| n4
  n3 -.-> n4
  n2 ==>|"∂y/∂a = b = 2"| n5
  n4 ==>|"∂y/∂b = a = 3"| n5
"""


def test_the_worked_example() -> None:
    text = "".join(mermaid(worked()))
    assert text.startswith(WORKED)
    rest = text[len(WORKED) :].splitlines()
    classes = [line.split()[1] for line in rest if line.startswith("  classDef ")]
    assert classes == ["variable", "variableFlows", "operationFlows", "constant", "outputFlows"]
    assert rest[-1].startswith("  linkStyle 1,2,4,5 stroke:")


def test_parts_are_subgraphs() -> None:
    text = "".join(mermaid(worked("both")))
    titles = re.findall(r'subgraph part\d\["(.*?)"\]', text)
    assert titles == [  # Mermaid draws the last of them first
        "The gradient as a graph of its own",
        "The backward pass#58; grad_fn and next_functions",
        "y and its inputs, forward",
    ]
    assert text.count("\n  end\n") == 3
    assert "f3[(" in text
    assert "f0{{" in text


ESCAPED = {
    "<b>bold</b>": "#60;b#62;bold#60;/b#62;",
    "\"quoted\" 'single'": "#34;quoted#34; 'single'",
    "a --> b": "a --#62; b",
    "%% comment %%{init: {}}%%": "#37;#37; comment #37;#37;#123;init#58; #123;#125;#125;#37;#37;",
    "&amp; &#60; #lt; #35;": "#38;amp#59; #38;#35;60#59; #35;lt#59; #35;35#59;",
    "back\\n": "back#92;#8288;n",
    "real\nnewline": "real<br/>newline",
    "`code` **b** _i_ a_b": "#96;code#96; #42;#42;b#42;#42; #95;i#95; a_b",
    "[a](http://b.c)": "#91;a#93;(http#58;//b.c)",
    "1. list": "1#46; list",
    "12) list": "12#41; list",
    "- item": "#45; item",
    "+ plus": "#43; plus",
    "===": "#61;==",
    "    code": "code",
    "style: #f00;": "style#58; #35;f00#59;",
    "fa:fa-car $$x$$": "fa#58;#8288;fa-car #36;#8288;#36;x#36;#8288;#36;",
    "x\x00\x1b\u2028": "x#9216;#9243;#9252;",
    "∂λ汉字": "∂λ汉字",
    "end": "end",
    "-1.5": "#45;1.5",
}


@pytest.mark.parametrize("text", ESCAPED)
def test_what_means_something_to_mermaid_is_a_reference(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagrams.HOSTILE", [text])
    lines = list(mermaid(hostile("t")))
    one = ESCAPED[text]
    assert lines[1] == f'  a0(["<b>{one}</b><br/>{one}<br/><i>{one}</i><br/>{one}"]):::variableFlows\n'
    assert lines[2] == f'  a0 ==>|"{one}"| a0\n'


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_title_is_one_quoted_line(title: str) -> None:
    head = next(iter(mermaid(hostile(title))))
    lines = head.splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r'title: "([^"\\]|\\.)*"', lines[1])


def test_nothing_beyond_the_limits_passes_without_a_word() -> None:
    assert mermaid_warning(worked("both")) is None
    edges = of(" + ".join(["x"] * (MOST_EDGES // 2 + 2)), x=1.0)
    assert str(MOST_EDGES) in (mermaid_warning(edges) or "")
    assert "linkStyle" not in "".join(mermaid(edges))
    long = of("; ".join(f"value_of_a_really_long_name_{at} = sin(x + {at}000)" for at in range(150)) + "; x", x=1.0)
    assert sum(map(len, mermaid(long))) > MOST_CHARACTERS
    assert f"{MOST_CHARACTERS:,}" in (mermaid_warning(long) or "")
