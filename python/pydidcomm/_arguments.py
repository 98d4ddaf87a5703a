"""Errors of arguments raised by the compiled module, which adds the name of the argument."""

NAMED_BY = "while processing '"
"""How the bindings name the argument, in a note to the exception that its conversion raised."""


class _NamedError(Exception):
    """An exception whose text begins with the name of the argument, once that is known."""

    def add_note(self, note: str, /) -> None:
        """Takes the name of the argument from the bindings, and any other note as usual."""
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
