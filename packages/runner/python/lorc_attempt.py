"""What surrounds user code while it runs: its descriptors, its environment, and what it may not leave behind."""

import _signal  # The functions of `signal` without its enums, which would cost more than all the rest.
import os
import resource
import signal
import sys
from _thread import _count as count_threads

from lorc_channel import high

CAP = 1024 * 1024
CHUNK = 1 << 16
RSS_UNIT = 1024 if sys.platform.startswith('linux') else 1
WATCHED_SIGNALS = [
    int(number)
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGALRM,
        signal.SIGCHLD,
        signal.SIGUSR1,
        signal.SIGUSR2,
    )
]


class Surroundings:
    """Descriptor 1 is a file that takes what should be the envelope; descriptor 2 is one that becomes the attempt's log.

    Creating a file costs more than a short step: the log of a step that says nothing is handed on to the next one.
    `spool` is its path while it is nobody's. The runner may give it the log's name before the attempt has ended.
    `log`: a descriptor that takes the log instead, as the runner masks what it reads there."""

    def __init__(self, root, spool, log):
        self.root = high(os.open(root, os.O_RDONLY))
        self.environment = Environment(root)
        path = spool + '.out'
        self.capture = high(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(path)
        self.start = 0
        self.null = high(os.open(os.devnull, os.O_RDWR))
        self.peak = open_peak()
        self.spool = spool
        self.log = None
        # How many files have been the spool.
        self.spools = 0
        self.piped = log is not None
        if self.piped:
            self.log = high(log)
        else:
            self.open_spool()
        self.streams = [sys.stdin, sys.stdout, sys.stderr]
        self.path = list(sys.path)
        self.handlers = handlers()
        self.usage = usage()
        self.ready()

    def open_spool(self):
        if self.log is not None:
            os.close(self.log)
        self.log = high(os.open(self.spool, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644))
        self.spools += 1

    def ready(self):
        """Puts back what the attempt before may have changed: before the next one is there, as nobody waits then."""
        os.dup2(self.null, 0)
        os.dup2(self.capture, 1)
        os.dup2(self.log, 2)
        self.begin_capture()
        self.reopen()
        sys.path[:] = self.path
        os.fchdir(self.root)
        reset_peak(self.peak)

    def begin(self, request):
        sys.argv = [request['file']]
        self.environment.set(request)

    def take_over(self, request):
        """In a fork that was made before the host began this attempt."""
        if request['spools'] != self.spools:
            self.open_spool()
        self.usage = usage()
        self.ready()
        self.begin(request)

    def begin_capture(self):
        """What comes from here on counts. The file is only cut when it has grown: that costs more than to read on."""
        self.start = size_of(self.capture)
        if self.start > CAP:
            os.ftruncate(self.capture, 0)
            self.start = 0

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
        if size_of(self.capture) > self.start:
            self.to_log()
            self.begin_capture()

    def printed(self):
        """Standard output: the first of it, how much there was, whether it went to the log."""
        flush(sys.stdout)
        if sys.stdout is not self.streams[1]:
            flush(self.streams[1])
        size = size_of(self.capture) - self.start
        if size <= 0:
            return b'', 0, False
        text = os.pread(self.capture, min(size, CAP), self.start)
        line = text.strip()
        one = size <= CAP and line.startswith(b'{') and b'\n' not in line
        if not one:
            self.to_log()
        return text, size, not one

    def to_log(self):
        offset = self.start
        while True:
            data = os.pread(self.capture, CHUNK, offset)
            if not data:
                return
            offset += len(data)
            try:
                os.write(self.log, data)
            except OSError:
                return

    def measured(self):
        """User and system milliseconds since the attempt before ended, and the peak of memory in bytes."""
        before, self.usage = self.usage, usage()
        user, system, own, children = self.usage
        peak = max(own, children if children > before[3] else 0)
        return [(user - before[0]) * 1000, (system - before[1]) * 1000, peak * RSS_UNIT]

    def left_behind(self):
        """What would outlive the attempt in this process."""
        left = []
        if count_threads() > 0:
            left.append('threads')
        if has_children():
            left.append('processes')
        if handlers() != self.handlers:
            left.append('signal handlers')
        if _signal.getitimer(_signal.ITIMER_REAL)[0] > 0:
            left.append('a timer')
        return left

    def end(self, request):
        """What was said becomes the attempt's log, unless the runner has named it so by now."""
        flush(sys.stderr)
        if not self.piped and size_of(self.log) > 0:
            try:
                os.rename(self.spool, request['log'])
            except FileNotFoundError:
                pass
            self.open_spool()


def size_of(fd):
    """Of a file that is only appended to: its position is nobody's. `fstat` takes three times as long."""
    return os.lseek(fd, 0, os.SEEK_END)


def handlers():
    return [_signal.getsignal(number) for number in WATCHED_SIGNALS]


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


def open_peak():
    """Linux keeps the peak since it was last told to forget it; elsewhere it is that of the whole life of the host."""
    try:
        return high(os.open('/proc/self/clear_refs', os.O_WRONLY))
    except OSError:
        return None


def reset_peak(fd):
    if fd is not None:
        try:
            os.write(fd, b'5')
        except OSError:
            pass


class Environment:
    """What user code finds in `os.environ`: what the step is granted, and which attempt it is.

    Going through all of `os.environ` takes as long as a short step: where user code left it alone, only what differs is
    set."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.granted = {}
        self.wanted = {}
        self.raw = getattr(os.environ, '_data', None)
        self.left = None

    def set(self, request):
        granted = request['env']
        wanted = own = {
            'LORC_RUN_ID': request['run'],
            'LORC_STEP': request['step'],
            'LORC_ATTEMPT': str(request['attempt']),
            'LORC_SEED': str(request['seed']),
            'LORC_IDEMPOTENCY_KEY': request['idempotencyKey'],
            'LORC_WORKSPACE': self.workspace,
        }
        untouched = self.left is not None and self.left == self.raw
        before = self.wanted if untouched else os.environ
        if granted is not self.granted or not untouched:
            wanted = dict(granted, **own)
            for name in [name for name in before if name not in wanted]:
                del os.environ[name]
        for name, value in wanted.items():
            if before.get(name) != value:
                os.environ[name] = value
        self.granted = granted
        self.wanted = wanted if wanted is not own else dict(before, **own)
        self.left = dict(self.raw) if self.raw is not None else None


def flush(stream):
    try:
        stream.flush()
    except (OSError, ValueError, AttributeError):
        pass  # Closed, or replaced by something that is not a stream.
