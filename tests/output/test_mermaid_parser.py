"""Mermaid's own parser accepts what is written for it; it runs where Node.js finds it (see ``.ci/run``)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from diagrams import HOSTILE, breaking_off, hostile, worked

from gradcli.output.diagrams.mermaid import mermaid

MODULES = os.environ.get("GRADCLI_NODE_MODULES", "")

pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and (Path(MODULES) / "mermaid").is_dir() and (Path(MODULES) / "jsdom").is_dir()),
    reason="GRADCLI_NODE_MODULES names no folder with the npm packages mermaid and jsdom, or there is no node",
)

PARSE = """
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const require = createRequire(process.argv[2] + "/any.js");
const { JSDOM } = require("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
const mermaid = (await import(pathToFileURL(process.argv[2] + "/mermaid/dist/mermaid.core.mjs"))).default;
for (const text of JSON.parse(readFileSync(0, "utf-8"))) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  console.log(JSON.stringify([db.getVertices().size, db.getEdges().length]));
}
process.exit(0);
"""


def test_mermaid_reads_each_drawing_with_all_its_nodes_and_edges(tmp_path: Path) -> None:
    drawings = [worked(view) for view in ("forward", "backward", "both")]
    drawings.append(breaking_off())
    drawings += [hostile(text) for text in HOSTILE]
    script = tmp_path / "parse.mjs"
    script.write_text(PARSE, "utf-8")
    texts = json.dumps(["".join(mermaid(drawing)) for drawing in drawings])
    done = subprocess.run(
        ["node", str(script), MODULES], input=texts, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert read == [
        [sum(len(list(part.boxes())) for part in drawing.parts), sum(len(list(part.arrows())) for part in drawing.parts)]
        for drawing in drawings
    ]
