import { type Client, isOffered, isOver, type OpenRoomView, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { type Invocation, invocationOf, withAccount } from '../invocation.ts'
import { timeoutMsOf } from '../numberOptions.ts'
import { isOpenRoomMeant, joinLine, openRoomText } from '../openRoom.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { matchingRooms, roomTitle } from '../roomName.ts'
import { settledOnline, whenState } from '../waiting.ts'

interface Options {
  readonly timeout: string
}

const tellInside = ({ output }: Invocation, room: RoomView): void => {
  output.result(
    { room: room.id, name: room.name, state: 'active', members: room.memberCount },
    `You are in ${roomTitle(room)}.`,
  )
  output.remark(`Next: sotto chat ${room.id.slice(0, 8)}`)
}

/** Who is there is said before anything is said to them. */
const tellWho = async ({ output }: Invocation, client: Client, { id }: RoomView): Promise<void> => {
  const others = (await client.members({ room: id })).filter(({ own }) => !own)
  if (others.length > 0)
    output.remark(`Here with you: ${others.map(({ name }) => printableLine(name)).join(', ')}.`)
}

const active = (client: Client, id: string, withinMs: number): Promise<RoomView | undefined> =>
  whenState(
    client,
    ({ rooms }) => rooms.find((room) => room.id === id && ['active', 'behind'].includes(room.state.kind)),
    withinMs,
  )

const joinOpen = async (
  invocation: Invocation,
  client: Client,
  open: OpenRoomView,
  withinMs: number,
): Promise<void> => {
  const { output } = invocation
  await client.joinOpenRoom({ room: open.room })
  const opened = active(client, open.room, withinMs)
  const room = await withProgress(() => 'Waiting for a member to come online', opened)
  if (room) {
    tellInside(invocation, room)
    return tellWho(invocation, client, room)
  }
  output.result(
    { room: open.room, name: open.name, state: 'waiting', members: open.memberCount },
    `${printableLine(open.name)}: waiting for a member to come online.`,
  )
  output.remark(
    'You have asked to join and do not have to wait here: the room opens the next time you are online. See sotto rooms.',
  )
}

/** Why nobody comes into a room of this name by asking, and what helps. */
const notToBeJoined = (rooms: readonly RoomView[], open: OpenRoomView | null, wanted: string): SottoError => {
  const name = printableLine(wanted)
  const invitations = rooms.filter(({ state }) => state.kind === 'invited')
  const was = matchingRooms(rooms, wanted).find(isOver)
  const inviters = invitations.map(({ id, state }) => {
    const from = state.kind === 'invited' && state.inviter ? ` from ${printableLine(state.inviter)}` : ''
    return `An invitation${from} waits: sotto room accept ${id.slice(0, 8)} (you see its name when you have joined).`
  })
  const lines = [
    was
      ? `You are not in ${roomTitle(was)} any more. A member has to invite you.`
      : `No room ${name} is open here. For any other room a member has to invite you, with: sotto room invite ${name} YOUR-NAME`,
    ...inviters,
    open && isOffered(open)
      ? `The open room of this server is called ${printableLine(open.name)}: ${joinLine(open)}`
      : '',
  ]
  return new SottoError('room_unknown', lines.filter((line) => line !== '').join('\n  '))
}

export const joinCommand = (): Command =>
  new Command('join')
    .description('join the open room of the server, or accept an invitation')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .option('--timeout <seconds>', 'how long to wait for a member to come online', '30')
    .action(async (wanted: string, { timeout }: Options, command: Command) => {
      const withinMs = timeoutMsOf(timeout)
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const open = await client.findOpenRoom({})
        const { rooms } = client.state()
        const mine = matchingRooms(rooms, wanted).filter((room) => !isOver(room))
        const invited = mine.find(({ state }) => state.kind === 'invited')
        const [inside] = mine
        if (invited) {
          await withProgress(() => 'Joining', client.accept({ room: invited.id }))
          const room = await active(client, invited.id, withinMs)
          if (!room) throw new SottoError('timeout')
          return tellInside(invocation, room)
        }
        if (inside) {
          tellInside(invocation, inside)
          if (open && open.room !== inside.id && isOpenRoomMeant(open, wanted) && isOffered(open))
            invocation.output.remark(
              `The open room of this server is another room with this name (${open.room.slice(0, 8)}): ${openRoomText({ ...open, name: open.room.slice(0, 8) })}`,
            )
          return
        }
        if (!open || open.standing === 'removed' || !isOpenRoomMeant(open, wanted))
          throw notToBeJoined(rooms, open, wanted)
        return joinOpen(invocation, client, open, withinMs)
      })
    })
