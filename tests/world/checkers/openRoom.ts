import { decodePolicy, roles } from '@sotto/trust'
import type { OpenRoom } from '../../../packages/server/src/openRoom/store.ts'
import type { MemoryData } from '../../../packages/server/test/memory/data.ts'
import { hex } from '../words.ts'
import type { World } from '../world.ts'
import type { Evidence } from './evidence.ts'

const ownersOf = ({ rooms }: MemoryData, { room }: OpenRoom): readonly string[] => {
  const known = rooms.get(hex(room))
  const policy = known && decodePolicy(known.policy)
  if (policy?.kind !== 'ok') return []
  return policy.value.members.flatMap(({ account, role }) => (role === roles.owner ? [hex(account)] : []))
}

/** O3: a room becomes the open one in the place of another only by somebody who owns both (OPEN-3). */
export const checkReplacing = (
  { used, fail }: Pick<World, 'used' | 'fail'>,
  before: OpenRoom,
  next: OpenRoom,
  data: MemoryData,
): void => {
  // One that nobody was in for a month holds its place for nobody (OPEN-7).
  if (used.has('long_offline') || used.has('server_clock')) return
  const owners = ownersOf(data, before)
  if (!ownersOf(data, next).some((owner) => owners.includes(owner)))
    fail('O3', 'the server has taken another open room in the place of one')
}

/** O2: nobody is brought into the open room who is in it. */
export const checkOpenRoom = ({ world, logs }: Evidence): void => {
  const open = world.server.data().openRoom
  const entries = open ? logs.get(Buffer.from(open.room).toString('hex'))?.entries : undefined
  for (const { hash, members } of entries ?? []) {
    const turn = world.truth.turns.get(hash)
    for (const device of turn?.joined ?? [])
      if (members.has(device) && !turn?.left.includes(device))
        world.fail('O2', `${device.slice(0, 8)} was brought in, and was in before`)
  }
}
