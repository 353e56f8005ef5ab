import { limits } from '@sotto/protocol'
import { fail } from './failure.ts'
import type { Claims } from './proof.ts'
import { everyRowOf, type LaneStore } from './ports/store.ts'

/**
 * Which messages have been told. The server may deliver twice where a connection broke between delivery and pong, and
 * a hostile one may deliver again whatever it has ever seen.
 */
export interface Once {
  /**
   * The last look at a message: what is refused after it would be under way for as long as the program runs.
   *
   * @throws LaneError `REPLAYED`
   */
  check(claims: Claims): void
  /** Whether a message of this sender was told. */
  isTold(claims: Pick<Claims, 'iss' | 'jti'>): boolean
  /** What to write, at once, when the message has been told. */
  rowsOf(claims: Claims): Readonly<Record<string, string>>
}

const rememberedPerSenderMax = 4096
const forgottenAtOnce = 1024

/** A time in a row. Earlier versions kept such that cannot be (`TIME_INVALID`): each would stand above all that is signed. */
const timeIn = (row: string | undefined): number => {
  const timeS = Number(row ?? 0)
  return timeS < limits.openSignedAtMaxS ? timeS : 0
}

export const makeOnce = (store: LaneStore): Once => {
  const floorRow = (sender: string): string => `floor/${sender}`
  const floorOf = (sender: string): number => timeIn(store.get(floorRow(sender)))
  const prefix = (sender: string): string => `seen/${sender}/`
  const rowOf = ({ iss, jti }: Pick<Claims, 'iss' | 'jti'>): string => `${prefix(iss)}${jti}`
  /** Being told just now: of two copies the second comes while the first is. */
  const underWay = new Set<string>()
  const counts = new Map<string, number>()

  /** Ids that are forgotten leave a floor behind: what was signed before it is not told any more. */
  const forget = (sender: string): void => {
    const rows = everyRowOf(store, prefix(sender))
      .map(([key, iat]) => ({ key, iat: timeIn(iat) }))
      .toSorted((a, b) => a.iat - b.iat)
    counts.set(sender, rows.length)
    if (rows.length <= rememberedPerSenderMax) return
    const floor = rows[forgottenAtOnce]?.iat ?? 0
    const old = rows.filter(({ iat }) => iat < floor)
    // Of a sender whose clock stands, none is older than the others, and all of them would be kept without end.
    const gone = old.length >= forgottenAtOnce / 2 ? old : rows.slice(0, forgottenAtOnce)
    store.write({
      ...Object.fromEntries(gone.map(({ key }) => [key, null])),
      [floorRow(sender)]: String(Math.max(floor, floorOf(sender))),
    })
    counts.set(sender, rows.length - gone.length)
  }

  return {
    isTold: (claims) => store.get(rowOf(claims)) !== undefined,
    check: (claims) => {
      const row = rowOf(claims)
      if (underWay.has(row) || claims.iat < floorOf(claims.iss) || store.get(row) !== undefined)
        fail('REPLAYED')
      underWay.add(row)
    },
    rowsOf: (claims) => {
      underWay.delete(rowOf(claims))
      const count = (counts.get(claims.iss) ?? rememberedPerSenderMax) + 1
      counts.set(claims.iss, count)
      if (count > rememberedPerSenderMax) forget(claims.iss)
      return { [rowOf(claims)]: String(claims.iat) }
    },
  }
}
