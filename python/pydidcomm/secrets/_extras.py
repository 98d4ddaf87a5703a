"""The error of a module whose extra is not installed."""

__all__ = ["missing_error"]


def missing_error(extra: str, error: ImportError) -> ImportError:
    """The ImportError of a module whose package is not installed."""
    message = (
        f"this part of pydidcomm needs the package {error.name}: install the extra `{extra}` with "
        f"pip install 'pydidcomm[{extra}]'"
    )
    return ImportError(message, name=error.name)
