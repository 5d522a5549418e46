import { inspect } from 'node:util'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: Level, message: string, data?: Readonly<Record<string, unknown>>) => void

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Lines for people and for grep: when, how grave, what, and its data. Control characters in data cannot forge a line. */
export const textLog =
  (write: (line: string) => void, from: Level = 'info'): Log =>
  (level, message, data = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(from)) return
    const pairs = Object.entries(data).map(([name, value]) => `${name}=${plain(value)}`)
    write([new Date().toISOString(), level, oneLine(message), ...pairs].join(' ') + '\n')
  }

const plain = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : oneLine(inspect(value, { breakLength: Infinity }))

// oxlint-disable-next-line no-control-regex -- these are what must not reach a log as they are
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
