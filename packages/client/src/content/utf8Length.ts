/** How many bytes a well-formed text has in UTF-8, without writing them. */
export const utf8Length = (text: string): number => {
  let count = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return count
}
