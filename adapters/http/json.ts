import type { Bounds } from './bounds.ts'

/** What a body was read as, or what is wrong with it in a sentence. */
export type ReadJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string }

/**
 * Reads a JSON body more strictly than `JSON.parse`: a key given twice means different things to different readers, deep
 * nesting costs stack further on, and three names reach an object's prototype.
 */
export function readJson(text: string, bounds: Pick<Bounds, 'jsonDepth' | 'jsonElements'>): ReadJson {
  if (text.trim() === '') return { ok: true, value: undefined }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return { ok: false, detail: `The body is not JSON: ${(cause as Error).message}` }
  }
  const fault = faultIn(text, bounds)
  return fault === null ? { ok: true, value } : { ok: false, detail: fault }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

interface Level {
  /** Keys seen so far; null in an array. */
  readonly keys: Set<string> | null
  elements: number
}

/** Walks text that is known to be JSON. */
const faultIn = (
  text: string,
  { jsonDepth, jsonElements }: Pick<Bounds, 'jsonDepth' | 'jsonElements'>,
): string | null => {
  const levels: Level[] = []
  let key = false
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    const level = levels.at(-1)
    if (mark === '{' || mark === '[') {
      if (levels.length === jsonDepth) return `The body nests deeper than ${jsonDepth} levels.`
      levels.push({ keys: mark === '{' ? new Set() : null, elements: 0 })
      key = mark === '{'
    } else if (mark === '}' || mark === ']') {
      levels.pop()
      key = false
    } else if (mark === ',') {
      level!.elements += 1
      if (level!.elements >= jsonElements) return `The body has a list of more than ${jsonElements} elements.`
      key = level!.keys !== null
    } else if (mark === '"') {
      const end = endOfString(text, at)
      if (key) {
        const fault = faultOfKey(JSON.parse(text.slice(at, end + 1)) as string, level!.keys!)
        if (fault !== null) return fault
        key = false
      }
      at = end
    }
  }
  return null
}

const faultOfKey = (key: string, keys: Set<string>): string | null => {
  if (FORBIDDEN.has(key)) return `The body has a field named "${key}", which Duffy accepts nowhere.`
  if (keys.has(key)) return `The body gives "${key.slice(0, 50)}" twice.`
  keys.add(key)
  return null
}

const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
