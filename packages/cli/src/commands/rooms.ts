import { type Client, isOver, type RoomView } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { continuationLines } from '../continuation.ts'
import { hookTitle } from '../message.ts'
import { type Output, styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { roomTitle } from '../roomName.ts'
import { roomStateRecord, roomStateText, troubleLines } from '../roomState.ts'
import { standingText } from '../standing.ts'
import { table } from '../table.ts'
import { shortTime, timestamp } from '../time.ts'
import { settled } from '../waiting.ts'

const latestCharactersMax = 60

const latestText = ({ latest }: RoomView): string => {
  if (!latest) return ''
  const text = [...printableLine(latest.text)]
  const shown =
    text.length > latestCharactersMax ? `${text.slice(0, latestCharactersMax).join('')}…` : text.join('')
  const who = latest.by === 'hook' ? hookTitle(latest.sender) : printableLine(latest.sender)
  return styled('dim', `${shortTime(latest.timeMs)} ${who}: ${shown}`)
}

const row = (room: RoomView): readonly string[] => [
  styled('bold', roomTitle(room)),
  styled('dim', room.id.slice(0, 8)),
  room.unread > 0 ? styled('yellow', `${room.unread} new`) : '',
  roomStateText(room.state) || latestText(room),
]

const value = ({ id, kind, name, state, unread, memberCount, latest }: RoomView) => ({
  room: id,
  kind,
  name,
  ...roomStateRecord(state),
  unread,
  members: memberCount,
  latest: latest && {
    ...(latest.by === 'hook' ? { sender: null, hook: latest.sender } : { sender: latest.sender }),
    text: latest.text,
    time: timestamp(latest.timeMs),
  },
})

/** Below the list, what it has no place for: what is safe and what to do in rooms that do not simply work. */
const explain = async (client: Client, room: RoomView, output: Output): Promise<void> => {
  const lines = room.state.kind === 'invited' ? await continuationLines(client, room) : troubleLines(room)
  if (lines.length > 0) output.remark(`\n${[roomTitle(room), ...lines].join('\n  ')}`)
}

export const roomsCommand = (): Command =>
  new Command('rooms')
    .description('list rooms and invitations; classic rooms, those of programs, are in sotto lane rooms')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        const standing = await settled(client)
        const all = client.state().rooms
        // What is kept only to be read stands at the end.
        const rooms = [...all.filter((room) => !isOver(room)), ...all.filter(isOver)]
        if (output.format === 'json') for (const room of rooms) output.result(value(room), null)
        else if (rooms.length > 0) output.result(null, table(rooms.map(row)))
        else output.remark('No rooms yet. Make one: sotto room create General')
        if (output.format === 'human') for (const room of rooms) await explain(client, room, output)
        const remark = standingText(standing, client.state())
        if (remark) output.remark(remark)
      })
    })
