import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { openMeaning } from '../openRoom.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

export const openCommand = (): Command =>
  new Command('open')
    .description('let everyone with an account on the server join a room; owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        await withProgress(() => 'Opening', client.setOpenness({ room: room.id, isOpen: true }))
        invocation.output.result({ room: room.id, open: true }, `${roomTitle(room)} is open. ${openMeaning}`)
        invocation.output.remark(`To close it: sotto room close ${room.id.slice(0, 8)}`)
      })
    })

export const closeCommand = (): Command =>
  new Command('close')
    .description('let only invited people join a room; owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        await withProgress(() => 'Closing', client.setOpenness({ room: room.id, isOpen: false }))
        invocation.output.result(
          { room: room.id, open: false },
          `${roomTitle(room)} is closed: from now on people need an invitation. The server has deleted its name.`,
        )
      })
    })
