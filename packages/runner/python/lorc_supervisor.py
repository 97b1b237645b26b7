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

import _signal as signal  # Without its enums, which would cost as much as the start of Python.
import binascii
import fcntl
import os
import select
import sys
import time

LINUX = sys.platform.startswith('linux')
RSS_UNIT = 1024 if LINUX else 1
# Below this age a child's pipe is not polled: most short steps then cost a single wake-up, at their exit.
YOUNG_S = 0.004
# Larger buffers are mapped and unmapped at each read.
CHUNK = 65536
TICK_MS = 10
# As many as a full pipe may take in small pieces; what still writes then is somebody else.
PIPE_READS = 64
PR_SET_CHILD_SUBREAPER = 36
EXITED = (
    '{"ev":"exited","id":%d,"code":%s,"signal":%s,"user":%.3f,"sys":%.3f,"rss":%d,"out":"%s","bytes":%d,"logged":%s}\n'
)


def signal_group(pgid, number):
    """Whether there was a group to take the signal."""
    try:
        os.killpg(pgid, number)
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS answers so for a group of zombies; elsewhere the group is somebody else's.
        return False


def group_lives(pgid):
    """Whether a process of the group still runs. Zombies that nobody reaps do not count (Linux)."""
    if not signal_group(pgid, 0):
        return False
    if not LINUX:
        return True
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        fields = stat_fields(name)
        if fields is not None and int(fields[2]) == pgid and fields[0] not in (b'Z', b'X'):
            return True
    return False


def groups_below(pids):
    """The process groups of the children of these processes."""
    if not pids:
        return []
    with os.popen('ps -A -o ppid= -o pgid=') as listing:
        pairs = [[int(number) for number in line.split()] for line in listing]
    return list({pgid for ppid, pgid in pairs if ppid in pids and pgid not in pids})


def signal_stray(pid, number):
    """To its group, if it leads one."""
    try:
        os.kill(-pid if os.getpgid(pid) == pid else pid, number)
    except OSError:
        pass  # It is gone.


def has_mark(pid, mark):
    """Whether the process was started for the attempt of that LORC_IDEMPOTENCY_KEY."""
    try:
        with open('/proc/%d/environ' % pid, 'rb') as file:
            return b'LORC_IDEMPOTENCY_KEY=' + mark in file.read().split(b'\0')
    except OSError:
        return False


def adopt_orphans():
    """Becomes the parent of descendants that lose theirs. Whether it can: Linux can."""
    if not LINUX:
        return False
    try:
        import ctypes  # Not needed anywhere else.

        return ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError):
        return False


def stat_fields(pid):
    """/proc/PID/stat from its third field (the state) on; None: no such process, or no /proc."""
    try:
        fd = os.open('/proc/%s/stat' % pid, os.O_RDONLY)
    except OSError:
        return None
    try:
        text = os.read(fd, 1024)
    except OSError:
        return None
    finally:
        os.close(fd)
    return text[text.rindex(b')') + 2 :].split()


def start_ticks(pid):
    """The kernel's start time of a process in clock ticks since boot, as text; None where there is no /proc."""
    if not LINUX:
        return None
    fields = stat_fields(pid)
    return None if fields is None else fields[19].decode()


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Mask:
    """Replaces the secrets of a step by `***` in what is printed piece by piece, as SecretMask of the runner does."""

    def __init__(self, forms):
        import re

        self.forms = sorted(forms, key=len, reverse=True)
        self.pattern = re.compile(b'|'.join([re.escape(form) for form in self.forms]))
        self.held = b''

    def push(self, data):
        """What of all that came so far can be passed on."""
        text = self.held + data
        end = self.safe_end(text)
        self.held = text[end:]
        return self.pattern.sub(b'***', text[:end])

    def rest(self):
        """What was held back because a secret might have begun with it."""
        rest, self.held = self.held, b''
        return self.pattern.sub(b'***', rest)

    def safe_end(self, text):
        found = [match.span() for match in self.pattern.finditer(text)]
        for at in range(max(0, len(text) - len(self.forms[0]) + 1), len(text)):
            if not any(begin < at < end for begin, end in found) and self.begins(text[at:]):
                return at
        return len(text)

    def begins(self, text):
        return any(len(form) > len(text) and form.startswith(text) for form in self.forms)


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


