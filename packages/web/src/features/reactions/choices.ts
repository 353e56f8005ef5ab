import { emojiOf } from '@sotto/client'
import { emojiNames } from '../../messages/emoji.en.ts'

/** What people mean most often. */
export const quick: readonly string[] = ['👍', '❤️', '😂', '🎉', '😮', '🙏']

export const nameOf = (emoji: string): string =>
  emojiNames.find(([one]) => one === emoji)?.[1].split(',')[0] ?? emoji

/** The emoji of which a name begins with each of the words; one that was typed or pasted is found by itself. */
export const found = (text: string): readonly string[] => {
  const typed = emojiOf(text.trim())
  if (typed !== undefined) return [typed]
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  // The common ones stand above.
  if (words.length === 0) return emojiNames.map(([emoji]) => emoji).filter((emoji) => !quick.includes(emoji))
  return emojiNames
    .filter(([, names]) => {
      const known = names.split(/[\s,]+/)
      return words.every((word) => known.some((name) => name.startsWith(word)))
    })
    .map(([emoji]) => emoji)
}
