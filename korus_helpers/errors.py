"""The three things that can go wrong, each with a sentence for the reader."""


class InputError(ValueError):
    """What was typed is not understood; the message says what to type instead."""


class NoFigure(InputError):
    """The figure asked for does not ship, or has no meaning; the message says why."""


class DamagedData(RuntimeError):
    """A shipped file is missing, truncated or altered; the message says how to restore it."""
