"""`pydidcomm inspect`: show the unverified headers of an envelope, without any key."""

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
    help="Write an HTML page to this file, with a picture and a field to paste other envelopes.",
)
@json_option
def inspect(file: IO[bytes], html: Path | None, as_json: bool) -> None:  # noqa: FBT001, an option
    """Show the unverified headers of a message, without any key."""
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
