"""PyInstaller: pack all modules of `pydidcomm.compat`, which imports them by name only."""

from pathlib import Path

from pydidcomm import compat

_FOLDER = Path(compat.__file__).parent

hiddenimports = sorted(
    ".".join((compat.__name__, *path.relative_to(_FOLDER).with_suffix("").parts)).removesuffix(".__init__")
    for path in _FOLDER.rglob("*.py")
)
