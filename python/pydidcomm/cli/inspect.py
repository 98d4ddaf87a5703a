"""`pydidcomm inspect`: what an envelope says of itself, without any key."""

from pathlib import Path
from typing import IO

import rich_click as click

from pydidcomm.cli._input import file_argument, read
from pydidcomm.cli._options import option
from pydidcomm.cli._output import json_option, write_json, write_line

__all__ = ["inspect"]


@click.command()
@file_argument
@option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page here, with a picture of it and a field to paste others.",
)
@json_option
def inspect(file: IO[bytes], html: Path | None, as_json: bool) -> None:  # noqa: FBT001, an option
    """Show the unverified headers of a message: nothing of them is proved, and no key is used."""
    from pydidcomm.inspection import inspect as view_of  # noqa: PLC0415, not for --help

    packed = read(file)
    view = view_of(packed)
    if html is not None:
        from pydidcomm.cli._page import page  # noqa: PLC0415, for a page alone

        html.write_text(page(view, packed), encoding="utf-8")
    if as_json:
        write_json(view.as_dict())
        return
    for line in str(view).splitlines():
        write_line(line)
