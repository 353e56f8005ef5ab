import { limits } from '@sotto/protocol'
import { canary } from '../words.ts'
import type { Evidence } from './evidence.ts'

/** I16: stocks stay small, whatever has happened. */
const rowsMax: Readonly<Record<string, number>> = {
  keypackage: 64,
  staged: 400,
  outbox: limits.outboxItemsPerRoomMax,
}
/** Of one device on the server: a stock, what came twice because an answer was lost, and what a clock keeps from ending. */
const stockMax = 22
/** Of a device in one minute when nothing happens any more. */
const callsPerMinuteMax = 60

export const checkBounds = ({ world, witnesses }: Evidence): void => {
  for (const { device, rooms } of witnesses) {
    const counts = new Map<string, number>()
    for (const key of device.disk.rows.keys()) {
      const folder = key.slice(0, key.indexOf('/'))
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
    for (const [folder, most] of Object.entries(rowsMax))
      if ((counts.get(folder) ?? 0) > most)
        world.fail('I16', `${device.name} has ${counts.get(folder)} rows of ${folder}`)
    for (const [room, { group, intents }] of rooms) {
      if ((group?.public.proposals.length ?? 0) > limits.proposalsPendingMax)
        world.fail('I16', `${device.name} keeps too many proposals in ${room.slice(0, 8)}`)
      if (intents.length > limits.addsPerCommitMax) world.fail('I16', `${device.name} wants too much`)
    }
    const calls = device.callsInCalm()
    const minutes = Math.max(1, (world.clock.nowMs() - world.calmSinceMs) / 60_000)
    if (calls / minutes > callsPerMinuteMax + (5 * 60) / minutes)
      world.fail('I16', `${device.name} asks the server ${Math.round(calls / minutes)} times in a minute`)
  }
  for (const [key, packages] of world.server.data().packages)
    if (packages.length > stockMax) world.fail('I16', `${packages.length} key packages of ${key}`)
}

/** I15: what people write is nowhere in the bytes of the server, and nowhere in what it writes about itself. */
export const checkSecrecy = ({ world }: Evidence): void => {
  const secrets = [canary, 'correct horse battery'].map((text) => Buffer.from(text))
  const seen = new Set<unknown>()
  const search = (value: unknown, path: string): void => {
    if (value instanceof Uint8Array) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
      if (secrets.some((secret) => bytes.includes(secret))) world.fail('I15', `the server has read ${path}`)
    } else if (typeof value === 'string') {
      if (secrets.some((secret) => value.includes(secret.toString())))
        world.fail('I15', `the server has read ${path}`)
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value)
      const entries = value instanceof Map ? [...value] : Object.entries(value)
      for (const [key, inner] of entries) {
        search(key, `${path}.key`)
        search(
          inner,
          Array.isArray(value) ? `${path}[]` : `${path}.${value instanceof Map ? '*' : String(key)}`,
        )
      }
    }
  }
  // The one name of a room that the server knows, by the choice of an owner (OPEN-1).
  const { openRoom, ...others } = world.server.data()
  search({ ...others, openRoom: { ...openRoom, name: '' } }, 'store')
  for (const line of world.server.written) search(line, 'log')
}
