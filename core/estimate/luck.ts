/**
 * A number from 0 up to 1 that depends on what it is for and on nothing else: the same lease has the same luck in the same future,
 * whoever asks and however often. So estimates do not jump about between two readings, and two requests in one line are
 * told from the same futures.
 */
export const luck = (future: number, kind: number, number: number): number => {
  let mixed = Math.imul(future + 1, 0x9e37_79b1) ^ Math.imul(kind + 1, 0x85eb_ca6b) ^ Math.imul(number + 1, 0xc2b2_ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb_352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}
