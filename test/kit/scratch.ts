import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where files may go that need not outlive the machine: memory, where there is a file system in it. */
export const scratch = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())
