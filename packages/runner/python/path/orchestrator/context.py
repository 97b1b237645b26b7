"""The context of a scriptlet that runs alone: by `python step.py --params ...`, or in a test. In a run, lorc gives the
scriptlet the run's own context, which has the same methods."""

import time

from lorc_values import check_key, plain


class Context:
    """Versioned JSON values by key, with who wrote them and when."""

    def __init__(self, values=None):
        self._values = {}
        self._history = {}
        for key, value in (values or {}).items():
            self.set(key, value, who='initial')

    def get(self, key, default=None):
        """A copy of the value, so that changing it changes nothing here; `default` for a key that nobody set."""
        return plain(self._values[key])[0] if key in self._values else default

    def set(self, key, value, who='standalone'):
        """Raises ValueError or TypeError for a malformed key or a value that is not JSON."""
        check_key(key)
        self._values[key] = plain(value)[0]
        write = {'key': key, 'value': self._values[key], 'who': who, 'timestamp': time.time()}
        self._history.setdefault(key, []).append(write)

    def has(self, key):
        return key in self._values

    __contains__ = has

    def keys(self):
        """Sorted."""
        return sorted(self._values)

    def to_dict(self):
        return plain(self._values)[0]

    def history(self, key=None):
        """The writes of a key, oldest first; without a key, those of every key."""
        if key is not None:
            return list(self._history.get(key, ()))
        return sorted((write for writes in self._history.values() for write in writes), key=lambda w: w['timestamp'])
