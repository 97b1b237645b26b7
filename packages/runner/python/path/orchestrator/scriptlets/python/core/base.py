"""The contract of a Python scriptlet."""


class BaseScriptlet:
    """One class, one responsibility. `run` prints exactly one line, the envelope, and returns an exit code."""

    #: Each attempt gets a process of its own.
    requires_process = False
    #: False: no other Python step runs at the same time.
    parallelizable = True

    def validate(self, ctx, params):
        """Raises before anything is changed when the inputs are not as they should be."""

    def run(self, ctx, params):
        raise NotImplementedError('%s has no run(ctx, params)' % type(self).__name__)
