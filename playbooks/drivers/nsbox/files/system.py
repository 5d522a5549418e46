"""Questions to the kernel, and small tools."""
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time

PATIENCE = 10  # seconds until a start or a kill counts as failed
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


def until(patience=PATIENCE):
    """Ticks until patience ends, without sleeping before the first."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        yield
        time.sleep(0.004)


def ticks(pid):
    """When a process began, which with its id names it for as long as the host is up; None for the gone and for zombies."""
    try:
        with open(f'/proc/{pid}/stat', 'rb') as file:
            fields = file.read().rpartition(b')')[2].split()
        return None if fields[0] in b'ZX' else int(fields[19])
    except OSError:
        return None


def family(first):
    """A process and all that descend from it, with their states. Orphans of a box are their first process's children, whatever
    namespaces they went into."""
    found, children = {}, {}
    for entry in os.listdir('/proc'):
        with contextlib.suppress(OSError):
            if entry.isdigit():
                with open(f'/proc/{entry}/stat', 'rb') as file:
                    state, parent = file.read().rpartition(b')')[2].split()[:2]
                found[int(entry)] = state
                children.setdefault(int(parent), []).append(int(entry))
    members, todo = {}, [first]
    while todo:
        pid = todo.pop()
        if pid in found and pid not in members:
            members[pid] = found[pid]
            todo += children.get(pid, [])
    return members


def listens(pid, port):
    """Whether the process holds the socket that listens on that port of 127.0.0.1."""
    with open('/proc/net/tcp') as file:
        rows = [line.split() for line in file]
    # The kernel prints the address as a number in this machine's order of bytes; 0A is the state LISTEN.
    address = f'{int.from_bytes(bytes((127, 0, 0, 1)), sys.byteorder):08X}:{port:04X}'
    wanted = {f'socket:[{row[9]}]' for row in rows if row[1] == address and row[3] == '0A'}
    with contextlib.suppress(OSError):
        for name in os.listdir(f'/proc/{pid}/fd'):
            with contextlib.suppress(OSError):
                if os.readlink(f'/proc/{pid}/fd/{name}') in wanted:
                    return True
    return False


def banner(port):
    try:
        with socket.create_connection(('127.0.0.1', port), 2) as client:
            return client.recv(4) == b'SSH-'
    except OSError:
        return False


def bindable(port):
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(('127.0.0.1', port))
            return True
        except OSError:
            return False


def carrying(mark):
    """The living processes of ours with that in their environment, whoever started them: no file is needed, which a killed step may
    not have written."""
    found = []
    for entry in os.listdir('/proc'):
        # Gone meanwhile, or another user's: not ours either way. The environment of a zombie is empty.
        with contextlib.suppress(OSError):
            if entry.isdigit() and mark in open(f'/proc/{entry}/environ', 'rb').read().split(b'\0'):
                found.append(int(entry))
    return found


def discard(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def run(argv, stdin=subprocess.DEVNULL):
    return subprocess.run(argv, stdin=stdin, capture_output=True, text=True, errors='replace', env={'PATH': PATH})
