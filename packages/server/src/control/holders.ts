import { toHex } from '@sotto/protocol'
import { activeDevices, decodeAccountState } from '@sotto/trust'
import type { Clock } from '../configuration.ts'
import { budgetOf } from '../quota/budget.ts'
import type { Answers } from './actions.ts'
import type { AdminStore, Holder, StoredHolder } from './store.ts'
import { usedBytes } from './uses.ts'

const holdersPerPage = 100

const devicesOf = (clock: Clock, state: Uint8Array | null): number =>
  state === null ? 0 : activeDevices(decodeAccountState(state), Math.floor(clock.nowMs() / 1000)).length

export const accountOf = async (
  store: Pick<AdminStore, 'use'>,
  clock: Clock,
  stored: StoredHolder,
): Promise<Answers['accounts']> => {
  const { name, holder, createdMs, seenMs, rooms, suspendedMs, state } = stored
  const owner = holder.kind === 'person' ? toHex(holder.account) : `program ${holder.user}`
  const use = await store.use(budgetOf({ scope: 'account', owner }))
  const bytes = use ? usedBytes(use, clock.nowMs()) : 0
  return {
    name,
    kind: holder.kind,
    createdMs,
    seenMs,
    devices: devicesOf(clock, state),
    rooms,
    bytes,
    suspendedMs,
  }
}

/** All holders of one kind, a page at a time: whoever is connected is served in between. */
export async function* everyHolder(
  store: Pick<AdminStore, 'holders'>,
  kind: Holder['kind'],
): AsyncIterable<StoredHolder> {
  for (let after = ''; ;) {
    const page = await store.holders(kind, after, holdersPerPage)
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.name
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
