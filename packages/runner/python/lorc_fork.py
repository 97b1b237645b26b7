"""A fork of a host that waits for the attempt that it is to run.

To fork takes as long as the rest of a short attempt, and so does copying each page of memory that is written to for the first
time after it. So the next fork is made, and touches what attempts touch, while an attempt runs. Until it is given one of
its own it belongs to the host's process group, and it ends with the host, whose end of the pipe closes then."""

import json
import os

from lorc_channel import ENCODE, write_all


class Fork:
    """In the fork `warm` is called, and `run` with the request that it is given; it ends when that returns."""

    def __init__(self, warm, run):
        inward, self.outward = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.outward)
                try:
                    warm()
                except Exception:
                    pass  # What matters of it happens again in `run`, where it ends the fork.
                request = read_all(inward)
                if request:
                    run(json.loads(request))
            finally:
                os._exit(0)
        os.close(inward)

    def give(self, request):
        """Lets it run, as the leader of a process group of its own. False: it was gone before."""
        try:
            os.setpgid(self.pid, self.pid)
            write_all(self.outward, ENCODE(request).encode())
            given = True
        except OSError:
            given = False
        os.close(self.outward)
        return given

    def drop(self):
        """It is not needed."""
        os.close(self.outward)
        os.waitpid(self.pid, 0)


def read_all(fd):
    pieces = []
    while True:
        piece = os.read(fd, 65536)
        if not piece:
            return b''.join(pieces)
        pieces.append(piece)
