"""Copy what `make bench` measured into the documentation: medians, pictures, and where it was measured."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path
from statistics import median


def publish(measured: Path, into: Path) -> None:
    """Write the medians and the pictures of a run into a folder.

    Raises:
        FileNotFoundError: There is no run.
    """
    file = measured / "bench.json"
    run = json.loads(file.read_text(encoding="utf-8"))
    medians = {
        operation: {name: round(median(times), 2) for name, times in by.items()}
        for operation, by in run["microseconds"].items()
    }
    where = {
        "date": datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }
    into.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"where": where, "microseconds": medians}, indent=1, sort_keys=False)
    (into / "bench.json").write_text(f"{text}\n", encoding="utf-8")
    for picture in measured.glob("by-*.svg"):
        shutil.copy(picture, into / picture.name)


def main() -> None:
    """Publish the last run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path, help="the folder that `make bench` wrote into")
    parser.add_argument("into", type=Path, help="the folder of the documentation")
    options = parser.parse_args()
    publish(options.measured, options.into)


if __name__ == "__main__":
    main()
