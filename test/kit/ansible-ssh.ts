import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { RunReport } from '#core'

export interface Said {
  readonly status: number | null
  readonly text: string
}

/** Runs a command in a box with plain OpenSSH. The box's host key must be the reported one. */
export const ssh = (report: RunReport, key: string, command: string): Said =>
  said('ssh', [...flags(report, key), '-p', `${report.port}`, `${report.user}@${report.address}`, command])

export const scp = (report: RunReport, key: string, from: string, to: string): Said =>
  said('scp', ['-O', ...flags(report, key), '-P', `${report.port}`, from, `${report.user}@${report.address}:${to}`])

/** A session that stays open. */
export const openSession = (report: RunReport, key: string, command: string): ChildProcess =>
  spawn('ssh', [...flags(report, key), '-p', `${report.port}`, `${report.user}@${report.address}`, command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })

function flags(report: RunReport, key: string): string[] {
  const known = `${key}.known`
  writeFileSync(known, `[${report.address}]:${report.port} ${report.hostKeys?.[0]}\n`)
  const set = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'LogLevel=ERROR',
    'StrictHostKeyChecking=yes',
  ]
  const all = [...set, `UserKnownHostsFile=${known}`, 'GlobalKnownHostsFile=none']
  return ['-F', 'none', '-i', key, ...all.flatMap((flag) => ['-o', flag])]
}

function said(program: string, argv: readonly string[]): Said {
  const done = spawnSync(program, argv, { encoding: 'utf8', timeout: 60_000 })
  return { status: done.status, text: `${done.stdout}${done.stderr}`.trim() }
}
