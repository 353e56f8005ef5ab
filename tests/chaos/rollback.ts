import type { RoomState } from '@sotto/client'
import { room } from '../stories/talk.ts'
import { eventually } from './patience.ts'
import type { Person } from './world/person.ts'

/**
 * What became of a room whose server has lost what it had confirmed: the devices have given it back, or they stand
 * still and say why. Anything else, above all a device that talks on, is a violation.
 */
export type Ending =
  | { readonly kind: 'healed' }
  | { readonly kind: 'alarmed' }
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

/** Whether the device offers the server what it lost, or stands still for good. */
const mends = (state: RoomState | undefined): boolean =>
  state !== undefined && 'remedy' in state && state.remedy === 'wait'

/**
 * Begins to watch devices that know more of a room than the server will. One of them may find the room healed by
 * another before it has noticed anything; none of them having noticed would mean that nobody was told.
 */
export const watchRollback = (knowing: readonly Person[], id: string): RollbackWatch => {
  const alarmed = new Set<Person>()
  const mending = new Set<Person>()
  const look = (person: Person): void => {
    const state = stateOf(person, id)
    if (isAlarmed(state)) alarmed.add(person)
    if (mends(state)) mending.add(person)
  }
  const stops = knowing.map((person) => person.client.subscribe(() => look(person)))

  const isOver = (person: Person): boolean =>
    person.client.state().connection.kind === 'online' && stateOf(person, id)?.kind === 'active'
  const isClear = (): boolean =>
    knowing.every((person) => isAlarmed(stateOf(person, id)) || isOver(person)) && alarmed.size > 0

  const watch = async (): Promise<Ending> => {
    try {
      await eventually('the devices have noticed', alarmWithinMs, isClear)
      if (mending.size > 0) await eventually('the room is healed', healWithinMs, () => knowing.every(isOver))
      return { kind: knowing.every(isOver) ? 'healed' : 'alarmed' }
    } catch (error) {
      const states = knowing.map((person) => `${person.name}: ${JSON.stringify(stateOf(person, id))}`)
      return { kind: 'violated', violations: [String(error), ...states] }
    } finally {
      for (const stop of stops) stop()
    }
  }
  return { ending: watch }
}
