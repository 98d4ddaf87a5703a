"""Python imports this when it starts: examples that run in a process of their own have the stand-ins too."""

import pydidcomm.compat

pydidcomm.compat.install()
