"""A page with the picture of an envelope, which loads nothing from outside."""

import json
from html import escape
from typing import Final

from pydidcomm.cli._output import printable
from pydidcomm.inspection import EnvelopeView

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>DIDComm envelope</title>
<style>
body {{ margin: 2rem auto; max-width: 800px; padding: 0 1rem; font-family: system-ui, sans-serif; }}
svg {{ max-width: 100%; height: auto; }}
pre {{ overflow-x: auto; padding: 1rem; background: #f1f5f9; border-radius: 10px; }}
</style>
</head>
<body>
{picture}
<details><summary>All headers</summary><pre>{headers}</pre></details>
</body>
</html>
"""


def page(view: EnvelopeView) -> str:
    """The page of an envelope; every text of the envelope is escaped in it."""
    lines = json.dumps(view.as_dict(), ensure_ascii=False, indent=2).split("\n")
    return PAGE.format(picture=view.svg(), headers=escape("\n".join(map(printable, lines))))
