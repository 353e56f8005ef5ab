/** What came as JSON, before anything is known of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** @returns undefined for what is no JSON */
export const parsed = (bytes: Buffer | string): Json | undefined => {
  try {
    return JSON.parse(bytes.toString()) as Json
  } catch {
    return undefined
  }
}

/** A value within others, by its path; undefined where something on the way is missing. */
export const at = (value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined => {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Array.isArray(found)
      ? (found as readonly Json[])[Number(step)]
      : (found as { readonly [name: string]: Json })[step]
  }
  return found
}

/** A text of at most `charactersMax` in one line; empty for anything else. */
export const textAt = (value: Json | undefined, ...path: readonly (string | number)[]): string => {
  const found = at(value, ...path)
  return typeof found === 'string' ? oneLine(found) : ''
}

export const listAt = (value: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? (found as readonly Json[]) : []
}

const charactersMax = 300

/** What others wrote must not look like another line of the bot's. */
export const oneLine = (text: string): string => {
  const line = text.replace(/\s+/gu, ' ').trim()
  return line.length > charactersMax ? `${Array.from(line).slice(0, charactersMax).join('')}…` : line
}
