"""How a judge behind the gate says no."""


class No(Exception):
    """The file is refused: a code for the gate and a sentence for the caller."""

    def __init__(self, code: str, text: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.code = code
