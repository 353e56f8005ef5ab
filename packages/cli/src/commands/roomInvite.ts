import { type Client, failures, type InviteOutcome, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invitingText } from '../arrival.ts'
import { inRoom } from '../inRoom.ts'
import { type Invocation, invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

/** Says what became of everybody. @throws SottoError where somebody is not invited */
const tell = ({ output }: Invocation, room: RoomView, outcomes: readonly InviteOutcome[]): void => {
  for (const { name, failure } of outcomes)
    if (failure === null)
      output.result(
        { room: room.id, invited: name },
        `${printableLine(name)} is invited to ${roomTitle(room)}.`,
      )
  const refused = outcomes.flatMap(({ name, failure }) => (failure ? [{ name, ...failure }] : []))
  const [first] = refused
  if (!first) return
  if (outcomes.length === 1) throw new SottoError(first.code, undefined, first.detail)
  for (const { name, code } of refused)
    output.notice({ room: room.id, name, code }, `${printableLine(name)}: ${failures[code].text}.`)
  throw new SottoError(first.code, `${refused.length} of ${outcomes.length} were not invited`, first.detail)
}

export const inviteCommand = (): Command =>
  new Command('invite')
    .description('invite people to a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<name...>', 'whom to invite')
    .action(async (wanted: string, names: readonly string[], _options: object, command: Command) => {
      const invocation = invocationOf(command)
      const whom = names.length === 1 ? printableLine(names[0] ?? '') : `${names.length} people`
      await inRoom(invocation, wanted, async (client: Client, room) => {
        const inviting = client.inviteAll({ room: room.id, names })
        tell(invocation, room, await withProgress(invitingText(whom), inviting))
      })
    })
