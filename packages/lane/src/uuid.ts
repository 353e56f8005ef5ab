import type { Cryptography } from './ports/cryptography.ts'

const uuidBytes = 16

/** A UUID of version 4 (RFC 9562 §5.4). */
export const newUuid = ({ random }: Pick<Cryptography, 'random'>): string => {
  const bytes = random(uuidBytes)
  const marked = bytes.map((byte, at) =>
    at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte,
  )
  const hex = [...marked].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
