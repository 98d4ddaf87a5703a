"""The cases of `same_inputs.py`, by the part of the package that they call."""

import warnings

# Authlib warns of its own deprecation where it is imported
warnings.simplefilter("ignore")
