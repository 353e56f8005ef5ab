import { SottoError } from '@sotto/client'
import { room } from '../stories/talk.ts'
import { eventually, lasting } from './patience.ts'
import type { Talkers } from './talkers.ts'
import type { Person } from './world/person.ts'

const againAfterMs = 200
const insistMs = 120_000

/** Failures after which a person tries again: nothing is wrong but the line. */
const passing: ReadonlySet<string> = new Set([
  'offline',
  'timeout',
  'unavailable',
  'rate',
  'internal',
  'integrity',
  'unauthorized',
])

export const isPassing = ({ code }: SottoError): boolean => passing.has(code)

/** Does what somebody insists on, as often as it takes. `done` says whether the last try did it after all. */
const insist = (what: string, work: () => Promise<unknown>, done: () => boolean): Promise<true> =>
  eventually(what, insistMs, async () => {
    if (done()) return true
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof SottoError)) throw error
      if (!isPassing(error)) throw new Error(`${what}: ${error.code}`, { cause: error })
      await lasting(againAfterMs)
      return done()
    }
  })

/**
 * The first two people make one new room after the other and talk in it: creation, commit, Welcome and acceptance are
 * under way whenever something strikes.
 *
 * @returns how many rooms there are in the end
 */
export const meetAnew = async (
  people: readonly Person[],
  talkers: Talkers,
  rooms: number,
): Promise<number> => {
  const [host, guest] = people
  if (!host || !guest) throw new Error('it takes two')
  for (let number = 1; number <= rooms; number++) {
    const name = `Room ${number}`
    // A creation that was asked for again has made two; one is enough.
    const made = (): string | undefined =>
      host.client.state().rooms.find((one) => one.name === name && one.state.kind === 'active')?.id
    const phase = (person: Person, id: string) => room(person.client, id)?.state.kind
    await insist(
      `${name} is made`,
      () => host.client.createRoom({ name }),
      () => made() !== undefined,
    )
    const id = await eventually(`${name} is shown`, insistMs, made)
    await insist(
      `${guest.name} is invited`,
      () =>
        host.client.invite({ room: id, name: guest.name }).catch((error: unknown) => {
          if (!(error instanceof SottoError && error.code.startsWith('already_'))) throw error
        }),
      () => false,
    )
    await eventually(`${guest.name} hears of ${name}`, insistMs, () => phase(guest, id) !== undefined)
    await insist(
      `${guest.name} comes in`,
      () => guest.client.accept({ room: id }),
      () => phase(guest, id) === 'active' || phase(guest, id) === 'behind',
    )
    await talkers.join(id, [host, guest])
    for (const person of [host, guest]) await talkers.say(person, id, `${person.name} in ${name}`)
  }
  return rooms
}
