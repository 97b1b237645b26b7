"""The run's context as a Python scriptlet sees it."""

import os

from lorc_values import check_key, plain


class StepContext:
    """As the context was when the step started, plus the step's own writes. Values are fetched when they are asked for.

    `step`, `run_id`, `attempt` and `idempotency_key` tell which attempt this is; `seed` is the run's, to draw chance
    from."""

    def __init__(self, channel, request):
        self._channel = channel
        self._writes = {}
        self._closed = False
        self.step = request['step']
        self.run_id = request['run']
        self.attempt = request['attempt']
        self.seed = request['seed']
        self.idempotency_key = request['idempotencyKey']

    @property
    def artifacts_dir(self):
        """A folder for files of this step, which are recorded with it. Made when it is first asked for."""
        folder = self._ask({'artifactsDir': True})['artifactsDir']
        os.environ['LORC_ARTIFACTS_DIR'] = folder
        return folder

    def get(self, key, default=None):
        """A copy of the value; `default` for a key that nobody set. Numbers are int or float as they were written."""
        own = self._writes.get(key)
        if own is not None:
            return plain(own['value'])[0]
        return self._ask({'get': key}).get('value', default)

    def set(self, key, value, who=None):
        """Keeps a value; others see it when the step completes. `who` defaults to the step.

        Raises ValueError or TypeError for a malformed key or a value that is not JSON, naming the path."""
        check_key(key)
        if key.startswith('_runner.'):
            raise ValueError("the context key %r is the runner's own" % key)
        if self._closed:
            raise RuntimeError('step %s set %s after it had ended' % (self.step, key))
        try:
            copy, floats = plain(value)
        except (TypeError, ValueError) as error:
            raise type(error)('context key %s: %s' % (key, error)) from None
        write = {'value': copy}
        if floats is not None:
            write['floats'] = floats
        if who is not None:
            write['who'] = str(who)
        self._writes[key] = write

    def has(self, key):
        return key in self._writes or bool(self._ask({'has': key})['has'])

    __contains__ = has

    def keys(self):
        """Sorted."""
        return sorted(set(self._ask({'keys': True})['keys']).union(self._writes))

    def to_dict(self):
        return {key: self.get(key) for key in self.keys()}

    def history(self, key=None):
        """The writes of a key before this step, oldest first: `who`, `timestamp` (seconds), `value`; without a key,
        those of every key."""
        if key is not None:
            return self._ask({'history': key})['history']
        keys = self._ask({'keys': True})['keys']
        return sorted((write for one in keys for write in self.history(one)), key=lambda write: write['timestamp'])

    def progress(self, done, total=None):
        """Tells how far the step is."""
        if not self._closed:
            self._channel.send({'progress': [done, total]})

    def close(self):
        self._closed = True
        return self._writes

    def _ask(self, question):
        if self._closed:
            raise RuntimeError('step %s used its context after it had ended' % self.step)
        return self._channel.ask(question)
