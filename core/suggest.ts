const LONGEST = 32

/** The candidate that was probably meant, or null: a slip or two away, one in words of up to three letters. Any case. */
export function nearest(asked: string, candidates: Iterable<string>): string | null {
  if (asked.length > LONGEST) return null
  let best: string | null = null
  let least = asked.length <= 3 ? 2 : 3
  for (const candidate of candidates) {
    if (candidate.length > LONGEST) continue
    const slips = distance(asked.toLowerCase(), candidate.toLowerCase())
    if (slips < least && slips < candidate.length) {
      best = candidate
      least = slips
    }
  }
  return best
}

/** Letters added, left out, changed, or swapped with their neighbour (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, place) => place)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let slips = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) slips = Math.min(slips, before[j - 2]! + 1)
      next.push(slips)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
