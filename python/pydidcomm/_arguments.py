"""Errors of arguments that the compiled module raises, completed with the name of the argument."""

__all__ = ["NAMED_BY", "ArgumentTypeError", "ArgumentValueError"]


NAMED_BY = "while processing '"
"""The start of the note in which the bindings name the argument whose conversion failed."""


class _NamedError(Exception):
    """An exception whose text begins with the name of the argument, once the bindings add it."""

    def add_note(self, note: str, /) -> None:
        """Put the name of the argument from the note of the bindings into the text; add any other note."""
        text = str(self.args[0]) if self.args else ""
        if note.startswith(NAMED_BY):
            if not text.startswith("`"):
                name = note[len(NAMED_BY) :].rstrip("'").removeprefix("r#")
                self.args = (f"`{name}` {text}",)
            return
        super().add_note(note)


class ArgumentTypeError(_NamedError, TypeError):
    """An argument has another type than the one expected."""


class ArgumentValueError(_NamedError, ValueError):
    """An argument has a value that is not allowed."""
