import type { Evidence } from './evidence.ts'

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
