const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `90s`, `15m`, `2h`, `1d`; null for anything else. */
export const readDuration = (written: string): number | null => {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(written) ?? []
  return digits === undefined ? null : Number(digits) * UNITS[unit!]!
}
