"""A process that the supervisor spawned: its output on its way to the log, and what comes of it."""

import binascii
import os
import time

from lorc_processes import RSS_UNIT

# Larger buffers are mapped and unmapped at each read.
CHUNK = 65536
# As many as a full pipe may take in small pieces; what still writes then is somebody else.
PIPE_READS = 64
EXITED = (
    '{"ev":"exited","id":%d,"code":%s,"signal":%s,"user":%.3f,"sys":%.3f,"rss":%d,"out":"%s","bytes":%d,"logged":%s}\n'
)


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Child:
    """One spawned process and what came of it."""

    __slots__ = (
        *('id', 'pid', 'out', 'err', 'log', 'log_path', 'masks', 'cap', 'grace'),
        *('born', 'polled', 'held', 'size', 'logged', 'end', 'deadline', 'mark'),
    )

    def __init__(self, id, pid, out, err, log_path, masks, grace, cap, mark):
        self.id = id
        self.pid = pid
        self.out = out
        self.err = err
        self.log = None
        self.log_path = log_path
        self.masks = masks
        self.cap = cap
        self.grace = grace
        self.born = time.monotonic()
        self.polled = False
        self.held = b''
        self.size = 0
        self.logged = False
        self.end = None
        self.deadline = 0.0
        self.mark = mark

    def take(self, data):
        """Accepts a piece of standard output."""
        self.size += len(data)
        if self.logged:
            room = self.cap - len(self.held)
            if room > 0:
                self.held += data[:room]
            self.to_log(data, 0)
            return
        whole = self.held + data
        self.held = whole[: self.cap]
        text = whole.strip()
        if text and (len(whole) > self.cap or text[0] != 123 or b'\n' in text):
            self.logged = True
            self.to_log(whole, 0)

    def to_log(self, data, stream):
        if self.masks is not None:
            data = self.masks[stream].push(data)
        self.write(data)

    def write(self, data):
        if not data:
            return
        try:
            if self.log is None:
                self.log = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            write_all(self.log, data)
        except OSError:
            pass  # A full disk must not end every other child as well.

    def read(self, fd):
        """Takes what is in a pipe now: the number of bytes, 0 at its end, None when there is nothing yet."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return None
        if data:
            if fd == self.out:
                self.take(data)
            else:
                self.to_log(data, 1)
        return len(data)

    def drain(self):
        """Takes what is in the pipes. Whether they are at their ends: nobody else has them open."""
        ended = True
        for fd in (self.err, self.out):
            for _ in range(PIPE_READS):
                taken = self.read(fd)
                if not taken:
                    break
            ended = ended and taken == 0
        return ended

    def exited(self):
        """Closes everything and gives the event."""
        for mask in self.masks or ():
            self.write(mask.rest())
        os.close(self.err)
        os.close(self.out)
        if self.log is not None:
            os.close(self.log)
        status, usage = self.end
        code, number = ('null', os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (os.WEXITSTATUS(status), 'null')
        return EXITED % (
            self.id,
            code,
            number,
            usage.ru_utime * 1000,
            usage.ru_stime * 1000,
            usage.ru_maxrss * RSS_UNIT,
            binascii.b2a_base64(self.held, newline=False).decode(),
            self.size,
            'true' if self.logged else 'false',
        )
