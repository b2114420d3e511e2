"""The built wheel, installed outside the checkout into an environment without it, does the main job."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_does_the_main_job(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("gradcli-*.whl")

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    (site,) = environment.glob("lib/python*/site-packages")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # The dependencies come from the environment of the tests; a path in a .pth file does not bring its own .pth files along,
    # so an editable install of the checkout is not seen.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    python = environment / "bin" / "python"
    locate = [python, "-c", "import gradcli; print(gradcli.__file__)"]
    where = subprocess.run(locate, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(where.stdout.strip()).is_relative_to(site)
    assert (site / "gradcli" / "grammar" / "gradcli.lark").is_file()
    assert (site / "gradcli" / "py.typed").is_file()
    assert (site / "gradcli" / "manual" / "start.md").is_file()

    command = [python, "-m", "gradcli", "eval", "(x+w)*(w+1)", "--x", "2", "--w", "1", "--wrt", "w", "-q"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "6\n5\n", "")
    page = [*command[:3], "graph", *command[4:-3], "--format", "html"]
    assert "<script>" in subprocess.run(page, cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    script = [python, site / "bin" / "gradcli", "--version"]
    assert subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.startswith("gradcli ")
