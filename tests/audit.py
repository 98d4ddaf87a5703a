"""Print what pip-audit found: `make audit` runs it with `--format json`.

Without an index that has advisories pip-audit skips each package and succeeds, so what it skipped is counted.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def report(packages: list[dict[str, Any]]) -> tuple[str, bool]:
    """Return the text of the report, and whether a package has a known vulnerability."""
    audited = [package for package in packages if "skip_reason" not in package]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no version'}"
        for package in audited
        for vulnerability in package["vulns"]
    ]
    lines = [*found, f"{len(audited)} of {len(packages)} packages audited, {len(found)} vulnerabilities"]
    reasons = [str(package["skip_reason"]) for package in packages if "skip_reason" in package]
    if reasons:
        lines.append(f"{len(reasons)} skipped; the first: {reasons[0]}")
    return "\n".join(lines), bool(found)


def main(path: str) -> int:
    """Print the report of a file; return 1 if a package has a known vulnerability."""
    file = Path(path)
    if not file.is_file():
        sys.stdout.write("skipped: pip-audit wrote no report, its own text has the reason\n")
        return 0
    text, is_vulnerable = report(json.loads(file.read_text(encoding="utf-8"))["dependencies"])
    sys.stdout.write(f"{text}\n")
    return int(is_vulnerable)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
