import type { RoomState } from '@sotto/client'
import { room } from '../stories/talk.ts'
import { eventually } from './patience.ts'
import type { Person } from './world/person.ts'

/**
 * What became of a room whose server has lost what it had confirmed: its devices have noticed and given it back.
 * Anything else, above all a device that talks on as if nothing had happened, is a violation.
 */
export type Ending =
  | { readonly kind: 'healed' }
  | { readonly kind: 'violated'; readonly violations: readonly string[] }

/** Looks at the devices from before the server comes back until the end of the story. */
export interface RollbackWatch {
  ending(): Promise<Ending>
}

const alarmWithinMs = 60_000
const healWithinMs = 90_000

const stateOf = (person: Person, id: string): RoomState | undefined => room(person.client, id)?.state

const isAlarmed = (state: RoomState | undefined): boolean =>
  state?.kind === 'frozen' && state.code === 'server_rollback'

/**
 * Begins to watch devices that know more of a room than the server will. One of them may find the room healed by
 * another before it has noticed anything; none of them having noticed would mean that nobody was told.
 */
export const watchRollback = (knowing: readonly Person[], id: string): RollbackWatch => {
  const alarmed = new Set<Person>()
  const look = (person: Person): void => {
    if (isAlarmed(stateOf(person, id))) alarmed.add(person)
  }
  const stops = knowing.map((person) => person.client.subscribe(() => look(person)))

  const isOver = (person: Person): boolean =>
    person.client.state().connection.kind === 'online' && stateOf(person, id)?.kind === 'active'

  const watch = async (): Promise<Ending> => {
    try {
      await eventually('a device has noticed', alarmWithinMs, () => alarmed.size > 0)
      await eventually('the room is healed', healWithinMs, () => knowing.every(isOver))
      return { kind: 'healed' }
    } catch (error) {
      const states = knowing.map((person) => {
        const { connection } = person.client.state()
        return `${person.name}: ${connection.kind}, ${JSON.stringify(stateOf(person, id))}`
      })
      return { kind: 'violated', violations: [String(error), ...states] }
    } finally {
      for (const stop of stops) stop()
    }
  }
  return { ending: watch }
}
