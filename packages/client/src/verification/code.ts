import { accountIdBytes, equalBytes, fromHex, toHex } from '@sotto/protocol'
import type { VerifyOutcome } from '../view.ts'

/** What one shows and the other scans: who shows it, and whom they take the other for (rule SAFE-2). */
interface SafetyCode {
  readonly shownBy: Uint8Array
  readonly shownTo: Uint8Array
}

/** In the characters that a QR code packs closest: capitals, digits and colons. */
const prefix = 'SOTTO:1:'
const form = /^SOTTO:1:([0-9A-F]{64}):([0-9A-F]{64})$/

export const encodeSafetyCode = ({ shownBy, shownTo }: SafetyCode): string =>
  `${prefix}${toHex(shownBy)}:${toHex(shownTo)}`.toUpperCase()

const parseSafetyCode = (text: string): SafetyCode | undefined => {
  const [, by, to] = form.exec(text.trim().toUpperCase()) ?? []
  if (by === undefined || to === undefined) return undefined
  const idOf = (hex: string): Uint8Array => fromHex(hex.toLowerCase(), accountIdBytes)
  return { shownBy: idOf(by), shownTo: idOf(to) }
}

/** What a code that was scanned says, to `own`, of `other`. */
export const judgeSafetyCode = (text: string, own: Uint8Array, other: Uint8Array): VerifyOutcome => {
  const code = parseSafetyCode(text)
  if (!code) return 'no_code'
  if (!equalBytes(code.shownBy, other)) return 'other_person'
  return equalBytes(code.shownTo, own) ? 'match' : 'other_sight'
}
