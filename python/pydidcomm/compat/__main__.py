"""Run a script, a module or a piece of code with the stand-ins installed."""

import runpy
import sys
from pathlib import Path

from pydidcomm.compat import install

USAGE = "usage: python -m pydidcomm.compat (script.py | -m module | -c code) [arguments]"


def main(arguments: list[str]) -> None:
    """Run the script, module or code in the arguments as Python does, after `install`."""
    match arguments:
        case ["-m", module, *rest]:
            install()
            sys.argv = [module, *rest]
            sys.path.insert(0, "")
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case ["-c", code, *rest]:
            install()
            sys.argv = ["-c", *rest]
            sys.path.insert(0, "")
            exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102, what -c is for
        case [script, *rest] if not script.startswith("-"):
            install()
            sys.argv = [script, *rest]
            sys.path.insert(0, str(Path(script).resolve().parent))
            runpy.run_path(script, run_name="__main__")
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
