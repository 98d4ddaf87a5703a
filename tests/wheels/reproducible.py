"""Make a built wheel reproducible, or check that it is.

`python tests/wheels/reproducible.py normalise WHEEL` rewrites the parts that differ from one build to the
next: the SBOM names the folder, the time and a random serial number. With `check WHEEL [OTHER]` it looks for
paths of the builder in every file of the wheel, and compares it with one that was built in another folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

FOLDER = re.compile(rb"path\+file:///[^#\"]+")
"""How the SBOM names a crate that is built from a folder."""

EARLIEST = 315_532_800
"""The first second that a zip archive can represent, 1980."""

HOMES = re.compile(rb"/(?:home/[\w.-]+|root|Users/[\w.-]+)/[\w./-]+")


def normalised_sbom(text: bytes, date: str) -> bytes:
    """The SBOM without its folder, with the date of the sources and a serial number made from its content."""
    sbom = json.loads(FOLDER.sub(b"path+file:.", text))
    sbom.pop("serialNumber", None)
    if "timestamp" in sbom.get("metadata", {}):
        sbom["metadata"]["timestamp"] = date
    content = json.dumps(sbom, sort_keys=True)
    sbom["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    return json.dumps(sbom, indent=2).encode()


def record_of(files: dict[str, bytes], record: str) -> bytes:
    """The list of the files with their hashes (the specification of wheels)."""
    lines: list[str] = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{record},," if name == record else f"{name},sha256={digest},{len(content)}")
    return ("\n".join(lines) + "\n").encode()


def normalise(path: Path, epoch: int) -> None:
    """Rewrites the wheel in place: files by name, one time for all."""
    time = datetime.fromtimestamp(max(epoch, EARLIEST), UTC)
    with zipfile.ZipFile(path) as wheel:
        modes = {entry.filename: entry.external_attr for entry in wheel.infolist()}
        files = {name: wheel.read(name) for name in sorted(modes)}
    date = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    files |= {name: normalised_sbom(content, date) for name, content in files.items() if "/sboms/" in name}
    (record,) = (name for name in files if name.endswith(".dist-info/RECORD"))
    files[record] = record_of(files, record)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, time.timetuple()[:6])
            entry.external_attr, entry.compress_type = modes[name], zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)


def paths_of_the_builder(path: Path) -> list[str]:
    """What names a folder of the machine on which the wheel was built."""
    here = [str(Path.home()), str(Path.cwd()), os.environ.get("CARGO_HOME", "")]
    known = [folder.encode() for folder in here if len(folder) > 1]
    found: list[str] = []
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            content = wheel.read(name)
            found += [f"{name}: {folder.decode()}" for folder in known if folder + b"/" in content]
            found += [f"{name}: {text.decode()}" for text in HOMES.findall(content)[:3]]
            found += [f"{name}: {text.decode()}" for text in FOLDER.findall(content)]
    return found


def check(path: Path, other: Path | None) -> list[str]:
    """Why the wheel is not reproducible."""
    faults = paths_of_the_builder(path)
    if other is not None and path.read_bytes() != other.read_bytes():
        with zipfile.ZipFile(path) as one, zipfile.ZipFile(other) as two:
            names = sorted({*one.namelist(), *two.namelist()})
            differ = [
                name
                for name in names
                if name not in one.namelist()
                or name not in two.namelist()
                or one.read(name) != two.read(name)
            ]
        faults.append(f"differs from the wheel that was built in another folder: {differ or 'the archive'}")
    return faults


def main() -> int:
    """Does what the first argument names."""
    match sys.argv[1:]:
        case ["normalise", wheel]:
            normalise(Path(wheel), int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
            return 0
        case ["check", wheel, *others]:
            faults = check(Path(wheel), Path(others[0]) if others else None)
            sys.stdout.writelines(f"{fault}\n" for fault in faults)
            return 1 if faults else 0
        case _:
            sys.stderr.write(str(__doc__))
            return 2


if __name__ == "__main__":
    raise SystemExit(main())
