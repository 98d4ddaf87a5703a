"""The error of a part whose extra is not installed."""


def missing_error(extra: str, error: ImportError) -> ImportError:
    """Return what the import of a part raises where the package behind it is absent."""
    message = (
        f"this part of pydidcomm needs the package {error.name}: install the extra `{extra}` with "
        f"pip install 'pydidcomm[{extra}]'"
    )
    return ImportError(message, name=error.name)
