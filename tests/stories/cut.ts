import type { Client } from '@sotto/client'
import type { Person, Weather } from './world.ts'

/** Weather in which a device stops at some point, and tells that it has. */
export type Cut = Weather & { readonly struck: Promise<void> }

/** Runs `work` on a fresh start of the device until it is done or the device has stopped. */
export const runUntilCut = async <T>(
  person: Person,
  cut: Cut,
  work: (client: Client) => Promise<T>,
): Promise<'done' | 'cut'> => {
  const opening = person.open(cut)
  const working = opening.then((client) => work(client))
  working.catch(() => {})
  const outcome = await Promise.race([
    cut.struck.then(() => 'cut' as const),
    working.then(
      () => 'done' as const,
      () => 'cut' as const,
    ),
  ])
  await (await opening.catch(() => undefined))?.close().catch(() => {})
  return outcome
}
