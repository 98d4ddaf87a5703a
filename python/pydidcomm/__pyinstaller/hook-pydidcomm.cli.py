"""PyInstaller: pack the page of `pydidcomm inspect --html`."""

from pathlib import Path

from pydidcomm import cli

datas = [(str(path), "pydidcomm/cli") for path in Path(cli.__file__).parent.glob("_inspector.*")]
