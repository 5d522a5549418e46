import type { PoolRule } from '../facade/settings.ts'

/** What these clients say of the machines that they want. */
export interface Wanted {
  readonly ver: string
  readonly arch: string
  /** Empty: none was named. */
  readonly flavor: string
}

/** The name of the pool of the first rule that fits; null if none does. */
export function poolFor(rules: readonly PoolRule[], wanted: Wanted): string | null {
  const rule = rules.find(
    ({ ver, arch, flavor }) => fits(ver, wanted.ver) && fits(arch, wanted.arch) && fits(flavor, wanted.flavor),
  )
  if (rule === undefined) return null
  return rule.pool.replaceAll(/\{(ver|arch|flavor)\}/g, (_, part: keyof Wanted) => wanted[part])
}

/** A text as it is, or a pattern, which starts with `^`. */
const fits = (rule: string | null, value: string): boolean => {
  if (rule === null) return true
  return rule.startsWith('^') ? new RegExp(rule).test(value) : rule === value
}
