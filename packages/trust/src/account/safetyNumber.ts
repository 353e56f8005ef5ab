import { labelledHash, toHex } from '@sotto/protocol'

const groups = 6
const bytesPerGroup = 5
const digitsPerGroup = 5

const groupAt = (hash: Uint8Array, group: number): string => {
  const bytes = hash.subarray(group * bytesPerGroup, (group + 1) * bytesPerGroup)
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  return String(value % 10 ** digitsPerGroup).padStart(digitsPerGroup, '0')
}

/** 30 digits of one account. Its id is the hash of its first link: neither a new device nor a new identity key changes it. */
const digitsOf = (account: Uint8Array): string => {
  const hash = labelledHash('safety-number', account)
  return Array.from({ length: groups }, (_, group) => groupAt(hash, group)).join('')
}

/**
 * What two people compare to know that nobody stands between them: 60 digits of both accounts, the same on both sides
 * (rule SAFE-1).
 */
export const safetyNumber = (one: Uint8Array, other: Uint8Array): string =>
  [one, other]
    .toSorted((a, b) => (toHex(a) < toHex(b) ? -1 : 1))
    .map(digitsOf)
    .join('')
