"""`python -m gradcli`, and the command `gradcli`."""

from __future__ import annotations

import gc
import os


def main() -> None:
    """Run the command line; an interrupt while it is being loaded ends it like any other."""
    # One command builds one graph and ends: collecting cycles on the way would only cost time, that of loading it included.
    gc.disable()
    try:
        from gradcli.cli.main import main as command_line

        command_line()
    except BaseException as error:
        if not isinstance(
            error.__cause__ or error, KeyboardInterrupt
        ):  # a cause where a class was being made, whose names are set
            raise
        os.write(2, b"interrupted\n")
        os._exit(130)


if __name__ == "__main__":
    main()
