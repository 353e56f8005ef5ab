/** So far below the upper edge of the row that shows this entry; negative above it. */
export interface Spot {
  readonly seq: number
  readonly offsetPx: number
}

/** Where somebody was in a room when they left it; at its end, by `top` what stood uppermost there, where that is known. */
export type Place = { readonly kind: 'end'; readonly top?: Spot } | ({ readonly kind: 'at' } & Spot)

const key = 'sotto.places'
const placesMax = 100

const isSpot = (value: object): boolean => {
  const { seq, offsetPx } = value as { readonly seq?: unknown; readonly offsetPx?: unknown }
  return Number.isSafeInteger(seq) && Number.isFinite(offsetPx)
}

const isPlace = (value: unknown): value is Place => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  if (value.kind === 'at') return isSpot(value)
  const { top } = value as { readonly top?: unknown }
  return (
    value.kind === 'end' && (top === undefined || (typeof top === 'object' && top !== null && isSpot(top)))
  )
}

/** For the tab and for as long as it lives, reloads included: places of rooms, and nothing of what is said there. */
const stored = (): ReadonlyMap<string, Place> => {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]')
    if (!Array.isArray(value)) return new Map()
    const rows = value as readonly unknown[]
    return new Map(
      rows.flatMap((row) => {
        const [room, place] = Array.isArray(row) ? (row as readonly unknown[]) : []
        return typeof room === 'string' && isPlace(place) ? [[room, place] as const] : []
      }),
    )
  } catch {
    return new Map()
  }
}

let places: Map<string, Place> | null = null

const all = (): Map<string, Place> => (places ??= new Map(stored()))

export const placeIn = (room: string): Place => all().get(room) ?? { kind: 'end' }

/**
 * Where a room is opened whose reader was at a place. Whoever had gone to its end over what is unread is where they were;
 * whoever had read up to its end follows it, and begins with what is new.
 */
export const placeToOpen = (
  place: Place,
  room: { readonly readSeq: number; readonly unread: number },
): Place =>
  place.kind === 'end' && place.top && room.unread > 0 && place.top.seq > room.readSeq + 1
    ? { kind: 'at', ...place.top }
    : place

export const keepPlace = (room: string, place: Place): void => {
  const known = all()
  known.delete(room)
  known.set(room, place)
  if (known.size <= placesMax) return
  const [oldest] = known.keys()
  if (oldest !== undefined) known.delete(oldest)
}

/** A browser may refuse to remember anything; then places last as long as the page. */
export const storePlaces = (): void => {
  if (places === null) return
  try {
    sessionStorage.setItem(key, JSON.stringify([...places]))
  } catch {
    // As above.
  }
}
