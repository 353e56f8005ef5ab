import { isOver, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { confirmed } from '../confirmation.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { findRoom, roomTitle } from '../roomName.ts'

interface Options {
  readonly yes?: boolean
}

/** What goes is said before it is gone. */
const confirmDeletion = (room: RoomView): Promise<void> =>
  confirmed(
    `Delete ${roomTitle(room)} from this device? This erases its name, its messages and anything not sent, and cannot be undone.`,
    { unasked: 'without a terminal, deleting needs --yes', no: 'nothing was deleted' },
  )

export const deleteCommand = (): Command =>
  new Command('delete')
    .description('delete a room that you left, or were removed from, from this device')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .option('--yes', 'do not ask for confirmation')
    .action(async (wanted: string, { yes = false }: Options, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        const isKept = room.state.kind === 'invited' && room.state.kept
        if (!isOver(room) && !isKept)
          throw new SottoError('bad_request', `leave it first: sotto room leave ${room.id.slice(0, 8)}`)
        if (!yes) await confirmDeletion(room)
        await client.deleteRoom({ room: room.id })
        invocation.output.result(
          { room: room.id, deleted: true },
          `${roomTitle(room)} is deleted from this device.`,
        )
      })
    })
