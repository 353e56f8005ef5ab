import { type Client, type MemberView, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { confirmed } from '../confirmation.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { roomStateText } from '../roomState.ts'
import { table } from '../table.ts'
import { settledOnline } from '../waiting.ts'

interface Options {
  readonly yes?: boolean
}

/** What founding a room anew means: what has happened, who comes along, what stays, what is new. */
const meaning = (room: RoomView, members: readonly MemberView[]): string =>
  [
    `${roomTitle(room)}: ${roomStateText(room.state)}`,
    '',
    'Who comes along, each as they decide:',
    table(members.map(({ name, own, role }) => [`  ${printableLine(name)}${own ? ' (you)' : ''}`, role])),
    'What stays: everything said until now, in this room, to be read.',
    'What is new: a room with the same name and rules, and fresh keys. What is not sent yet is sent there.',
    '',
  ].join('\n')

/** @throws SottoError `bad_request` where nothing is wrong with the room */
const damagedRoom = async (client: Client, wanted: string): Promise<RoomView> => {
  const room = await findRoom(client, wanted)
  if (room.state.kind !== 'frozen' && room.state.kind !== 'repairing')
    throw new SottoError('bad_request', `${roomTitle(room)} is not damaged; there is nothing to found anew`)
  return room
}

export const refoundCommand = (): Command =>
  new Command('refound')
    .description('found a damaged room anew, with the same members and roles; for its owners')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .option('--yes', 'do not ask before')
    .action(async (wanted: string, { yes = false }: Options, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const room = await damagedRoom(client, wanted)
        const members = await client.members({ room: room.id })
        output.remark(meaning(room, members))
        if (!yes)
          await confirmed(`Found ${roomTitle(room)} anew? It cannot be undone.`, {
            unasked: 'founding a room anew needs --yes where nobody can be asked',
            no: 'nothing was founded',
          })
        const { room: successor } = await withProgress(
          () => 'Making the new room and inviting its members',
          client.refound({ room: room.id }),
        )
        output.result(
          { room: room.id, successor },
          `${roomTitle(room)} goes on in a new room (${successor.slice(0, 8)}). Its members are invited.`,
        )
      })
    })
