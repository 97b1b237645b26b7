"""Tells on standard error how long something took."""

import functools
import sys
import time


def track_resources(function):
    """Decorates `run`: prints `[resource] duration_sec=<x>` on standard error, also when it raises."""

    @functools.wraps(function)
    def tracked(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print('[resource] duration_sec=%.6f' % (time.perf_counter() - start), file=sys.stderr)

    return tracked
