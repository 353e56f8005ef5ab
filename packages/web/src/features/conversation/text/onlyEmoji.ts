const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// Not the property of all emoji sequences: a browser takes half a second to compile that one.
const emoji = /^(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F)/u

/** One to three emoji and nothing else: they may be large. */
export const isOnlyEmoji = (text: string): boolean => {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > 48) return false
  const parts = [...graphemes.segment(trimmed)]
  return parts.length <= 3 && parts.every(({ segment }) => emoji.test(segment))
}
