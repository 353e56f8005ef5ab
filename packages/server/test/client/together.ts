import { equalBytes } from '@sotto/protocol'
import { identityOf } from '@sotto/trust'
import { leaves } from '@sotto/mls'
import { refusal } from './calling.ts'
import { publish, type RawDevice, register } from './device.ts'
import { acceptWelcome, createRoom, invite, type RawRoom } from './room.ts'

export const codeOf = async (work: Promise<unknown>) => (await refusal(work)).code

/** Alice has a room and Bob is in at its head. */
export const together = async (url: string, names: readonly [string, string] = ['alice', 'bob']) => {
  const alice = await register(url, names[0])
  const bob = await register(url, names[1])
  await publish(bob, 3)
  const hers = await createRoom(alice)
  await invite(hers, bob.account)
  const his = await acceptWelcome(bob, hers.id)
  return { alice, bob, hers, his }
}

export const leafOf = (room: RawRoom, device: RawDevice): number => {
  const found = [...leaves(room.group.public.tree)].find(([, leaf]) =>
    equalBytes(identityOf(leaf)?.device as Uint8Array, device.id),
  )
  return found?.[0] as number
}
