"""Runs attempts at Python steps, one at a time, so that the interpreter and its imports are paid for once.

Started by the runner with the workspace as working directory; descriptors 3 (from the runner) and 4 (to it) carry JSON
lines. The first message is {folders, library, spool, log}; each that follows is an attempt:
  {module, file, stamp, class, params, step, run, attempt, seed, idempotencyKey, env, log, isolated, exclusive}
where all but `step` and `params` is left out while it is as in the attempt before.
It is answered by {"done": ...}, or by {"redirect": {isolated, exclusive}} when the class asks for other circumstances.
In between the scriptlet's questions go out ({"get": key}, ...) and are answered. An isolated attempt runs in a fork of
this process, which is announced ({"forked": pid}), and reported when it has ended ({"exit": ...}).

Standard library only; Python 3.8 or later; Linux and macOS.
"""

import sys

# Before anything that an older one does not have, and in words that it can read.
if sys.version_info < (3, 8):
    sys.exit('it is Python %d.%d, which is too old' % sys.version_info[:2])

import base64  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
from functools import partial  # noqa: E402
from types import CoroutineType  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))
IMPORTLIB, ASYNCIO = (os.path.join(os.path.dirname(os.__file__), name, '') for name in ('importlib', 'asyncio'))
LIBRARY = os.path.join(FOLDER, 'path')
sys.path[0:1] = [FOLDER, LIBRARY]

from lorc_advice import import_advice  # noqa: E402
from lorc_attempt import RSS_UNIT, Surroundings, flush  # noqa: E402
from lorc_channel import ENCODE, Channel  # noqa: E402
from lorc_context import StepContext  # noqa: E402
from lorc_fork import Fork  # noqa: E402
from lorc_modules import Modules  # noqa: E402
from lorc_values import plain  # noqa: E402

sys.path[0:2] = []


class Host:
    def __init__(self, channel, settings):
        self.channel = channel
        self.root = settings['folders'][0]
        self.modules = Modules(settings['folders'], LIBRARY)
        self.surroundings = Surroundings(self.root, settings['spool'], settings.get('log'))
        self.request = {}
        self.frozen = False
        # Runs the next isolated attempt.
        self.spare = None

    def serve(self):
        while True:
            message = self.channel.receive()
            if message is None:
                return
            if 'step' not in message:
                continue
            request = self.request = dict(self.request, **message)
            if request['isolated']:
                self.apart(request)
            else:
                self.here(request)

    def here(self, request):
        self.surroundings.begin(request)
        answer = self.attempt(request)
        self.surroundings.end(request)
        self.channel.send(answer)
        self.surroundings.ready()

    def apart(self, request):
        """Runs in a fork, in which no attempt has run before."""
        if self.modules.found(request) is None:
            self.fetch(request)
        pid = self.hand_over(request)
        self.channel.send({'forked': pid})
        if not self.surroundings.piped:
            self.spare = Fork(partial(self.warm, request), self.child)
        _, status, used = os.wait4(pid, 0)
        self.surroundings.end(request)
        signalled = os.WIFSIGNALED(status)
        ended = {
            'code': None if signalled else os.WEXITSTATUS(status),
            'signal': os.WTERMSIG(status) if signalled else None,
            'usage': [used.ru_utime * 1000, used.ru_stime * 1000, used.ru_maxrss * RSS_UNIT],
        }
        # A child that was killed while it wrote leaves half a line.
        self.channel.send({'exit': ended}, b'\n')

    def fetch(self, request):
        """Imports here, so that it is done once."""
        if self.spare is not None:
            self.spare.drop()
            self.spare = None
        self.surroundings.ready()
        self.surroundings.begin(request)
        try:
            self.modules.load(request)
            self.surroundings.imported()
        except BaseException:
            pass  # It happens again in the fork, where it is reported.
        flush(sys.stdout)
        flush(sys.stderr)
        if not self.frozen:
            self.frozen = True
            gc.collect()
            gc.freeze()

    def hand_over(self, request):
        """To the fork that waits, else to a new one. Gives its process."""
        fork, self.spare = self.spare, None
        request = dict(request, spools=self.surroundings.spools)
        if fork is not None:
            if fork.give(request):
                return fork.pid
            os.waitpid(fork.pid, 0)
        fork = Fork(partial(self.warm, request), self.child)
        fork.give(request)
        return fork.pid

    def warm(self, request):
        """All of an attempt but what is the scriptlet's."""
        self.surroundings.ready()
        self.surroundings.begin(request)
        self.modules.found(request)
        StepContext(self.channel, request).close()
        self.surroundings.printed()
        ENCODE({'done': {'usage': self.surroundings.measured(), 'left': self.surroundings.left_behind()}})

    def child(self, request):
        self.surroundings.take_over(request)
        self.channel.send(self.attempt(request))
        flush(sys.stderr)

    def attempt(self, request):
        ctx = StepContext(self.channel, request)
        result = {'code': 0}
        flags = {'isolated': False, 'exclusive': False}
        try:
            made = self.scriptlet(request)
            flags = {
                'isolated': bool(getattr(made, 'requires_process', False)),
                'exclusive': not getattr(made, 'parallelizable', True),
            }
            if (flags['isolated'] and not request['isolated']) or (flags['exclusive'] and not request['exclusive']):
                return {'redirect': flags}
            validate = getattr(made, 'validate', None)
            if validate is not None:
                awaited(validate(ctx, request['params']))
            result = returned(awaited(made.run(ctx, request['params'])))
        except SystemExit as stop:
            result = {'code': exit_code(stop.code)}
        except NoScriptlet as missing:
            result = {'code': 1, 'missing': missing.args}
        except BaseException as error:
            tell(error)
            result = {'code': 1, 'error': described(error)}
            own = own_code(error)
            if own is not None:
                result['errorCode'] = own
            advice = import_advice(error, self.root)
            if advice is not None:
                result['fix'] = advice
        writes = ctx.close()
        text, size, logged = self.surroundings.printed()
        # It reaps as well: what that took belongs to this attempt.
        left = self.surroundings.left_behind()
        result['usage'] = self.surroundings.measured()
        if flags['isolated'] or flags['exclusive']:
            result['flags'] = flags
        if writes:
            result['writes'] = writes
        if size:
            result['stdout'] = base64.b64encode(text).decode()
            result['bytes'] = size
            result['logged'] = logged
        if left:
            result['left'] = left
        return {'done': result}

    def scriptlet(self, request):
        module = self.modules.load(request)
        if self.modules.fetched:
            self.surroundings.imported()
        named = getattr(module, request['class'], None)
        if named is None:
            raise NoScriptlet('%s has no class `%s`.' % (request['file'], request['class']), others(module))
        if not isinstance(named, type):
            raise NoScriptlet('`%s` in %s is not a class.' % (request['class'], request['file']), others(module))
        return named()


