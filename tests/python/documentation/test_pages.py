"""The pages of the site: their code runs, both sides of each migration, and what they include is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from generator.pages import DOCS, expanded, linked, sections, sources
from support import softhsm
from support.code_process import pieces
from support.paths import ROOT, SUPPORT
from support.processes import QUIET, ended

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = str(SUPPORT / "code_process.py")
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if pieces(page)]
# a token, and the servers of test_frameworks.py
APART = ("hsm.md", "receiving.md")
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MIGRATIONS = sorted(DOCS.glob("how-to/migrate-*.md"))


def test_most_guides_and_all_concepts_have_code() -> None:
    names = {page.relative_to(DOCS).as_posix() for page in PAGES}
    assert len(names) >= 14
    assert {page.relative_to(DOCS).as_posix() for page in DOCS.glob("concepts/*.md")} <= names


@pytest.mark.slow
def test_the_code_of_every_page_ends_well_and_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    end = ended([PROGRAM, *(str(page) for page in PAGES if page.name not in APART)])
    assert (end.status, end.stderr) == QUIET


@pytest.mark.slow
@pytest.mark.skipif(softhsm.module() is None, reason="SoftHSM 2 is not installed: make system")
def test_the_guide_to_an_hsm_runs_with_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    (tmp_path / "tokens").mkdir()
    monkeypatch.setenv("SOFTHSM2_MODULE", softhsm.initialize(tmp_path / "tokens"))
    end = ended([PROGRAM, str(DOCS / "how-to" / "hsm.md")])
    assert (end.status, end.stderr) == QUIET


def side(page: Path, signs: str) -> str:
    """The program of a diff before or after."""
    match = DIFF.search(page.read_text(encoding="utf-8"))
    assert match is not None
    return "".join(f"{line[1:]}\n" for line in match[1].splitlines() if line[:1] in signs)


@pytest.mark.slow
def test_the_program_of_each_migration_runs_before_and_after_it(tmp_path: Path) -> None:
    install = "import pydidcomm.compat\n\npydidcomm.compat.install()\n"
    (tmp_path / "install.md").write_text(f"```python\n{install}```\n", encoding="utf-8")
    programs = [tmp_path / "install.md"]
    for page in MIGRATIONS:
        for name, signs in (("before", "- "), ("after", "+ ")):
            program = tmp_path / f"{page.stem}-{name}.md"
            program.write_text(f"```python\n{side(page, signs)}```\n", encoding="utf-8")
            programs.append(program)
    assert len(programs) == 7
    end = ended([PROGRAM, *map(str, programs)])
    assert (end.status, end.stderr) == QUIET


def test_every_link_and_directive_leads_to_a_document_or_a_section() -> None:
    for source, place in sources().items():
        if source.endswith(".md") and source != "README.md":
            text = (ROOT / source).read_text(encoding="utf-8")
            linked(text, source, place)
            without_tables = re.sub("<!-- generated: .* -->", "", text)
            expanded(without_tables, place)


def test_a_link_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"page\.md: the link to missing\.md leads nowhere"):
        linked("see [this](missing.md)", "docs/page.md", "page.md")


def test_an_unknown_section_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"README\.md has no section 'Nothing'"):
        expanded("<!-- include: README.md | Nothing -->", "page.md")


def test_a_link_to_a_document_leads_to_its_page_and_that_to_a_file_is_a_name() -> None:
    text = "[Security](../SECURITY.md#guarantees), [the build](../Makefile)\n```\n[kept](../SECURITY.md)\n```"
    assert linked(text, "docs/a/../page.md", "page.md") == (
        "[Security](security.md#guarantees), `the build`\n```\n[kept](../SECURITY.md)\n```"
    )


def test_the_sections_of_a_document_are_those_outside_of_code() -> None:
    text = "# Title\n\nlead\n\n## One\n\n```sh\n## not a heading\n```\n\n## Two\nend\n"
    assert dict(sections(text)) == {
        "-": "lead\n",
        "One": "## One\n\n```sh\n## not a heading\n```\n",
        "Two": "## Two\nend\n",
    }
