"""`compat.install`: the names of the earlier libraries import the stand-ins."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

INSTALL = "import pydidcomm.compat; pydidcomm.compat.install()\n"


def python(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603, our own interpreter
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder
    )


def said(code: str, folder: Path | None = None) -> str:
    """What the code prints, in a process of its own."""
    done = python("-c", code, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(code: str, folder: Path | None = None) -> str:
    """The last line of the traceback that ends the code."""
    done = python("-c", code, folder=folder)
    assert done.returncode == 1, done.stdout
    return done.stderr.splitlines()[-1]


def original(folder: Path, package: str) -> Path:
    """A folder with an original in it, which knows its name and no more."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("ORIGINAL = True\n", encoding="utf-8")
    return folder


def test_importing_pydidcomm_does_not_import_the_stand_ins() -> None:
    loaded = said("import sys, pydidcomm, pydidcomm.sync; print(*sys.modules)").split()
    foreign = {"pydid", "pydantic", "attr", "attrs", "base58", "didcomm", "peerdid", "didcomm_messaging"}
    assert "pydidcomm" in loaded
    assert not [name for name in loaded if name.startswith("pydidcomm.compat")]
    assert not foreign & {name.partition(".")[0] for name in loaded}


def test_a_module_is_the_same_under_both_names() -> None:
    names = [
        "didcomm",
        "didcomm.message",
        "didcomm.protocols.routing.forward",
        "didcomm.secrets.secrets_util",
    ]
    names += ["peerdid", "peerdid.dids", "peerdid.core.did_doc_types", "didcomm_messaging"]
    for name in names:
        code = f"{INSTALL}import {name}, pydidcomm.compat.{name}, sys\n"
        code += f"assert sys.modules['{name}'] is sys.modules['pydidcomm.compat.{name}']\n"
        code += f"assert {name} is pydidcomm.compat.{name}\nprint({name}.__name__, {name}.__spec__.name)"
        assert said(code).split() == [f"pydidcomm.compat.{name}"] * 2


def test_importing_a_module_leaves_the_function_of_its_name_in_place() -> None:
    code = (
        f"{INSTALL}import didcomm.unpack, didcomm.pack_encrypted\nfrom didcomm.unpack import UnpackResult\n"
    )
    code += "from didcomm import unpack, pack_encrypted\nprint(unpack.__name__, pack_encrypted.__name__)"
    assert said(code).split() == ["unpack", "pack_encrypted"]


def test_modules_imported_before_install_are_unchanged() -> None:
    code = f"from pydidcomm.compat.didcomm import message as before\n{INSTALL}"
    code += "import didcomm.message as after; print(before is after)"
    assert said(code).strip() == "True"


def test_the_stand_in_comes_before_an_original_that_is_installed(tmp_path: Path) -> None:
    folder = original(tmp_path, "peerdid")
    assert said("import peerdid; print(peerdid.ORIGINAL)", folder).strip() == "True"
    assert said(f"{INSTALL}import peerdid; print(hasattr(peerdid, 'ORIGINAL'))", folder).strip() == "False"


def test_an_original_that_is_already_imported_raises_an_error(tmp_path: Path) -> None:
    folder = original(tmp_path, "peerdid")
    error = refused(f"import peerdid\n{INSTALL}", folder)
    assert error.startswith(
        "ImportError: peerdid is imported already: call pydidcomm.compat.install() before"
    )
    others = "import peerdid, pydidcomm.compat; pydidcomm.compat.install('didcomm', 'didcomm_messaging')\n"
    code = f"{others}import didcomm; print(peerdid.ORIGINAL, didcomm.__name__)"
    assert said(code, folder).split() == ["True", "pydidcomm.compat.didcomm"]


def test_only_requested_libraries_are_replaced(tmp_path: Path) -> None:
    folder = original(tmp_path, "peerdid")
    code = "import pydidcomm.compat as c; c.install('didcomm'); c.install('didcomm')\nimport peerdid, sys\n"
    code += "print(peerdid.ORIGINAL, sum(type(f).__module__.startswith(c.__name__) for f in sys.meta_path))"
    assert said(code, folder).split() == ["True", "1"]
    error = refused("import pydidcomm.compat; pydidcomm.compat.install('aries')")
    assert error.startswith("ValueError: `packages` must be among didcomm, peerdid")


def test_a_missing_module_is_not_loaded_from_the_original(tmp_path: Path) -> None:
    folder = original(tmp_path, "peerdid")
    (folder / "peerdid" / "storage.py").touch()
    error = refused(f"{INSTALL}import peerdid.storage", folder)
    assert error == (
        "ModuleNotFoundError: pydidcomm.compat has no peerdid.storage: "
        "the module pydidcomm.compat.peerdid.storage was not found"
    )
    assert "cannot import name 'storage'" in refused(f"{INSTALL}from peerdid import storage", folder)


def test_a_missing_extra_is_named() -> None:
    code = f"import sys; sys.modules['pydid'] = None\n{INSTALL}import didcomm"
    error = refused(code)
    assert error == "ModuleNotFoundError: didcomm needs pydid: pip install 'pydidcomm[compat]'"


def test_a_script_runs_unchanged(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n", encoding="utf-8")
    script.write_text(
        "import sys, beside, didcomm\nprint(__name__, beside.NAME, didcomm.__name__, *sys.argv[1:])\n",
        encoding="utf-8",
    )
    done = python("-m", "pydidcomm.compat", str(script), "-m", "x")
    assert done.stdout.split() == ["__main__", "beside", "pydidcomm.compat.didcomm", "-m", "x"], done.stderr


def test_a_module_and_a_piece_of_code_run_unchanged(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("import sys, peerdid; print(peerdid.__name__, sys.argv[1:])\n")
    done = python("-m", "pydidcomm.compat", "-m", "agent", "x", folder=tmp_path)
    assert done.stdout.split() == ["pydidcomm.compat.peerdid", "['x']"], done.stderr
    done = python("-m", "pydidcomm.compat", "-c", "import sys, didcomm; print(__name__, sys.argv)", "x")
    assert done.stdout.split() == ["__main__", "['-c',", "'x']"], done.stderr


def test_other_arguments_print_the_usage() -> None:
    for arguments in ([], ["-x"], ["-m"], ["-c"]):
        done = python("-m", "pydidcomm.compat", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("usage: python -m pydidcomm.compat")
