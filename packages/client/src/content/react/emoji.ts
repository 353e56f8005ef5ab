import { limits } from '@sotto/protocol'

/**
 * One emoji, as Unicode's technical standard 51 forms them: a picture, a keycap or a flag, with skin tones and tags,
 * joined to others. The pictures include places that Unicode keeps for later ones, so that devices with older and newer
 * tables agree on what an emoji is.
 */
const picture = String.raw`\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F)?(?:[\u{E0020}-\u{E007E}]+\u{E007F})?`
const flag = String.raw`\p{Regional_Indicator}{2}`
const keycap = String.raw`[0-9#*]\uFE0F?\u20E3`
const part = String.raw`(?:${picture}|${flag}|\p{Emoji_Modifier})`
const oneEmoji = new RegExp(String.raw`^(?:${keycap}|${part}(?:\u200D${part})*)$`, 'u')

const mark = '\uFE0F'
/** What is drawn as a picture only where the selector says so. */
const isPlain = (character: string): boolean =>
  /^\p{Extended_Pictographic}$/u.test(character) && !/^\p{Emoji_Presentation}$/u.test(character)

/** The form in which an emoji is told and counted: the selector stands where it is needed, and nowhere else. */
const qualified = (emoji: string): string => {
  const characters = Array.from(emoji.replaceAll(mark, ''))
  return characters
    .map((character, at) => {
      const isToned = /^\p{Emoji_Modifier}$/u.test(characters[at + 1] ?? '')
      const isKeycap = characters[at + 1] === '\u20E3'
      return (isPlain(character) && !isToned) || isKeycap ? character + mark : character
    })
    .join('')
}

/** Undefined for what is not one emoji. Two spellings of one are one. */
export const emojiOf = (text: string): string | undefined => {
  if (text.length > limits.reactionCharactersMax || !oneEmoji.test(text)) return undefined
  const form = qualified(text)
  return form.length <= limits.reactionCharactersMax ? form : undefined
}
