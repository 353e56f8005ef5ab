/**
 * Characters that show nothing, whatever they do to others: UTS 39 calls most of them default ignorables; the others are
 * blanks, controls and fillers that are none.
 */
export const unseen = String.raw`\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cs}\u2800\ufff9-\ufffb\u{16fe4}\u{1d159}\u{13441}\u{13442}`

/** Of the format characters, the signs that stand under or around a number are drawn also where there is none. */
const drawn = String.raw`\u0600-\u0605\u06dd\u0890\u0891\u08e2\u{110bd}\u{110cd}`

const seen = new RegExp(`[^${unseen}\\p{M}\\p{Cf}]|[${drawn}]`, 'u')

/** Whether a text shows something to whoever looks at it: marks alone, which have nothing to stand on, do not. */
export const hasSomethingToSee = (text: string): boolean => seen.test(text)
