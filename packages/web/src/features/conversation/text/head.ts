/** Beyond this a message is folded: one long message must not bury the conversation. */
const foldedFromCharacters = 3000
const foldedFromLines = 40
const headCharacters = 1200
const headLines = 16

export const isLong = (text: string): boolean =>
  text.length > foldedFromCharacters || linesUpTo(text, foldedFromLines + 1) > foldedFromLines

const linesUpTo = (text: string, enough: number): number => {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && lines < enough; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** The beginning of a long text, cut between two words where there are words, and never within a character. */
export const headOf = (text: string): string => {
  const start = text.split('\n', headLines).join('\n').slice(0, headCharacters)
  if (start.length === text.length) return text
  const word = start.search(/\s\S*$/u)
  const cut = word > headCharacters - 80 ? start.slice(0, word) : start
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}
