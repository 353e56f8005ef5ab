import {
  type Identity,
  type KeyKind,
  type Lane,
  type LaneEvent,
  type LaneOptions,
  type LaneStore,
  makeIdentity,
  memoryLaneStore,
  openLane,
  register,
  uploadOf,
} from '@sotto/lane'
import { afterAll, expect } from 'vitest'
import { goodPassword } from './rest.ts'

/** A program account with the SDK: opens its lane any number of times, and keeps what it was told. */
export interface Account {
  readonly name: string
  readonly identity: Identity
  readonly store: LaneStore
  readonly events: LaneEvent[]
  open(options?: Partial<LaneOptions>): Promise<Lane>
  /** What it was told of one kind. */
  told<K extends LaneEvent['kind']>(kind: K): readonly Extract<LaneEvent, { kind: K }>[]
  /** The texts that it was told, once there are so many. */
  texts(count: number): Promise<readonly string[]>
}

const open: Lane[] = []
afterAll(async () => {
  await Promise.all(open.map((lane) => lane.close()))
})

const patienceMs = 30_000

export const account = async (
  url: string,
  name: string,
  { kind = 'P-256', signer }: { readonly kind?: KeyKind; readonly signer?: 'EdDSA' } = {},
): Promise<Account> => {
  const identity = await makeIdentity(kind, signer)
  await register(url, { name, password: goodPassword, publicKey: uploadOf(identity) })
  const store = memoryLaneStore()
  const events: LaneEvent[] = []
  const told: Account['told'] = (wanted) =>
    events.filter((event): event is Extract<LaneEvent, { kind: typeof wanted }> => event.kind === wanted)
  const texts = (): readonly string[] =>
    events.flatMap((event) =>
      event.kind === 'message' || (event.kind === 'place_message' && !event.own) ? [event.text] : [],
    )
  return {
    name,
    identity,
    store,
    events,
    told,
    open: async (options = {}) => {
      const lane = await openLane({
        server: url,
        credentials: { kind: 'program', name, password: goodPassword },
        identity,
        store,
        onEvent: (event) => void events.push(event),
        ...options,
      })
      open.push(lane)
      return lane
    },
    texts: async (count) => {
      await expect.poll(() => texts().length, { timeout: patienceMs }).toBeGreaterThanOrEqual(count)
      return texts()
    },
  }
}
