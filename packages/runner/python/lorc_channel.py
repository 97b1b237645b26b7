"""The host's line to the driver: JSON lines on descriptors of their own, which user code's children do not inherit."""

import fcntl
import json
import os
from _thread import allocate_lock

HIGH = 100
# What is sent was made by the host, or copied by it: nothing holds itself.
ENCODE = json.JSONEncoder(separators=(',', ':'), check_circular=False).encode
DECODE = json.JSONDecoder().raw_decode


def high(fd):
    """Moves a descriptor out of the way of user code."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(fd)
    return moved


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Channel:
    def __init__(self, read_fd, write_fd):
        self.inward = high(read_fd)
        self.outward = high(write_fd)
        self.rest = b''
        self.lock = allocate_lock()

    def receive(self):
        """The next message; None: the driver is gone. A line that a killed child left half read is passed over."""
        while True:
            line, found, rest = self.rest.partition(b'\n')
            if found:
                self.rest = rest
                try:
                    text = line.decode()
                    message, end = DECODE(text)
                except ValueError:
                    continue
                if end == len(text):
                    return message
                continue
            data = os.read(self.inward, 65536)
            if not data:
                return None
            self.rest += data

    def send(self, message, before=b''):
        write_all(self.outward, before + ENCODE(message).encode() + b'\n')

    def ask(self, message):
        """Sends a question and gives the answer. Several threads may ask."""
        with self.lock:
            self.send(message)
            answer = self.receive()
        if answer is None:
            raise RuntimeError('the runner is gone')
        if 'error' in answer:
            raise ValueError(answer['error'])
        return answer
