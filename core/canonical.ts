import { byText } from './collections/indexes.ts'

/** JSON with the keys of every object in order, so that equal values have equal text, however they were written or read back. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => byText(a, b)))
      : part,
  )
