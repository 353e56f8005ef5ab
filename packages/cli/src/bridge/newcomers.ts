import { createHash } from 'node:crypto'

/** Who of a side has been told that it is bridged, and how often it was said. */
export interface Told {
  readonly count: number
  /** One print after the other, of whoever was told last at the end. */
  readonly prints: string
}

export const nobodyTold: Told = { count: 0, prints: '' }

const printLength = 6

/** As many as fit into a note beside the rest: more than the largest room has members. */
const printsMax = 2600

/** Short, so that they fit; of two people who share one, the second is told a time less. */
const printOf = (name: string): string =>
  createHash('sha256').update(name).digest('base64url').slice(0, printLength)

const printsIn = ({ prints }: Told): readonly string[] =>
  Array.from({ length: prints.length / printLength }, (_, at) =>
    prints.slice(at * printLength, (at + 1) * printLength),
  )

/**
 * What is remembered once it was said to these. Who leaves has read it all the same: whoever comes and goes again and again
 * does not have it said again and again.
 */
export const toldTo = (names: readonly string[], before: Told): Told => {
  const present = names.map(printOf)
  const others = printsIn(before).filter((print) => !present.includes(print))
  return { count: before.count + 1, prints: [...others, ...present].slice(-printsMax).join('') }
}

/** Whether somebody among these was not told yet. */
export const hasNewcomers = (told: Told, names: readonly string[]): boolean => {
  const known = new Set(printsIn(told))
  return names.some((name) => !known.has(printOf(name)))
}

/** A note as it was written here; nobody was told where there is none. */
export const readTold = (note: string | null): Told =>
  note === null ? nobodyTold : (JSON.parse(note) as Told)
