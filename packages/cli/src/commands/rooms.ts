import type { RoomView } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { roomTitle } from '../roomName.ts'
import { roomStateText } from '../roomState.ts'
import { table } from '../table.ts'
import { shortTime, timestamp } from '../time.ts'
import { type Settled, settled } from '../waiting.ts'

const latestCharactersMax = 60

const latestText = ({ latest }: RoomView): string => {
  if (!latest) return ''
  const text = [...printableLine(latest.text)]
  const shown =
    text.length > latestCharactersMax ? `${text.slice(0, latestCharactersMax).join('')}…` : text.join('')
  return styled('dim', `${shortTime(latest.timeMs)} ${printableLine(latest.sender)}: ${shown}`)
}

const row = (room: RoomView): readonly string[] => [
  styled('bold', roomTitle(room)),
  styled('dim', room.id.slice(0, 8)),
  room.unread > 0 ? styled('yellow', `${room.unread} new`) : '',
  roomStateText(room.state) || latestText(room),
]

const value = ({ id, name, state, unread, memberCount, latest }: RoomView) => ({
  room: id,
  name,
  state: state.kind,
  ...(state.kind === 'invited' ? { inviter: state.inviter } : {}),
  ...(state.kind === 'frozen' ? { code: state.code, rule: state.rule } : {}),
  unread,
  members: memberCount,
  latest: latest && { sender: latest.sender, text: latest.text, time: timestamp(latest.timeMs) },
})

const standingText = (standing: Settled): string => {
  switch (standing) {
    case 'caught_up':
    case 'signed_out':
      return ''
    case 'offline':
      return 'The server cannot be reached; this is what the device remembers.'
    case 'refused':
      return 'This is not the server that this device knows: nothing is sent to it.'
  }
}

export const roomsCommand = (): Command =>
  new Command('rooms')
    .description('list rooms and invitations')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        const standing = await settled(client)
        const { rooms } = client.state()
        if (output.format === 'json') for (const room of rooms) output.result(value(room), null)
        else if (rooms.length > 0) output.result(null, table(rooms.map(row)))
        else output.remark('No rooms yet. Make one: sotto room create General')
        const remark = standingText(standing)
        if (remark) output.remark(remark)
      })
    })
