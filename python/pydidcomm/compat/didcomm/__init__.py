"""The package `didcomm` of SICPA, as far as applications use it."""
