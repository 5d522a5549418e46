"""Reads an archive of tar as it comes, believing none of it: plain files are taken, whatever else is in it is named and left."""
from intake import Nonsense, pieces

BLOCK = 512
LONGEST_HEADER = 64 * 1024  # of a name that is longer than its place
PLAIN = b'0\0007'
BODILESS = b'123456'  # links, devices, folders, pipes
WHAT = {b'1': 'a second name of a file', b'2': 'a symbolic link'}


def read_tar(source, intake):
    """Ends where the archive does; what is cut off, or is no archive, is `Nonsense` from there on."""
    extra = {}
    while True:
        header = exactly(source, BLOCK)
        if not header.strip(b'\0'):
            return
        if number(header[148:156]) != checksum(header):
            raise Nonsense('what came from the machine is no archive of tar')
        kind, size = header[156:157], number(header[124:136])
        if kind in b'LKxg':
            if size > LONGEST_HEADER:
                raise Nonsense('an archive of tar has too long a name in it')
            extra.update(meaning(kind, body(source, size)))
            continue
        name = b'/' + extra.get('path', named(header)).lstrip(b'/')
        size = extra.get('size', size)
        sparse = 'sparse' in extra or kind == b'S'
        extra = {}
        if kind in PLAIN and not sparse:
            intake.take(name, size, source)
            rest(source, size)
        elif kind == b'S':
            # What its holes are stands in blocks of its own, before the rest of it.
            more = header[482:483]
            while more.strip(b'\0'):
                more = exactly(source, BLOCK)[504:505]
            passed(source, size, intake, name, 'has holes, and is sent without them')
        elif kind in BODILESS:
            if kind != b'5':
                intake.leave(name, WHAT.get(kind, 'no file'))
        else:
            passed(source, size, intake, name, 'no file')


def passed(source, size, intake, name, because):
    intake.skip(name, size, source, because)
    rest(source, size)


def exactly(source, size):
    return b''.join(pieces(size, source))


def body(source, size):
    found = exactly(source, size)
    rest(source, size)
    return found


def rest(source, size):
    """What fills the last block."""
    exactly(source, -size % BLOCK)


def number(field):
    """Octal, or, where the first bit says so, binary."""
    if field[0] & 0x80:
        value = int.from_bytes(field, 'big') - (0x80 << (8 * (len(field) - 1)))
    else:
        text = field.strip(b' \0') or b'0'
        if not all(sign in b'01234567' for sign in text):
            raise Nonsense('what came from the machine is no archive of tar')
        value = int(text, 8)
    if value >= 2**63:
        raise Nonsense('an archive of tar has an impossible size in it')
    return value


def checksum(header):
    return sum(header[:148]) + 8 * 32 + sum(header[156:])


def named(header):
    name, prefix = header[:100].split(b'\0', 1)[0], header[345:500].split(b'\0', 1)[0]
    return prefix + b'/' + name if prefix and header[257:263] == b'ustar\0' else name


def meaning(kind, text):
    if kind == b'L':
        return {'path': text.split(b'\0', 1)[0]}
    return dict(record(*one) for one in records(text) if one[0] in KNOWN) if kind == b'x' else {}


KNOWN = (b'path', b'size', b'GNU.sparse.major', b'GNU.sparse.map', b'GNU.sparse.size')


def records(text):
    """`LENGTH NAME=VALUE` and a new line, one after the other."""
    while text:
        length, _, after = text.partition(b' ')
        if not length.isdigit() or len(length) > 6 or not len(length) + 3 <= int(length) <= len(text):
            raise Nonsense('an archive of tar has a broken header in it')
        name, _, value = text[len(length) + 1:int(length) - 1].partition(b'=')
        yield name, value
        text = text[int(length):]


def record(name, value):
    if name == b'path':
        return 'path', value
    if name != b'size':
        return 'sparse', True
    if not value.isdigit() or len(value) > 18:
        raise Nonsense('an archive of tar has an impossible size in it')
    return 'size', int(value)
