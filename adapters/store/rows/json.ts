/** For JSON columns: most hold one of a few texts (`[]`, `{}`, one pool's labels), and those values are shared. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- only the caller knows what it wrote there
export const parse = <T>(text: string): T => {
  if (text.length > LONGEST) return JSON.parse(text) as T
  let value = known.get(text)
  if (value === undefined) {
    if (known.size >= MOST) known.clear()
    known.set(text, (value = JSON.parse(text)))
  }
  return value as T
}
const known = new Map<string, unknown>()
const LONGEST = 200
const MOST = 1000

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
export const parseOrNull = <T>(text: string | null): T | null => (text === null ? null : parse<T>(text))

/** Values that many rows share are written out once. */
export const print = (value: object): string => {
  let text = printed.get(value)
  if (text === undefined) printed.set(value, (text = JSON.stringify(value)))
  return text
}
const printed = new WeakMap<object, string>()

export const printOrNull = (value: object | null): string | null => (value === null ? null : print(value))
