"""What the supervisor asks of the kernel about processes and their groups."""

import os
import sys

LINUX = sys.platform.startswith('linux')
RSS_UNIT = 1024 if LINUX else 1


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
