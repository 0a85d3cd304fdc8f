"""Errors by blame: a `Refusal` is the world's (a damaged file, a wrong passphrase, a full disk); all else is ours."""


class Refusal(Exception):
    """Something that the person can mend. Its text is one Chinese sentence that says what is wrong and what to do.

    `reason` is a stable English word for scripts; nothing has been written when a Refusal reaches the caller.
    """

    def __init__(self, message: str, reason: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