class Supervisor:
    def __init__(self, grace):
        self.grace = grace
        self.children = {}  # by pid, leader not yet reaped
        self.by_id = {}
        self.leaving = []  # leader reaped, but something of it is left
        self.strays = {}  # pid of what left its group -> when it gets SIGKILL
        self.masks = {}  # by id, of children that are about to be spawned
        self.young = []  # not yet announced, pipes not yet polled
        self.by_pipe = {}
        self.watched = {}
        self.events = ['{"ev":"ready"}\n']
        self.cwd = b''
        self.null = os.open(os.devnull, os.O_RDONLY)
        self.rest = b''
        self.closing = False
        self.adopts = adopt_orphans()
        # What is ignored here would stay ignored in a child.
        self.defaults = [n for n in range(1, signal.NSIG) if ignored(n)]
        self.wake, wake_end = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake_end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self.ask_to_close)
        self.poll = select.poll()
        self.poll.register(0, select.POLLIN)
        self.poll.register(self.wake, select.POLLIN)
        self.ops = {
            **{b'mask': self.mask, b'spawn': self.spawn, b'kill': self.kill},
            **{b'watch': self.watch, b'unwatch': self.unwatch},
        }

    def ask_to_close(self, number, frame):
        self.closing = True

    def run(self):
        while not self.closing:
            if self.events:
                self.flush()
            for fd, _ in self.poll.poll(self.patience()):
                if fd == 0:
                    self.commands()
                elif fd == self.wake:
                    self.reap()
                else:
                    self.output(fd)
            if self.leaving or self.strays:
                self.see_off()
            if self.young:
                self.grow_up()
        self.end_everything()

    def patience(self):
        """Milliseconds until something is to be done without being asked; None: nothing is."""
        if self.leaving or self.strays:
            return TICK_MS
        return YOUNG_S * 1000 if self.young else None

    def flush(self):
        text = ''.join(self.events)
        self.events.clear()
        try:
            write_all(1, text.encode())
        except OSError:
            self.closing = True

    def commands(self):
        try:
            data = os.read(0, CHUNK)
        except OSError:
            data = b''
        if not data:
            self.closing = True
            return
        fields = (self.rest + data).split(b'\0')
        begin = 0
        while begin + 1 < len(fields):
            end = begin + 1 + int(fields[begin])
            if end >= len(fields):
                break
            self.ops[fields[begin + 1]](*fields[begin + 2 : end])
            begin = end
        self.rest = b'\0'.join(fields[begin:])

    def mask(self, id, *forms):
        self.masks[int(id)] = (Mask(forms), Mask(forms))

    def spawn(self, id, cwd, log, grace, cap, argc, *words):
        id = int(id)
        masks = self.masks.pop(id, None) if self.masks else None
        argv = words[: int(argc)]
        pipes = []
        try:
            env = dict([word.split(b'=', 1) for word in words[int(argc) :]])
            if cwd != self.cwd:
                os.chdir(cwd)
                self.cwd = cwd
            pipes += os.pipe()
            pipes += os.pipe()
            out, out_end, err, err_end = pipes
            fcntl.fcntl(out, fcntl.F_SETFL, os.O_NONBLOCK)
            fcntl.fcntl(err, fcntl.F_SETFL, os.O_NONBLOCK)
            actions = (
                (os.POSIX_SPAWN_DUP2, self.null, 0),
                (os.POSIX_SPAWN_DUP2, out_end, 1),
                (os.POSIX_SPAWN_DUP2, err_end, 2),
            )
            pid = os.posix_spawn(
                argv[0], argv, env, file_actions=actions, setpgroup=0, setsigmask=(), setsigdef=self.defaults
            )
        except (OSError, ValueError) as error:
            import json

            for fd in pipes:
                os.close(fd)
            why = getattr(error, 'strerror', None) or str(error)
            refusal = {'ev': 'refused', 'id': id, 'errno': getattr(error, 'errno', None), 'message': why}
            self.events.append(json.dumps(refusal) + '\n')
            return
        os.close(out_end)
        os.close(err_end)
        child = Child(id, pid, out, err, log, masks, float(grace), int(cap), env.get(b'LORC_IDEMPOTENCY_KEY'))
        self.children[pid] = self.by_id[id] = child
        self.young.append(child)

    def kill(self, id, number):
        child = self.by_id.get(int(id))
        if child is not None:
            signal_group(child.pid, int(number))

    def watch(self, pid):
        self.watched[int(pid)] = start_ticks(int(pid))

    def unwatch(self, pid):
        self.watched.pop(int(pid), None)

    def output(self, fd):
        child = self.by_pipe.get(fd)
        if child is not None and child.read(fd) == 0:
            self.stop_polling(fd)

    def grow_up(self):
        limit = time.monotonic() - YOUNG_S
        while self.young and self.young[0].born <= limit:
            child = self.young.pop(0)
            child.polled = True
            for fd in (child.out, child.err):
                self.by_pipe[fd] = child
                self.poll.register(fd, select.POLLIN)
            start = start_ticks(child.pid)
            self.events.append(
                '{"ev":"spawned","id":%d,"pid":%d,"start":%s}\n'
                % (child.id, child.pid, 'null' if start is None else '"%s"' % start)
            )

    def stop_polling(self, fd):
        if self.by_pipe.pop(fd, None) is not None:
            self.poll.unregister(fd)

    def reap(self):
        # Cleared before waiting: a child that ends in between leaves a byte, and so another round.
        os.read(self.wake, 4096)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            child = self.children.pop(pid, None)
            if child is None:
                self.strays.pop(pid, None)
                continue
            if not child.polled:
                self.young.remove(child)
            child.end = (status, usage)
            left = signal_group(pid, signal.SIGTERM)
            if child.drain() and not left:
                self.finish(child)
            elif left or self.adopts:
                child.deadline = time.monotonic() + child.grace / 1000
                self.leaving.append(child)
            else:
                self.finish(child)
        if self.adopts and not self.children and not self.leaving:
            self.end_strays(self.orphans(), self.grace)

    def see_off(self):
        """Reports the children of which nothing is left by now, and ends what has had its time."""
        now = time.monotonic()
        for child in list(self.leaving):
            strays = self.strays_of(child)
            self.end_strays(strays, child.grace)
            if (group_lives(child.pid) or strays) and now < child.deadline + 1:
                if now >= child.deadline:
                    signal_group(child.pid, signal.SIGKILL)
                continue
            self.leaving.remove(child)
            child.drain()
            self.finish(child)
        for pid, deadline in self.strays.items():
            if now >= deadline:
                signal_stray(pid, signal.SIGKILL)

    def orphans(self):
        """What left its group and lost its parents."""
        known = set(self.children).union(child.pid for child in self.leaving)
        own = str(os.getpid()).encode()
        found = []
        for name in os.listdir('/proc'):
            fields = stat_fields(name) if name.isdigit() and int(name) not in known else None
            if fields and fields[1] == own and fields[0] not in (b'Z', b'X') and int(fields[2]) not in known:
                found.append(int(name))
        return found

    def strays_of(self, child):
        if not self.adopts or child.mark is None:
            return []
        return [pid for pid in self.orphans() if has_mark(pid, child.mark)]

    def end_strays(self, pids, grace):
        for pid in pids:
            if pid not in self.strays:
                self.strays[pid] = time.monotonic() + grace / 1000
                signal_stray(pid, signal.SIGTERM)

    def finish(self, child):
        if child.polled:
            self.stop_polling(child.out)
            self.stop_polling(child.err)
        del self.by_id[child.id]
        self.events.append(child.exited())

    def end_everything(self):
        """The driver is gone: every group gets SIGTERM, and SIGKILL when the grace is over."""
        hosts = [pid for pid, start in self.watched.items() if start is None or start_ticks(pid) in (start, None)]
        # A host that is stopped has no child that is not seen.
        for pgid in hosts:
            signal_group(pgid, signal.SIGSTOP)
        groups = [child.pid for child in self.by_id.values()] + hosts + groups_below(hosts)
        for pgid in groups:
            signal_group(pgid, signal.SIGTERM)
            signal_group(pgid, signal.SIGCONT)
        deadline = time.monotonic() + self.grace / 1000
        last = deadline + 1
        strays = self.orphans() if self.adopts else []
        while (groups or strays) and time.monotonic() < last:
            self.end_strays(strays, self.grace)
            self.forget_ended()
            if time.monotonic() >= deadline:
                for pgid in groups:
                    signal_group(pgid, signal.SIGKILL)
                for pid in strays:
                    signal_stray(pid, signal.SIGKILL)
            groups = [pgid for pgid in groups if group_lives(pgid)]
            strays = self.orphans() if self.adopts else []
            if groups or strays:
                time.sleep(TICK_MS / 1000)

    def forget_ended(self):
        """Reaps, and keeps pipes from filling up, so that a child can end by itself."""
        for child in self.by_id.values():
            for fd in (child.out, child.err):
                while child.read(fd):
                    pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            pass


def keep_to_oneself():
    """What the driver was started with by mistake is not passed on to every child."""
    try:
        names = os.listdir('/dev/fd')
    except OSError:
        return
    for name in names:
        try:
            if int(name) > 2:
                os.set_inheritable(int(name), False)
        except OSError:
            pass  # That of the listing itself.


def ignored(number):
    try:
        return signal.getsignal(number) == signal.SIG_IGN
    except ValueError:
        return False


if __name__ == '__main__':
    keep_to_oneself()
    Supervisor(float(sys.argv[1]) if len(sys.argv) > 1 else 5000).run()
