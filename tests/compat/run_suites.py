"""Runs the tests of the libraries before this one on the stand-ins for them.

python tests/compat/run_suites.py DIR [name]: DIR has one folder for each repository. What does not run is
printed with its reason; the exit code is 1 after a failure.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

from suites import NOTEBOOKS, SUITES, Suite

HERE = Path(__file__).resolve().parent
PYTHONPATH = os.pathsep.join([str(HERE), str(HERE.parents[1] / "python"), "."])
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
ENVIRONMENT = os.environ | {"PYTHONPATH": PYTHONPATH, "PYTHONWARNINGS": "ignore", "PATH": PATH}


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run_suite(suite: Suite, folder: Path) -> bool:
    """Runs one suite, prints what came of it, and says whether all is well."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "standins", "-p", "no:cacheprovider"]
        command += ["--no-header", "--tb=short", f"--junit-xml={report}", *suite.arguments]
        command += [f"--deselect={test}" for test in suite.deselected]
        command += [f"--ignore={file}" for file in suite.ignored]
        done = subprocess.run(  # noqa: S603, our own command
            command,
            cwd=folder / suite.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        counts = counted(report)
    failed = counts["failure"] + counts["error"]
    passed, skipped = counts["passed"], counts["skipped"]
    say(f"{suite.name}: {passed} passed, {failed} failed, {skipped} skipped by their author")
    for test, reason in {**suite.ignored, **suite.deselected}.items():
        say(f"  not run: {test}: {reason}")
    if failed or done.returncode:
        say(done.stdout[-4000:] + done.stderr[-2000:])
    return not failed and not done.returncode and counts["passed"] > 0


def counted(report: Path) -> Counter[str]:
    """How many tests passed, failed, and so on."""
    counts: Counter[str] = Counter()
    if report.exists():
        for case in ET.parse(report).iter("testcase"):  # noqa: S314, what pytest wrote just now
            outcomes = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
            counts[outcomes[0] if outcomes else "passed"] += 1
    return counts


def run_notebook(path: Path) -> bool:
    """Runs one notebook, prints what came of it, and says whether all is well."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(  # noqa: S603, our own command
            [sys.executable, str(HERE / "notebook.py"), str(path), scratch],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    say(f"{path.name}: {last if not done.returncode else done.stderr[-2000:]}")
    return not done.returncode


def main(folder: Path, names: list[str]) -> int:
    """Runs all that is there, or what is named."""

    def is_wanted(name: str) -> bool:
        return (folder / name).is_dir() and (not names or name in names)

    well = [run_suite(suite, folder / suite.name) for suite in SUITES if is_wanted(suite.name)]
    for name, notebooks in NOTEBOOKS.items():
        if is_wanted(name):
            well += [run_notebook(folder / name / notebook) for notebook in notebooks]
    if not well:
        say(f"there is none of {', '.join([suite.name for suite in SUITES] + [*NOTEBOOKS])}")
    return 0 if well and all(well) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
