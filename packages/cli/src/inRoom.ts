import type { Client, RoomView } from '@sotto/client'
import { type Invocation, withAccount } from './invocation.ts'
import { findRoom } from './roomName.ts'
import { settledOnline } from './waiting.ts'

/**
 * For a command that changes something in a room: the account's client, online, and the room that is meant.
 *
 * @throws SottoError of `withAccount`, `findRoom` and `settledOnline`
 */
export const inRoom = (
  invocation: Invocation,
  wanted: string,
  work: (client: Client, room: RoomView) => Promise<void>,
): Promise<void> =>
  withAccount(invocation, async (client) => {
    const room = await findRoom(client, wanted)
    await settledOnline(client)
    await work(client, room)
  })
