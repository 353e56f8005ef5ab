import { type Client, isOffered, isOver, type OpenRoomView, type RoomView } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { continuationLines } from '../continuation.ts'
import { hookTitle } from '../message.ts'
import { neighbourLines, openRoomNow, openRoomText, peopleNow } from '../openRoom.ts'
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

/** @param open the open room of the server, where it is offered and this is the same one, which was left */
const row = (room: RoomView, open?: OpenRoomView): readonly string[] => [
  styled('bold', roomTitle(room)),
  styled('dim', room.id.slice(0, 8)),
  room.unread > 0 ? styled('yellow', `${room.unread} new`) : '',
  [roomStateText(room.state) || latestText(room), open && openRoomText(open)]
    .filter((text) => text)
    .join('; '),
]

const openRow = (open: OpenRoomView): readonly string[] => [
  styled('bold', printableLine(open.name)),
  styled('dim', open.room.slice(0, 8)),
  '',
  openRoomText(open),
]

const offeredAs = (standing: OpenRoomView['standing']) => (standing === 'waiting' ? 'waiting' : 'joinable')

const openValue = ({ room, name, standing, memberCount }: OpenRoomView) => ({
  room,
  kind: 'encrypted',
  name,
  state: offeredAs(standing),
  unread: 0,
  members: memberCount,
  latest: null,
})

const value = (
  { id, kind, name, state, unread, memberCount, latest, isOpen = false }: RoomView,
  offered?: OpenRoomView,
) => ({
  room: id,
  kind,
  name,
  ...roomStateRecord(state),
  unread,
  members: memberCount,
  open: isOpen,
  ...(offered ? { asking: offeredAs(offered.standing) } : {}),
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
        const told = standing === 'caught_up' ? await openRoomNow(client) : client.state().openRoom
        // Whoever is invited into it finds it as an invitation.
        const isInvited = rooms.some(({ id, state }) => id === told?.room && state.kind === 'invited')
        const open = told && isOffered(told) && !isInvited ? told : undefined
        const known = rooms.some(({ id }) => id === open?.room)
        const offerOf = (room: RoomView) => (room.id === open?.room ? open : undefined)
        if (output.format === 'json') {
          for (const room of rooms) output.result(value(room, offerOf(room)), null)
          if (open && !known) output.result(openValue(open), null)
        } else {
          const rows = [
            ...rooms.map((room) => row(room, offerOf(room))),
            ...(open && !known ? [openRow(open)] : []),
          ]
          if (rows.length > 0) output.result(null, table(rows))
          else output.remark('No rooms yet. Create one: sotto room create General')
          if (rooms.length === 0 && !open)
            for (const line of neighbourLines(await peopleNow(client), null)) output.remark(line)
        }
        if (output.format === 'human') for (const room of rooms) await explain(client, room, output)
        const remark = standingText(standing, client.state())
        if (remark) output.remark(remark)
      })
    })
