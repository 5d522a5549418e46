"""Works a machine from the inside for a while, and prints what was done as JSON: `load.py SECONDS MEMORY_MIB DISK_MIB DIRECTORY`.

A third of the time goes to each: every processor computes, memory is filled and read back, a file is written and read back.
What comes back other than it went is counted in `mismatches`. Nothing is left behind, and it ends by itself.
"""
import hashlib
import json
import os
import signal
import sys
import tempfile
import time

MIB = 2**20


def main():
    seconds, memory_mib, disk_mib = (int(word) for word in sys.argv[1:4])
    signal.alarm(3 * seconds + 30)  # whatever happens to who started it
    done = {'seconds': 0, 'cpus': 0, 'cpuSeconds': 0, 'memoryMiB': memory_mib, 'bytesTouched': 0, 'bytesWritten': 0, 'bytesRead': 0}
    done['mismatches'] = 0
    begun = time.monotonic()
    compute(seconds / 3, done)
    fill_memory(seconds / 3, memory_mib, done)
    fill_disk(seconds / 3, disk_mib, sys.argv[4], done)
    done['cpuSeconds'] = round(sum(os.times()[:4]), 2)
    done['seconds'] = round(time.monotonic() - begun, 2)
    print(json.dumps(done))


def compute(seconds, done):
    """Each processor hashes the same chain; two that come to different ends were given the same sum."""
    pipes = []
    for processor in sorted(os.sched_getaffinity(0)):
        reading, writing = os.pipe()
        pipes.append(reading)
        if os.fork() == 0:
            os.sched_setaffinity(0, {processor})
            os.write(writing, chain(time.monotonic() + seconds))
            os._exit(0)
        os.close(writing)
    ends = [os.read(reading, 64) for reading in pipes]
    for _ in pipes:
        os.wait()
    done['cpus'] = len(ends)
    done['mismatches'] += sum(end != b'same' for end in ends)


def chain(end):
    block = b'burn' * 4096
    first = None
    while first is None or time.monotonic() < end:
        value = block
        for _ in range(200):
            value = hashlib.sha256(value + block).digest()
        if first is not None and value != first:
            return b'other'
        first = value
    return b'same'


def fill_memory(seconds, mib, done):
    end = time.monotonic() + seconds
    held = bytearray(mib * MIB)
    turn = 0
    while turn == 0 or time.monotonic() < end:
        pattern = bytes([(0x55, 0xAA, 0x00, 0xFF)[turn % 4]]) * MIB
        for at in range(0, len(held), MIB):
            held[at:at + MIB] = pattern
        done['mismatches'] += sum(held[at:at + MIB] != pattern for at in range(0, len(held), MIB))
        done['bytesTouched'] += len(held)
        turn += 1


def fill_disk(seconds, mib, directory, done):
    end = time.monotonic() + seconds
    block = os.urandom(MIB)
    turn = 0
    while turn == 0 or time.monotonic() < end:
        # Has no name from the first, so that nothing stays even of one that is killed.
        with tempfile.TemporaryFile(dir=directory) as file:
            for _ in range(mib):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
            done['bytesWritten'] += mib * MIB
            file.seek(0)
            for _ in range(mib):
                done['mismatches'] += file.read(MIB) != block
            done['bytesRead'] += mib * MIB
        turn += 1


main()
