import { SottoError } from '@sotto/client'
import type { Chance } from './chance.ts'
import { members } from './members.ts'
import { isPassing } from './newcomers.ts'
import { eventually, lasting } from './patience.ts'
import type { Person } from './world/person.ts'

/** Owners of a room who change their minds all the time. */
export interface Restless {
  /** Waits for the last changes. @returns how many there were */
  end(): Promise<number>
}

const againAfterMs = 200
const insistMs = 120_000

/**
 * Two owners keep changing a third person's role: commits in a race with each other and with what everybody says, so
 * that epochs end while messages are on their way.
 *
 * @param everyMs between two changes of one owner, on average; a room takes 60 commits a minute
 */
export const beRestless = async (
  room: string,
  [first, second, third]: readonly [Person, Person, Person],
  chance: Chance,
  everyMs: number,
): Promise<Restless> => {
  let isOver = false
  let changes = 0
  const account = await members(first, room)
  const set = async (owner: Person, role: 'admin' | 'member'): Promise<void> => {
    await eventually(`${owner.name} changes a role`, insistMs, async () => {
      try {
        await owner.client.setRole({ room, account: account(third.name), role })
        return true
      } catch (error) {
        if (!(error instanceof SottoError) || !isPassing(error)) throw error
        await lasting(againAfterMs)
        return false
      }
    })
    changes += 1
  }
  await first.client.setRole({ room, account: account(second.name), role: 'owner' })
  const change = async (owner: Person): Promise<void> => {
    const own = chance.of(owner.name)
    while (!isOver) {
      await lasting(own.between(0, 2 * everyMs))
      if (!isOver) await set(owner, own.pick(['admin', 'member']))
    }
  }
  const changing = Promise.all([change(first), change(second)])
  changing.catch(() => {})
  return {
    end: async () => {
      isOver = true
      await changing
      return changes
    },
  }
}
