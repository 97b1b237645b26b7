"""Spawns processes for a driver and ends their process groups when the driver goes away.

Why it exists: spawning from a large process is slow, and a driver that is killed cannot clean up. This process is
small, does nothing else, and sees its standard input close when the driver dies, however it dies.

A command on standard input is its number of fields and the fields, each with a NUL after it:
  mask ID FORM...   what is to be replaced by *** in the log of the child that the next command spawns
  spawn ID CWD LOG GRACE CAP ARGC FILE ARG... NAME=VALUE...    GRACE in milliseconds, CAP in bytes
  kill ID SIGNAL    to the whole process group
  watch PID         a process group of somebody else, to be ended with the driver, as are those of its leader's children
  unwatch PID
Events on standard output, one JSON object a line:
  {"ev":"ready"}
  {"ev":"spawned","id":N,"pid":N,"start":ticks|null}
  {"ev":"refused","id":N,"errno":N,"message":text}
  {"ev":"exited","id":N,"code":N|null,"signal":N|null,"user":ms,"sys":ms,"rss":bytes,
   "out":base64,"bytes":N,"logged":bool}

A child leads a process group of its own. Both its outputs are pipes, and reach the log as they come: opening a file for
each child would cost more than the rest of a short step. The log file is created by the first byte. Of standard output,
what can still be one envelope (a single line that begins with `{`, at most `cap` bytes) is held back from the log; the
first `cap` bytes are sent with `exited`. `spawned` is only said of a child that is still there after a moment. A child
has exited when its group is empty: what its leader leaves behind gets SIGTERM, and SIGKILL after `grace`.

On Linux, what left the group (`setsid`) becomes a child of this process when it has lost its parents. It is ended with
its step where it still has the step's output open and the step's LORC_IDEMPOTENCY_KEY, else when no step runs.

Standard library only; Python 3.8 or later; Linux and macOS.
"""

import os
import sys

# An older one has not what spawning takes. That it says nothing, the driver takes for no usable Python.
if sys.version_info < (3, 8):
    sys.exit(1)

# Python keeps the bytecode of modules, but compiles this file at each start: the program is elsewhere.
sys.path.insert(0, __file__.rpartition('/')[0])

from lorc_supervision import Supervisor, keep_to_oneself  # noqa: E402

keep_to_oneself()
Supervisor(float(sys.argv[1]) if len(sys.argv) > 1 else 5000).run()
# The driver waits for the end, and tidying up the interpreter takes as long as a step.
os._exit(0)
