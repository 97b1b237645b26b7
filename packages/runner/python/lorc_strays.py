"""What left the process group of its step (`setsid`), on systems where it can be found."""

import _signal as signal
import os
import time

from lorc_processes import LINUX, signal_stray, stat_fields

PR_SET_CHILD_SUBREAPER = 36


class Strays:
    """Linux gives this process what has lost its parents below it; `adopts` tells whether it does."""

    def __init__(self):
        self.adopts = adopt_orphans()
        self.ending = {}  # pid -> when it gets SIGKILL

    def orphans(self, known):
        """Children of this process that are none of the known, and in no group of theirs."""
        if not self.adopts:
            return []
        own = str(os.getpid()).encode()
        found = []
        for name in os.listdir('/proc'):
            fields = stat_fields(name) if name.isdigit() and int(name) not in known else None
            if fields and fields[1] == own and fields[0] not in (b'Z', b'X') and int(fields[2]) not in known:
                found.append(int(name))
        return found

    def end(self, pids, grace):
        """SIGTERM now, and SIGKILL when the grace (milliseconds) is over."""
        for pid in pids:
            if pid not in self.ending:
                self.ending[pid] = time.monotonic() + grace / 1000
                signal_stray(pid, signal.SIGTERM)

    def kill_late(self, now):
        for pid, deadline in self.ending.items():
            if now >= deadline:
                signal_stray(pid, signal.SIGKILL)

    def forget(self, pid):
        """It has been reaped."""
        self.ending.pop(pid, None)


def adopt_orphans():
    """Becomes the parent of descendants that lose theirs. Whether it can: Linux can."""
    if not LINUX:
        return False
    try:
        import ctypes  # Not needed anywhere else.

        return ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError):
        return False
