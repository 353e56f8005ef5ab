import { terminalControls } from './printable.ts'

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * A value as one line of JSON. JSON itself escapes control characters below U+0020 only; a terminal obeys others, too,
 * and some readers of lines end one at U+2028. Escaped, they mean the same to every parser.
 */
export const jsonLine = (value: unknown): string => JSON.stringify(value).replace(terminalControls, escaped)
