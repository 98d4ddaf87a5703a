"""The list of violations: a line of the sources changed, for a requirement of the ledger."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, cast

LIST = Path(__file__).parent / "mutations.toml"
SWITCH = "PYDIDCOMM_MUTATION"
"""The environment variable that names the mutation to switch on."""

RUST_SWITCH = f"""
/// Whether the test run wants this violation.
pub(crate) fn is_mutated(name: &str) -> bool {{
    static WANTED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    WANTED.get_or_init(|| std::env::var("{SWITCH}").ok()).as_deref() == Some(name)
}}
"""


class StaleMutationError(Exception):
    """The text of a mutation does not stand exactly once in its file, or overlaps another one.

    Attributes:
        faults: One line for each mutation.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Mutation:
    """A violation of a requirement.

    Attributes:
        requirement: The id in the ledger.
        name: The id, and a number where a requirement has several mutations.
        file: The file that it changes, relative to the project.
        find: An expression, or statements that end with a semicolon or a brace.
        replace: What takes its place.
    """

    requirement: str
    name: str
    file: str
    find: str
    replace: str

    def span(self, source: str) -> tuple[int, int] | None:
        """Return where `find` stands in the source, if it stands there once."""
        if source.count(self.find) != 1:
            return None
        start = source.index(self.find)
        return start, start + len(self.find)


class _Entry(TypedDict):
    id: str
    file: str
    find: str
    replace: str


class _List(TypedDict):
    mutation: list[_Entry]
    without: NotRequired[dict[str, str]]


def read(path: Path = LIST) -> tuple[list[Mutation], dict[str, str]]:
    """Return the mutations, and the requirements that have none, each with its reason."""
    # tomllib has no types for the contents of a file
    entries = cast("_List", tomllib.loads(path.read_text(encoding="utf-8")))
    counts: dict[str, int] = {}
    mutations: list[Mutation] = []
    for entry in entries["mutation"]:
        requirement = entry["id"]
        counts[requirement] = number = counts.get(requirement, 0) + 1
        name = requirement if number == 1 else f"{requirement}#{number}"
        mutations.append(Mutation(requirement, name, entry["file"], entry["find"], entry["replace"]))
    return mutations, entries.get("without", {})


def apply(source: str, mutations: list[Mutation]) -> str:
    """Return the source of a file with its mutations in it, each behind its switch.

    Mutations of the same text become branches of one switch.

    Raises:
        StaleMutationError: Some mutations do not fit.
    """
    places: dict[tuple[int, int], list[Mutation]] = {}
    stale: list[str] = []
    for mutation in mutations:
        span = mutation.span(source)
        if span is None:
            times = source.count(mutation.find)
            stale.append(f"{mutation.name}: `find` stands {times} times in {mutation.file}: {mutation.find}")
        else:
            places.setdefault(span, []).append(mutation)
    written: list[str] = []
    end = 0
    for (start, stop), here in sorted(places.items()):
        if start < end:
            stale.append(f"{here[0].name}: `find` overlaps that of another mutation: {here[0].find}")
        written += [source[end:start], _switched(here)]
        end = stop
    if stale:
        raise StaleMutationError(stale)
    return "".join([*written, source[end:]])


def sources(project: Path, mutations: list[Mutation]) -> dict[str, str]:
    """Return the text of each file that is mutated, by its path relative to the project.

    Raises:
        StaleMutationError: Some mutations do not fit; it lists all of them.
    """
    texts: dict[str, str] = {}
    stale: list[str] = []
    for file in sorted({mutation.file for mutation in mutations}):
        here = [mutation for mutation in mutations if mutation.file == file]
        try:
            texts[file] = apply((project / file).read_text(encoding="utf-8"), here)
        except FileNotFoundError:
            stale.append(f"{', '.join(each.name for each in here)}: there is no file {file}")
        except StaleMutationError as error:
            stale += error.faults
    if stale:
        raise StaleMutationError(stale)
    return texts


def _switched(mutations: list[Mutation]) -> str:
    find = mutations[0].find
    if mutations[0].file.endswith(".py"):
        code = find
        for mutation in mutations:
            wanted = f'__import__("os").environ.get("{SWITCH}") == "{mutation.name}"'
            code = f"(({mutation.replace}) if {wanted} else ({code}))"
        return code
    branches = [f'if crate::is_mutated("{each.name}") {{ {each.replace} }}' for each in mutations]
    code = " else ".join([*branches, f"{{ {find} }}"])
    return code if find.rstrip().endswith((";", "}")) else f"({code})"
