"""Puts what comes from a machine into the folder that Duffy gave for it. Nothing that comes is believed: whoever had the machine may
have made it up. Files are named 1, 2 and so on; what they were called is written into the manifest, a line as each is whole."""
import json
import os

NAME_BYTES = 4096  # of a name, as Linux has them
PIECE = 2**20
LEFT_LINES = 200  # reasons that are written; further ones are only counted


class Nonsense(Exception):
    """What came is not what was agreed upon, and nothing after it can be read."""


class Intake:
    def __init__(self, artifacts):
        self.folder = os.open(artifacts['dest'], os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self.most_files, self.room = int(artifacts['files']), int(artifacts['bytes'])
        self.files = self.left = 0
        self.manifest = os.fdopen(self.create('manifest'), 'w', encoding='utf-8')

    def create(self, name):
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=self.folder)

    def take(self, name, size, source):
        """Reads as many bytes from the source as the file is said to have, kept or not."""
        if self.files >= self.most_files:
            return self.skip(name, size, source, f'more than {self.most_files} files')
        if size > self.room:
            return self.skip(name, size, source, f'{size} bytes, and there is room for {self.room}')
        number = str(self.files + 1)
        try:
            with os.fdopen(self.create(number), 'wb') as file:
                for piece in pieces(size, source):
                    file.write(piece)
        except BaseException:
            os.unlink(number, dir_fd=self.folder)
            raise
        self.files += 1
        self.room -= size
        self.tell(file=number, path=shown(name), bytes=size)

    def skip(self, name, size, source, because):
        self.leave(name, because)
        for _ in pieces(size, source):
            pass

    def leave(self, name, because):
        self.left += 1
        if self.left <= LEFT_LINES:
            self.tell(left=shown(name), because=because)

    def forget(self):
        """For a process that is not to have it."""
        os.close(self.folder)
        os.close(self.manifest.fileno())

    def close(self):
        self.tell(more=max(0, self.left - LEFT_LINES))
        self.manifest.close()

    def tell(self, **line):
        self.manifest.write(json.dumps(line) + '\n')
        self.manifest.flush()


def pieces(size, source):
    while size > 0:
        piece = source.read(min(size, PIECE))
        if not piece:
            raise Nonsense('what came from the machine was cut off')
        size -= len(piece)
        yield piece


def shown(name):
    """A name in one line: bytes that are no text, and signs that do not print, are written out."""
    text = name[:NAME_BYTES].decode('utf-8', 'surrogateescape')
    return ''.join(sign if sign.isprintable() and sign != '\\' else escaped(sign) for sign in text)


def escaped(sign):
    return '\\\\' if sign == '\\' else ''.join(f'\\x{byte:02x}' for byte in sign.encode('utf-8', 'surrogateescape'))


LONGEST_LINE = 64 * 1024


def receive(source, intake):
    """Reads files from somebody who may not write to the folder: for each a line, `[name, size]` and then its bytes, or
    `[name, null, because]` for what is left out. Names are written one byte a character."""
    while True:
        line = source.readline(LONGEST_LINE)
        if line == b'.\n':
            return
        try:
            name, size, *because = json.loads(line)
            name = name.encode('latin-1')
        except (ValueError, AttributeError, TypeError, RecursionError) as fault:
            raise Nonsense('what came from the machine cannot be read') from fault
        if size is None:
            intake.leave(name, shown(str(because[0] if because else '').encode('utf-8', 'replace'))[:200])
        elif isinstance(size, int) and size >= 0:
            intake.take(name, size, source)
        else:
            raise Nonsense('what came from the machine has no size')
