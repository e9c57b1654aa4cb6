"""What can go wrong, each with a sentence for the reader."""


class _Told(Exception):
    """An error whose sentence is all that a notebook shows of it, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class InputError(_Told, ValueError):
    """What was typed is not understood; the message says what to type instead."""


class NoFigure(InputError):
    """The figure asked for is not included, or has no meaning; the message says why."""


class DamagedData(_Told, RuntimeError):
    """An included file is missing, truncated or altered; the message says how to restore it."""


class Refused(InputError):
    """A file does not pass the checks on what comes in; the message says which, and which rows."""


class NetworkOrDiskError(_Told, OSError):
    """An address or the disk did not do its part; the message says which and what to do."""
