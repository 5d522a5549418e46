/** A tenant as a Duffy v3 database has it. */
export interface V3Tenant {
  readonly name: string
  readonly sshKey: string | null
  /** A bcrypt hash, or the UUID itself. */
  readonly apiKey: string | null
  readonly isAdmin: boolean
  readonly active: boolean
  readonly quota: number | null
  /** Seconds that a session lasts where nobody says. */
  readonly usualS: number | null
  /** Seconds that it may last. */
  readonly longestS: number | null
}

type Row = Readonly<Record<string, unknown>>

/**
 * The tenants in an export of the table `tenants`: JSON rows, CSV with a header, or what `pg_dump --data-only` writes. Null if
 * it is none of these.
 */
export function readExport(text: string): V3Tenant[] | null {
  const rows = fromJson(text) ?? fromDump(text) ?? fromCsv(text)
  return rows === null || rows.some((row) => typeof row['name'] !== 'string') ? null : rows.map(tenantOf)
}

const fromJson = (text: string): Row[] | null => {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    const read: unknown = JSON.parse(text)
    const rows: unknown = Array.isArray(read) ? read : (read as { tenants?: unknown }).tenants
    return Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null) ? (rows as Row[]) : null
  } catch {
    return null
  }
}

/** `COPY public.tenants (id, name, …) FROM stdin;`, a line a row, tabs between, `\N` for null, up to `\.`. */
const fromDump = (text: string): Row[] | null => {
  const [, columns, body] = /^COPY (?:\S+\.)?tenants \(([^)]*)\) FROM stdin;\r?\n([\s\S]*?)^\\\.\r?$/m.exec(text) ?? []
  if (columns === undefined || body === undefined) return null
  const names = columns.split(',').map((name) => name.trim().replaceAll('"', ''))
  return body
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(line.split('\t').map((value, at) => [names[at], uncopied(value)])))
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' }
const uncopied = (value: string): string | null =>
  value === '\\N' ? null : value.replaceAll(/\\(.)/g, (_, mark: string) => ESCAPES[mark] ?? mark)

const fromCsv = (text: string): Row[] | null => {
  const [header, ...lines] = records(text)
  if (header === undefined || !header.includes('name')) return null
  return lines.map((cells) =>
    Object.fromEntries(header.map((name, at) => [name, cells[at] === '' ? null : (cells[at] ?? null)])),
  )
}

const records = (text: string): string[][] => {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}

const tenantOf = (row: Row): V3Tenant => ({
  name: row['name'] as string,
  sshKey: textOf(row['ssh_key']),
  apiKey: keyOf(textOf(row['api_key'])),
  isAdmin: isTrue(row['is_admin']),
  active: row['active'] === undefined ? textOf(row['retired_at']) === null : isTrue(row['active']),
  quota: numberOf(row['node_quota']),
  usualS: secondsOf(row['session_lifetime']),
  longestS: secondsOf(row['session_lifetime_max']),
})

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null

/** Bytes come as hexadecimal. */
const keyOf = (text: string | null): string | null =>
  text?.startsWith('\\x') === true ? Buffer.from(text.slice(2), 'hex').toString() : text

const isTrue = (value: unknown): boolean => value === true || value === 't' || value === 'true'

const numberOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : null
}

/** An interval as PostgreSQL prints it, `12:00:00` or `1 day 06:00:00`, or seconds. */
const secondsOf = (value: unknown): number | null => {
  if (typeof value === 'number') return value
  const [, days, hours, minutes, seconds] =
    /^(?:(\d+) days? ?)?(?:(\d+):(\d\d):(\d\d))?/.exec(textOf(value) ?? '') ?? []
  if (days === undefined && hours === undefined) return numberOf(value)
  return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
}
