"""Which of the functions that scripts may call PyTorch has: writes ``data/torch_names.json``.

``python tests/measure_names.py names.json`` where PyTorch 2.13.0 is installed; names.json has gradcli's names by module, as
``gradcli.emulation.torch.calls.functions`` gives them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

MODULES = {
    "torch": torch,
    "torch.nn.functional": F,
    "torch.special": torch.special,
    "torch.linalg": torch.linalg,
    "Tensor": torch.Tensor,
}


def main() -> None:
    names = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    found = {module: [name for name in listed if hasattr(MODULES[module], name)] for module, listed in names.items()}
    path = Path(__file__).parent / "data" / "torch_names.json"
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
