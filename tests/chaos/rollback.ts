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
  | { readonly kind: 'alarmed'; readonly devices: number }
  | { readonly kind: 'violated'; readonly violations: readonly string[] }

const alarmWithinMs = 60_000
const healWithinMs = 90_000

const stateOf = (person: Person, id: string): RoomState | undefined => room(person.client, id)?.state

const isWell = (state: RoomState | undefined): boolean => state?.kind === 'active'

const isAlarmed = (state: RoomState | undefined): boolean =>
  state?.kind === 'frozen' && state.code === 'server_rollback'

/** Whether the device offers the server what it lost. Earlier devices stay frozen and offer nothing. */
const isHealing = (state: RoomState | undefined): boolean =>
  state !== undefined && 'remedy' in state && state.remedy === 'wait'

/**
 * Waits for the end of the story. A device that was healed before anybody looked was alarmed all the same; what it shows
 * is judged elsewhere.
 *
 * @param knowing devices that know more of the room than the server does
 */
export const afterRollback = async (knowing: readonly Person[], id: string): Promise<Ending> => {
  const states = (): readonly string[] =>
    knowing.map((person) => `${person.name}: ${JSON.stringify(stateOf(person, id))}`)
  const isOver = (person: Person): boolean =>
    person.client.state().connection.kind === 'online' && isWell(stateOf(person, id))
  let offered = false
  const isClear = (): boolean => {
    offered ||= knowing.some((person) => isHealing(stateOf(person, id)))
    return knowing.every((person) => isAlarmed(stateOf(person, id)) || isOver(person))
  }
  try {
    await eventually('every device has noticed', alarmWithinMs, isClear)
    if (offered) await eventually('the room is healed', healWithinMs, () => knowing.every(isOver))
  } catch (error) {
    return { kind: 'violated', violations: [String(error), ...states()] }
  }
  const alarmed = knowing.filter((person) => isAlarmed(stateOf(person, id))).length
  if (alarmed === 0) return { kind: 'healed' }
  return { kind: 'alarmed', devices: alarmed }
}
