"""Loggers that keep standard output free for the envelope."""

import logging
import sys


class _Stderr(logging.StreamHandler):
    """Writes to what sys.stderr is at the time: tests and hosts replace it."""

    def __init__(self):
        logging.Handler.__init__(self)

    @property
    def stream(self):
        return sys.stderr


def get_logger(name, level=logging.INFO):
    """A logger that writes to standard error."""
    logger = logging.getLogger(name)
    if not any(isinstance(handler, _Stderr) for handler in logger.handlers):
        handler = _Stderr()
        handler.setFormatter(logging.Formatter('%(asctime)s %(levelname)s %(name)s: %(message)s'))
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(level)
    return logger
