/** Of some words the one that was probably meant, or null if none is near. */
export const nearest = (asked: string, words: readonly string[]): string | null => {
  let best: string | null = null
  let least = asked.length <= 3 ? 2 : 3
  for (const word of words) {
    const away = distance(asked.toLowerCase(), word.toLowerCase())
    if (away < least) [best, least] = [word, away]
  }
  return best
}

/** How many letters must be put in, left out or changed to get from one word to the other. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1]
    for (const [j, other] of b.split('').entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