class NoScriptlet(Exception):
    """The module has no such class; what to do about it."""


def others(module):
    """The scriptlets that a module has, for an error."""
    names = [name for name, value in vars(module).items() if isinstance(value, type) and hasattr(value, 'run')]
    return 'Its scriptlets are %s.' % ', '.join(names) if names else 'It has no class with a `run` method.'


def own_code(error):
    """The `code` of an exception, if it is a text."""
    try:
        code = getattr(error, 'code', None)
    except Exception:
        return None
    return str(code) if isinstance(code, str) and code else None


def awaited(value):
    """What an `async def` comes to, in an event loop of its own."""
    if not isinstance(value, CoroutineType):
        return value
    import asyncio

    return asyncio.run(value)


def returned(value):
    if value is None:
        return {'code': 0}
    if isinstance(value, dict):
        try:
            return {'code': 0, 'returned': plain(value)[0]}
        except (TypeError, ValueError) as error:
            return {'code': 1, 'invalid': 'a dict that is not JSON (%s)' % error}
    if isinstance(value, int) and not isinstance(value, bool):
        return {'code': int(value)}
    return {'code': 1, 'invalid': repr(value)[:200]}


def exit_code(code):
    """As the interpreter does: None is 0, a text is printed and is 1."""
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 255
    try:
        sys.stderr.write(str(code) + '\n')
    except Exception:
        pass  # It cannot be made a text, or standard error is closed.
    return 1


def described(error):
    """As the last line of a traceback: also of an exception that says nothing, or whose `__str__` fails."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:
        text = '<exception str() failed>'
    return '%s: %s' % (name, text) if text else name


def tell(error):
    """Writes the traceback to the log, without the frames of this host, of the import that it does and of its event loop."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith((FOLDER, '<frozen importlib', IMPORTLIB, ASYNCIO)):
        trace = trace.tb_next
    try:
        sys.stderr.write(''.join(traceback.format_exception(type(error), error, trace)))
    except (OSError, ValueError, AttributeError):
        pass


def main():
    channel = Channel(3, 4)
    settings = channel.receive()
    if settings is not None:
        host = Host(channel, settings)
        channel.send({'ready': list(sys.version_info[:3])})
        host.serve()


main()
