"""The supervisor: see lorc_supervisor.py for what it is told and what it reports."""

import _signal as signal  # Without its enums, which would cost as much as the start of Python.
import fcntl
import os
import select
import time

from lorc_child import CHUNK, Child, write_all
from lorc_processes import group_lives, groups_below, has_mark, signal_group, signal_stray, start_ticks
from lorc_strays import Strays

# Below this age a child's pipe is not polled: most short steps then cost a single wake-up, at their exit.
YOUNG_S = 0.004
TICK_MS = 10


class Supervisor:
    def __init__(self, grace):
        self.grace = grace
        self.children = {}  # by pid, leader not yet reaped
        self.by_id = {}
        self.leaving = []  # leader reaped, but something of it is left
        self.masks = {}  # by id, of children that are about to be spawned
        self.young = []  # not yet announced, pipes not yet polled
        self.by_pipe = {}
        self.watched = {}
        self.events = ['{"ev":"ready"}\n']
        self.cwd = b''
        self.null = os.open(os.devnull, os.O_RDONLY)
        self.rest = b''
        self.closing = False
        self.strays = Strays()
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
            if self.leaving or self.strays.ending:
                self.see_off()
            if self.young:
                self.grow_up()
        self.end_everything()

    def patience(self):
        """Milliseconds until something is to be done without being asked; None: nothing is."""
        if self.leaving or self.strays.ending:
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
        from lorc_mask import Mask  # Most runs have no secrets.

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
                self.strays.forget(pid)
                continue
            if not child.polled:
                self.young.remove(child)
            child.end = (status, usage)
            left = signal_group(pid, signal.SIGTERM)
            if child.drain() and not left:
                self.finish(child)
            elif left or self.strays.adopts:
                child.deadline = time.monotonic() + child.grace / 1000
                self.leaving.append(child)
            else:
                self.finish(child)
        if not self.children and not self.leaving:
            self.strays.end(self.orphans(), self.grace)

    def see_off(self):
        """Reports the children of which nothing is left by now, and ends what has had its time."""
        now = time.monotonic()
        for child in list(self.leaving):
            strays = [] if child.mark is None else [pid for pid in self.orphans() if has_mark(pid, child.mark)]
            self.strays.end(strays, child.grace)
            if (group_lives(child.pid) or strays) and now < child.deadline + 1:
                if now >= child.deadline:
                    signal_group(child.pid, signal.SIGKILL)
                continue
            self.leaving.remove(child)
            child.drain()
            self.finish(child)
        self.strays.kill_late(now)

    def orphans(self):
        return self.strays.orphans(set(self.children).union(child.pid for child in self.leaving))

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
        strays = self.orphans()
        while (groups or strays) and time.monotonic() < last:
            self.strays.end(strays, self.grace)
            self.forget_ended()
            if time.monotonic() >= deadline:
                for pgid in groups:
                    signal_group(pgid, signal.SIGKILL)
                for pid in strays:
                    signal_stray(pid, signal.SIGKILL)
            groups = [pgid for pgid in groups if group_lives(pgid)]
            strays = self.orphans()
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
