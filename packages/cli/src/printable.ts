/**
 * Everything that can move the cursor, change the terminal, end a line or reorder one: control characters except line
 * feed and tab, the two separators of lines, and the characters that direct bidirectional text. What others write goes
 * to the terminal only through here.
 */
export const terminalControls =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** The text as it may be shown in a terminal; each dangerous character becomes `�`. */
export const printable = (text: string): string => text.replace(terminalControls, '\ufffd')

/** The same on one line. */
export const printableLine = (text: string): string =>
  printable(text)
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
