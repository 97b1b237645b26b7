"""What surrounds user code while it runs: its descriptors, its environment, and what it may not leave behind."""

import os
import resource
import signal
import sys
import tempfile
import threading

from lorc_channel import high

CAP = 1024 * 1024
CHUNK = 1 << 16
RSS_UNIT = 1024 if sys.platform.startswith('linux') else 1
WATCHED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2)


class Surroundings:
    """Descriptor 1 is a file that takes what should be the envelope, descriptor 2 the log of the attempt."""

    def __init__(self, root):
        self.root = high(os.open(root, os.O_RDONLY))
        handle, path = tempfile.mkstemp(prefix='lorc-')
        os.unlink(path)
        self.capture = high(handle)
        self.null = high(os.open(os.devnull, os.O_RDWR))
        self.quiet()
        self.streams = [sys.stdin, sys.stdout, sys.stderr]
        self.path = list(sys.path)
        self.handlers = [signal.getsignal(number) for number in WATCHED_SIGNALS]
        self.log_path = None

    def quiet(self):
        for fd in (0, 1, 2):
            os.dup2(self.null, fd)

    def begin(self, request):
        os.ftruncate(self.capture, 0)
        os.lseek(self.capture, 0, os.SEEK_SET)
        os.dup2(self.capture, 1)
        self.log_path = request['log']
        log = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(log, 2)
        os.close(log)
        self.reopen()
        sys.argv = [request['file']]
        sys.path[:] = self.path
        set_environment(request['env'])
        os.fchdir(self.root)
        reset_peak()
        self.usage = usage()

    def reopen(self):
        """Gives user code open standard streams, whatever was done to them."""
        for fd, mode in ((0, 'r'), (1, 'w'), (2, 'w')):
            if self.streams[fd] is None or self.streams[fd].closed:
                errors = 'backslashreplace' if fd == 2 else 'strict'
                self.streams[fd] = open(fd, mode, buffering=1 if fd == 2 else -1, errors=errors, closefd=False)
        sys.stdin, sys.stdout, sys.stderr = self.streams

    def imported(self):
        """What a module prints while it is imported happens once in many attempts: it belongs to the log."""
        flush(sys.stdout)
        if os.fstat(self.capture).st_size > 0:
            self.to_log()
            os.ftruncate(self.capture, 0)
            os.lseek(self.capture, 0, os.SEEK_SET)

    def printed(self):
        """Standard output: the first of it, how much there was, whether it went to the log."""
        flush(sys.stdout)
        if sys.stdout is not self.streams[1]:
            flush(self.streams[1])
        size = os.fstat(self.capture).st_size
        if size == 0:
            return b'', 0, False
        text = os.pread(self.capture, CAP, 0)
        line = text.strip()
        one = size <= CAP and line.startswith(b'{') and b'\n' not in line
        if not one:
            self.to_log()
        return text, size, not one

    def to_log(self):
        offset = 0
        while True:
            data = os.pread(self.capture, CHUNK, offset)
            if not data:
                return
            offset += len(data)
            try:
                os.write(2, data)
            except OSError:
                return

    def measured(self):
        """User and system milliseconds since `begin`, and the peak of memory in bytes."""
        user, system, own, children = usage()
        before = self.usage
        peak = max(own, children if children > before[3] else 0)
        return [(user - before[0]) * 1000, (system - before[1]) * 1000, peak * RSS_UNIT]

    def left_behind(self):
        """What would outlive the attempt in this process."""
        left = []
        if threading.active_count() > 1:
            left.append('threads')
        if has_children():
            left.append('processes')
        if [signal.getsignal(number) for number in WATCHED_SIGNALS] != self.handlers:
            left.append('signal handlers')
        if signal.getitimer(signal.ITIMER_REAL)[0] > 0:
            left.append('a timer')
        return left

    def end(self):
        flush(sys.stderr)
        try:
            if os.fstat(2).st_size == 0:
                os.unlink(self.log_path)
        except OSError:
            pass
        self.quiet()
        os.fchdir(self.root)


def has_children():
    """Whether a child still runs. Those that ended unnoticed are reaped."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
        return True
    except ChildProcessError:
        return False


def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + children.ru_utime, own.ru_stime + children.ru_stime, own.ru_maxrss, children.ru_maxrss


def reset_peak():
    """Linux keeps the peak since it was last told to forget it; elsewhere it is that of the whole life of the host."""
    try:
        fd = os.open('/proc/self/clear_refs', os.O_WRONLY)
    except OSError:
        return
    try:
        os.write(fd, b'5')
    except OSError:
        pass
    finally:
        os.close(fd)


def set_environment(wanted):
    for name in [name for name in os.environ if name not in wanted]:
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def flush(stream):
    try:
        stream.flush()
    except (OSError, ValueError, AttributeError):
        pass  # Closed, or replaced by something that is no stream.
