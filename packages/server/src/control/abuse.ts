import type { Tallies } from '../logging/eventLog.ts'
import type { Counted } from '../logging/tally.ts'
import type { Answers } from './actions.ts'
import type { AdminStore } from './store.ts'

/** How many of either kind are told. */
const toldMax = 50

const openUser = /^open\/([0-9]+)$/

const nameOf = async (store: Pick<AdminStore, 'nameOf' | 'programName'>, key: string): Promise<string> => {
  const user = openUser.exec(Buffer.from(key, 'hex').toString('latin1'))?.[1]
  const name = user === undefined ? await store.nameOf(key) : await store.programName(Number(user))
  return name ?? key
}

const countsOf = ({ requests, bytes, workUs, refusals }: Counted) => ({ requests, bytes, workUs, refusals })

/** Who has cost the most within the hour that runs and the one before, and what was refused to whom. */
export async function* costliest(
  store: Pick<AdminStore, 'nameOf' | 'programName'>,
  { accounts, sources }: Tallies,
): AsyncIterable<Answers['abuse']> {
  for (const counted of accounts.most(toldMax))
    yield { kind: 'account', who: await nameOf(store, counted.key), ...countsOf(counted) }
  for (const counted of sources.most(toldMax))
    yield { kind: 'source', who: counted.key, ...countsOf(counted) }
}
