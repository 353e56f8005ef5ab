import { Command } from 'commander'
import { asOption } from '../lane/asOption.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'

export const laneRoomsCommand = (): Command =>
  new Command('rooms')
    .description('list the classic rooms that this program can see')
    .option(...asOption)
    .action(async (_options: object, command: Command) => {
      // Loaded where it is needed: other commands start without it.
      const { withLane } = await import('../lane/open.ts')
      await withLane(command, { messages: 'keep' }, async (lane, { output }) => {
        const rooms = await lane.rooms()
        if (output.format === 'json') for (const room of rooms) output.result(room, null)
        else if (rooms.length > 0)
          output.result(
            null,
            table(
              rooms.map(({ room, kind, name, isPrivate }) => [
                String(room),
                printableLine(name),
                kind,
                isPrivate ? 'private' : '',
              ]),
            ),
          )
        else output.remark('No classic rooms yet. sotto lane send --room NAME creates one.')
      })
    })
