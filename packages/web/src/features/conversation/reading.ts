/** Entries of a room's log beyond `after`, up to and with `upTo`. */
export interface Stretch {
  readonly after: number
  readonly upTo: number
}

/** How far a room has been read, and what has been seen of it further on, in order and apart from each other. */
export interface Reading {
  readonly marker: number
  readonly ahead: readonly Stretch[]
}

const aheadMax = 64

export const readUpTo = (marker: number): Reading => ({ marker, ahead: [] })

/** Neighbours in order, those that touch as one. */
const joined = (stretches: readonly Stretch[]): readonly Stretch[] => {
  const apart: Stretch[] = []
  for (const stretch of stretches.toSorted((a, b) => a.after - b.after)) {
    const last = apart.at(-1)
    if (last !== undefined && stretch.after <= last.upTo)
      apart[apart.length - 1] = { after: last.after, upTo: Math.max(last.upTo, stretch.upTo) }
    else apart.push(stretch)
  }
  return apart
}

/**
 * The reading after a stretch was on the screen. The marker moves over what has been seen without a gap, and never over
 * what was jumped over.
 */
export const withSeen = (reading: Reading, seen: Stretch): Reading => {
  if (seen.upTo <= reading.marker || seen.upTo <= seen.after) return reading
  const all = joined([...reading.ahead, seen])
  const [first, ...rest] = all
  return first !== undefined && first.after <= reading.marker
    ? { marker: Math.max(reading.marker, first.upTo), ahead: rest }
    : { marker: reading.marker, ahead: all.slice(-aheadMax) }
}

/** The reading where the marker stands further on: another tab has read, or somebody has said that all is read. */
export const withMarker = (reading: Reading, marker: number): Reading => {
  if (marker <= reading.marker) return reading
  const ahead = reading.ahead.filter(({ upTo }) => upTo > marker)
  const [first, ...rest] = ahead
  return first !== undefined && first.after <= marker
    ? { marker: first.upTo, ahead: rest }
    : { marker, ahead }
}
