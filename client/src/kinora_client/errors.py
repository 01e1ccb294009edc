"""What a server can refuse."""


class KinoraRefused(Exception):
    """The server said no: `code` is its error code, the text its sentence."""

    def __init__(self, code: int, message: str) -> None:
        """Keep both."""
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message


class JobFailed(Exception):
    """A job ended without a result; its credits were given back."""
