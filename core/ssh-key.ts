/** Characters of a key's line: RSA of 16,384 bits with a long comment. */
export const LONGEST_KEY = 4000
