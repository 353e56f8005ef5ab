import { setImmediate } from 'node:timers/promises'
import type { ServerLimits } from '../configuration.ts'
import { levelAt } from '../quota/budget.ts'
import type { Answers } from './actions.ts'
import type { AdminStore, StoredUse } from './store.ts'

type Uses = Pick<AdminStore, 'nameOf' | 'programName' | 'uses' | 'mailboxes'>

const perPage = 500
/** Of a bound: who has used that much of it is told. */
const usedPart = 0.8

const programOwner = /^program ([0-9]+)$/

/** Whose budget it is, in words: an account by its name. */
const ownerText = async (store: Uses, key: string): Promise<string> => {
  const at = key.indexOf('/')
  const [scope, owner] = [key.slice(0, at), key.slice(at + 1)]
  if (scope !== 'account') return `${scope} ${owner}`
  const program = programOwner.exec(owner)?.[1]
  const name = program === undefined ? await store.nameOf(owner) : await store.programName(Number(program))
  return name ?? `${scope} ${owner}`
}

const budgetLimit: Readonly<Record<string, keyof ServerLimits>> = {
  account: 'storedBytesPerAccountPerDay',
  room: 'storedBytesPerRoomPerDay',
  hook: 'storedBytesPerHookPerDay',
}

export const usedBytes = ({ bytes, bytesPerDay, atMs }: StoredUse, nowMs: number): number =>
  levelAt({ bytes, atMs }, nowMs, bytesPerDay).bytes

async function* usedBudgets(
  store: Uses,
  limits: ServerLimits,
  nowMs: number,
): AsyncIterable<Answers['limits']> {
  for (let after = ''; ;) {
    const page = await store.uses(after, perPage)
    for (const use of page) {
      const limit = budgetLimit[use.key.split('/')[0] as string]
      const used = usedBytes(use, nowMs)
      if (limit === undefined || used < usedPart * limits[limit]) continue
      yield { kind: 'used', limit, by: await ownerText(store, use.key), used, value: limits[limit] }
    }
    const last = page.at(-1)
    if (!last) return
    after = last.key
    await setImmediate()
  }
}

async function* fullMailboxes(store: Uses, limits: ServerLimits): AsyncIterable<Answers['limits']> {
  for (let after = 0; ;) {
    const page = await store.mailboxes(after, perPage)
    for (const { user, letters, characters } of page) {
      const by = async (): Promise<string> => (await store.programName(user)) ?? `user ${user}`
      const bounds = [
        ['openMailboxLettersMax', letters],
        ['openMailboxCharactersMax', characters],
      ] as const
      for (const [limit, used] of bounds)
        if (used >= usedPart * limits[limit])
          yield { kind: 'used', limit, by: await by(), used, value: limits[limit] }
    }
    const last = page.at(-1)
    if (!last) return
    after = last.user
    await setImmediate()
  }
}

/** Every bound that is in force, then those that somebody has nearly used up, a page at a time. */
export async function* limitsInForce(
  store: Uses,
  limits: ServerLimits,
  nowMs: number,
): AsyncIterable<Answers['limits']> {
  for (const [limit, value] of Object.entries(limits)) yield { kind: 'limit', limit, value }
  yield* usedBudgets(store, limits, nowMs)
  yield* fullMailboxes(store, limits)
}
