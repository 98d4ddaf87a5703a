"""A plugin of pytest by which the tests of the libraries before this one run on the stand-ins for them."""

import pydidcomm.compat

pydidcomm.compat.install()
