import { hex } from '../words.ts'
import { isTreachery } from '../faults.ts'
import type { Evidence } from './evidence.ts'

/**
 * I4: when nothing goes wrong any more, everybody who is in a room is at its head and in the same state: epoch, tree,
 * transcript, authenticator, policy. Where nobody has lied and nothing was restored, nobody has stopped.
 */
export const checkConvergence = ({ world, logs, witnesses }: Evidence): void => {
  const isBetrayed = [...world.used].some(isTreachery)
  for (const { room, entries } of logs.values()) {
    const states = new Map<string, string[]>()
    for (const { device, id, rooms } of witnesses) {
      const state = rooms.get(room)
      if (!state) continue
      const { phase, place, group } = state
      if (phase.kind === 'frozen') {
        world.stats.frozen[phase.code] = (world.stats.frozen[phase.code] ?? 0) + 1
        if (!isBetrayed && !world.setBacks.has(device.index))
          world.fail('I4', `${device.name} is frozen in ${room.slice(0, 8)}: ${phase.code} ${phase.rule}`)
      }
      if (phase.kind !== 'active') continue
      const where = `${device.name} in ${room.slice(0, 8)}`
      if (!entries.at(-1)?.after.has(id)) world.fail('I4', `${where} takes itself for a member`)
      if (place.cursor !== entries.length - 1)
        world.fail('I4', `${where} is at ${place.cursor} of ${entries.length - 1}`)
      if (!group) continue
      const { context } = group.public
      const summary = [
        context.epoch,
        hex(context.treeHash),
        hex(context.confirmedTranscriptHash),
        hex(group.epochSecrets.epochAuthenticator),
        context.extensions.map(({ type, data }) => `${type}:${hex(data)}`).join(),
      ].join(' ')
      states.set(summary, [...(states.get(summary) ?? []), device.name])
    }
    if (states.size > 1)
      world.fail('I4', `${room.slice(0, 8)} has ${states.size} states: ${[...states.values()].join(' | ')}`)
  }
}
