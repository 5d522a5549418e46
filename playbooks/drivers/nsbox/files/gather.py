"""Reads files of a box from outside, where its tenant decided what everything is called and what it is. No symbolic link is followed,
nothing but plain files is opened, and of each exactly as much is read as it has when it is opened."""
import fnmatch
import json
import os
import stat
import sys

OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
DEEPEST = 64  # folders within folders
MOST_SEEN = 100_000  # names looked at, all folders together
PIECE = 2**20


class Gather:
    def __init__(self, root, artifacts, out):
        """`root`: an open folder, the box's own root."""
        self.root, self.paths, self.out = root, artifacts['paths'], out
        self.files, self.room = int(artifacts['files']), int(artifacts['bytes'])
        self.sent = set()
        self.seen = 0

    def all(self):
        sys.setrecursionlimit(10_000)
        for path in self.paths:
            before = self.seen
            parts = [part for part in path.encode().split(b'/') if part]
            self.within(self.root, b'', parts)
            if self.seen == before:
                self.leave(path.encode(), 'nothing is there')
        self.out.write(b'.\n')
        self.out.flush()

    def within(self, folder, above, parts):
        """What the parts of a path stand for in an open folder."""
        first, *rest = parts
        for name in self.matching(folder, above, first):
            path = above + b'/' + name
            try:
                kind = os.lstat(name, dir_fd=folder).st_mode
                if not rest:
                    self.seen += 1
                    self.whole(folder, name, path, kind, 0)
                elif stat.S_ISLNK(kind):
                    self.seen += 1
                    self.leave(path, 'a symbolic link: name what it points to')
                elif stat.S_ISDIR(kind):
                    self.inside(folder, name, lambda inner: self.within(inner, path, rest))
            except OSError as fault:
                self.unreadable(path, fault)

    def whole(self, folder, name, path, kind, depth):
        """A file, or all that is in a folder."""
        if stat.S_ISREG(kind):
            return self.send(folder, name, path)
        if not stat.S_ISDIR(kind):
            return self.leave(path, 'a symbolic link' if stat.S_ISLNK(kind) else 'no file')
        if depth >= DEEPEST:
            return self.leave(path, f'more than {DEEPEST} folders deep')
        self.inside(folder, name, lambda inner: self.everything(inner, path, depth))

    def everything(self, folder, above, depth):
        for name in self.names(folder, above):
            path = above + b'/' + name
            self.seen += 1
            try:
                self.whole(folder, name, path, os.lstat(name, dir_fd=folder).st_mode, depth + 1)
            except OSError as fault:
                self.unreadable(path, fault)

    def inside(self, folder, name, work):
        inner = os.open(name, OPEN | os.O_DIRECTORY, dir_fd=folder)
        try:
            work(inner)
        finally:
            os.close(inner)

    def matching(self, folder, above, part):
        if not any(sign in part for sign in b'*?['):
            try:
                os.lstat(part, dir_fd=folder)
            except OSError:
                return []
            return [part]
        # As a shell does it: hidden names are to be asked for.
        hidden = part.startswith(b'.')
        # `[` is no sign of ours, but one of fnmatch's.
        pattern = part.replace(b'[', b'[[]')
        names = self.names(folder, above)
        return [name for name in names if fnmatch.fnmatchcase(name, pattern) and (hidden or not name.startswith(b'.'))]

    def names(self, folder, above):
        """In order of name, so that the same is kept of the same whatever order it was made in."""
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if self.seen + len(names) >= MOST_SEEN:
                    self.leave(above, f'more than {MOST_SEEN} names are not looked at')
                    break
                names.append(os.fsencode(entry.name))
        return sorted(names)

    def send(self, folder, name, path):
        if path in self.sent:
            return
        self.sent.add(path)
        file = os.open(name, OPEN, dir_fd=folder)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                return self.leave(path, 'no file')
            if self.files == 0:
                return self.leave(path, 'there are more files than are kept')
            if found.st_size > self.room:
                return self.leave(path, f'{found.st_size} bytes, and there is room for {self.room}')
            self.files -= 1
            self.room -= found.st_size
            self.line(path, found.st_size)
            self.bytes(file, found.st_size)
        finally:
            os.close(file)

    def bytes(self, file, size):
        """What is missing meanwhile is sent as zeros: its length is told already."""
        while size > 0:
            try:
                piece = os.read(file, min(size, PIECE))
            except OSError:
                piece = b''
            piece = piece or bytes(min(size, PIECE))
            self.out.write(piece)
            size -= len(piece)

    def unreadable(self, path, fault):
        self.leave(path, (fault.strerror or 'unreadable').lower())

    def leave(self, path, because):
        self.line(path, None, because)

    def line(self, path, *rest):
        self.out.write(json.dumps([path.decode('latin-1'), *rest]).encode() + b'\n')
