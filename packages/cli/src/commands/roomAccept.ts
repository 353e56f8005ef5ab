import { type Client, type ClientState, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { settledOnline, whenState } from '../waiting.ts'

const joinWithinMs = 60_000

/** The only invitation there is. @throws SottoError `room_unknown`, `bad_request` where there are several */
const onlyInvitation = ({ rooms }: ClientState): RoomView => {
  const invitations = rooms.filter(({ state }) => state.kind === 'invited')
  const [first] = invitations
  if (!first) throw new SottoError('room_unknown', 'there is no invitation to accept')
  if (invitations.length > 1)
    throw new SottoError(
      'bad_request',
      `there are several invitations; choose one: ${invitations.map(({ id }) => id.slice(0, 8)).join(', ')}`,
    )
  return first
}

/** @throws SottoError with the code for which the room is frozen, `timeout` */
const joined = async (client: Client, id: string): Promise<RoomView> => {
  const found = await whenState(
    client,
    ({ rooms }) =>
      rooms.find((room) => room.id === id && room.state.kind !== 'joining' && room.state.kind !== 'invited'),
    joinWithinMs,
  )
  if (!found) throw new SottoError('timeout')
  if (found.state.kind === 'frozen')
    throw new SottoError(found.state.code, undefined, found.state.rule ? { rule: found.state.rule } : {})
  return found
}

export const acceptCommand = (): Command =>
  new Command('accept')
    .description('accept an invitation')
    .argument('[room]', 'the beginning of its id; not needed where there is one invitation')
    .action(async (wanted: string | undefined, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const { id } = wanted === undefined ? onlyInvitation(client.state()) : await findRoom(client, wanted)
        const work = client.accept({ room: id }).then(() => joined(client, id))
        const room = await withProgress(() => 'Joining', work)
        invocation.output.result(
          { room: id, name: room.name, members: room.memberCount },
          `You are in ${roomTitle(room)}.`,
        )
        // By its id: the name is what others have written, and may be copied into a shell from here.
        invocation.output.remark(`Next: sotto chat ${id.slice(0, 8)}`)
      })
    })
