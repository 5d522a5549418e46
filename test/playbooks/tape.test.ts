import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testSeed } from '../kit/random.ts'
import { scratch } from '../kit/scratch.ts'

const dir = mkdtempSync(join(scratch(), 'duffy-tape-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Archives of every kind that Python makes, and thousands that are damaged somewhere, read as they would come from a machine. */
const PROGRAM = `
import io, json, os, random, sys, tarfile, time
sys.path.insert(0, sys.argv[1])
from intake import Intake, Nonsense
from tape import read_tar

FILES, BYTES = 5, 5000

def archive(form):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode='w', format=form) as tar:
        def put(name, text=b'text', **of):
            one = tarfile.TarInfo(name); one.size = len(text)
            for key, value in of.items(): setattr(one, key, value)
            tar.addfile(one, io.BytesIO(text))
        put('plain'); put('d/' * 40 + 'deep'); put('n' * 90, b'x' * 700)
        if form != tarfile.USTAR_FORMAT: put('long' * 100); put('\\u00fc\\n' * 20)
        put('link', b'', type=tarfile.SYMTYPE, linkname='/etc/passwd'); put('hard', b'', type=tarfile.LNKTYPE, linkname='plain')
        put('pipe', b'', type=tarfile.FIFOTYPE); put('device', b'', type=tarfile.CHRTYPE); put('folder', b'', type=tarfile.DIRTYPE)
        put('odd', type=b'Z'); put('sparse', type=b'S'); put('../../up'); put('/abs'); put('big', b'y' * 6000); put('last')
    return raw.getvalue()

def read(data, folder):
    os.mkdir(folder)
    intake = Intake({'dest': folder, 'files': FILES, 'bytes': BYTES})
    try:
        read_tar(io.BytesIO(data), intake)
        ended = 'well'
    except Nonsense:
        ended = 'nonsense'
    intake.close()
    lines = [json.loads(line) for line in open(folder + '/manifest')]
    files = [line for line in lines if 'file' in line]
    names = sorted(os.listdir(folder))
    assert names == sorted(['manifest', *(line['file'] for line in files)]), names
    assert len(files) <= FILES and sum(line['bytes'] for line in files) <= BYTES
    for line in files:
        path = folder + '/' + line['file']
        assert os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) == line['bytes']
        assert all(sign.isprintable() for sign in line['path']) and line['path'].startswith('/')
    for name in names: os.unlink(folder + '/' + name)
    os.rmdir(folder)
    os.close(intake.folder)
    return ended, [line['path'] for line in files], [line['left'] for line in lines if 'left' in line]

seed = int(sys.argv[3]); chance = random.Random(seed)
whole = [archive(form) for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)]
first = [read(data, sys.argv[2] + '/d') for data in whole]
ends = {'well': 0, 'nonsense': 0}
end = time.monotonic() + 60
for turn in range(6000):
    data = bytearray(chance.choice(whole))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        how = chance.randrange(4)
        if how == 0: data[at] = chance.randrange(256)
        elif how == 1: del data[at:at + chance.randrange(1, 700)]
        elif how == 2: data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 30)))
        else:
            # A header that checks, with one field of it made up.
            start = at // 512 * 512
            header = data[start:start + 512]
            if len(header) < 512: continue
            field, length = chance.choice([(0, 100), (124, 12), (156, 1), (345, 155)])
            header[field:field + length] = bytes(chance.choice(b'\\x00\\x80\\xff0177./SxLg ') for _ in range(length))
            header[148:156] = b'%06o\\0 ' % (sum(header[:148]) + 256 + sum(header[156:]))
            data[start:start + 512] = header
    ends[read(bytes(data), sys.argv[2] + '/d')[0]] += 1
    if time.monotonic() > end: break
print(json.dumps({'first': first, 'ends': ends, 'turns': turn + 1}))
`

test(`an archive is read as far as it makes sense, and never beyond its folder or its limits (seed ${testSeed})`, () => {
  const collect = resolve(import.meta.dirname, '../../playbooks/collect')
  const said = execFileSync('/usr/bin/python3', ['-B', '-c', PROGRAM, collect, dir, String(testSeed)], {
    encoding: 'utf8',
  })
  const { first, ends, turns } = JSON.parse(said) as {
    first: [string, string[], string[]][]
    ends: Record<'well' | 'nonsense', number>
    turns: number
  }
  const deep = `/${'d/'.repeat(40)}deep`
  expect(first.map(([ended, files]) => [ended, files.length])).toEqual([
    ['well', 5],
    ['well', 5],
    ['well', 5],
  ])
  expect(first[0]![1]).toEqual(['/plain', deep, `/${'n'.repeat(90)}`, '/../../up', '/abs'])
  expect(first[2]![1]).toContain(`/${'long'.repeat(100)}`)
  expect(first[0]![2]).toEqual(['/link', '/hard', '/pipe', '/device', '/odd', '/sparse', '/big', '/last'])
  expect(turns).toBeGreaterThan(500)
  expect(Math.min(ends.well, ends.nonsense)).toBeGreaterThan(20)
}, 120_000)
