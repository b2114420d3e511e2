"""What PyTorch prints for the scripts in ``data/torch_scripts``: writes each script's standard output into a file beside it.

Run it where PyTorch 2.13.0 is installed: ``python tests/measure_scripts.py [NAME...]``. Addresses become 0x..., and an
exception that ends a script is its last line, behind ``!``. The tests compare with the files.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "torch_scripts"


def main() -> None:
    for path in sorted(FOLDER.glob("*.py")):
        if sys.argv[1:] and path.stem not in sys.argv[1:]:
            continue
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=100)
        text = re.sub(r"0x[0-9a-f]{8,}", "0x...", done.stdout)
        if done.returncode:
            message = done.stderr.rstrip("\n").split("\n")[-1]
            text += "!" + re.sub(r"\. Did you mean: '\w+'\?$", "", message) + "\n"
        path.with_suffix(".out").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
