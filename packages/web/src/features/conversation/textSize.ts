import { hasSomethingToSee, limits } from '@sotto/client'

const encoder = new TextEncoder()

export type TextSize =
  | { readonly kind: 'empty' }
  | { readonly kind: 'fits' }
  /** It is told from here on how much is left. */
  | { readonly kind: 'nearly_full'; readonly leftBytes: number }
  | { readonly kind: 'too_long'; readonly overBytes: number }

/** Whether a text fits into one message. */
export const textSize = (text: string): TextSize => {
  if (!hasSomethingToSee(text)) return { kind: 'empty' }
  const max = limits.textBytesMax
  // A UTF-16 unit is three bytes at most: short texts are not worth encoding at every key.
  if (text.length * 3 < max * 0.9) return { kind: 'fits' }
  const bytes = encoder.encode(text).length
  if (bytes > max) return { kind: 'too_long', overBytes: bytes - max }
  return bytes > max * 0.9 ? { kind: 'nearly_full', leftBytes: max - bytes } : { kind: 'fits' }
}
