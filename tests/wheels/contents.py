"""What has to be in a wheel, and what must not."""

from __future__ import annotations

import json
import subprocess
import zipfile
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from wheels.reproducible import paths_of_the_builder

if TYPE_CHECKING:
    from wheels.targets import Target

ROOT = Path(__file__).parents[2]


def expected_modules() -> set[str]:
    """The files of the package that are committed: all of them are shipped."""
    command = ["git", "ls-files", "python/pydidcomm"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return {str(PurePosixPath(name).relative_to("python")) for name in listed.splitlines()}


def linked_crates(target: Target) -> set[str]:
    """The crates that are linked into the compiled module of the target, with their versions."""
    command = [
        "cargo",
        "tree",
        "--locked",
        "--target",
        target.triple,
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]
    listed = subprocess.run(  # noqa: S603
        [*command, "--format", "{p}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    lines = {tuple(line.split()[:2]) for line in listed.splitlines() if line}
    return {f"{name} {version.removeprefix('v')}" for name, version in lines if name != "pydidcomm"}


def faults_of_names(names: set[str], target: Target) -> list[str]:
    """Files that are missing, and files that should not be there."""
    modules = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    expected = expected_modules() | {f"pydidcomm/{target.library}"}
    faults = [f"{name} is missing" for name in sorted(expected - modules)]
    faults += [f"{name} is not part of the package" for name in sorted(modules - expected)]
    return faults


def faults_of_licences(names: set[str], metadata: bytes) -> list[str]:
    """Licences that the metadata does not name, or that are not in the wheel."""
    headers = BytesParser().parsebytes(metadata)
    faults: list[str] = []
    if headers["License-Expression"] != "Apache-2.0":
        faults.append(f"the metadata names the licence {headers['License-Expression']!r}")
    for file in ("LICENSE", "THIRD-PARTY-NOTICES"):
        if file not in headers.get_all("License-File", []):
            faults.append(f"the metadata does not name {file}")
        if not any(name.endswith(f".dist-info/licenses/{file}") for name in names):
            faults.append(f"{file} is missing")
    if headers.get_all("Requires-Dist", []) and any(
        "extra ==" not in line for line in headers.get_all("Requires-Dist", [])
    ):
        faults.append("the metadata names a dependency of a bare install")
    return faults


def faults_of_sbom(sbom: dict[str, Any], target: Target) -> list[str]:
    """Crates in the compiled module that the SBOM does not list, and crates without a licence."""
    components = {f"{part['name']} {part['version']}": part for part in sbom["components"]}
    linked = linked_crates(target)
    faults = [f"the SBOM does not list {name}" for name in sorted(linked - components.keys())]
    faults += [
        f"the SBOM has no licence of {name}"
        for name in sorted(linked & components.keys())
        if not components[name].get("licenses")
    ]
    return faults


def check(wheel: Path, target: Target) -> list[str]:
    """Return what is wrong with a wheel; an empty list if nothing is."""
    faults = paths_of_the_builder(wheel)
    version, platform = wheel.stem.split("-")[1], "-".join(wheel.stem.split("-")[2:])
    if platform != f"cp311-abi3-{target.platform}":
        faults.append(f"the wheel is for {platform}, not for cp311-abi3-{target.platform}")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = f"pydidcomm-{version}.dist-info"
        sboms = sorted(name for name in names if name.startswith(f"{info}/sboms/"))
        faults += faults_of_names(names, target)
        faults += faults_of_licences(names, archive.read(f"{info}/METADATA"))
        if len(sboms) != 1:
            faults.append(f"one SBOM was expected, there are {len(sboms)}")
        for name in sboms:
            faults += faults_of_sbom(json.loads(archive.read(name)), target)
    return faults
