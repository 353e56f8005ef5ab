import { type Client, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'
import { roomStateRecord, roomStateText } from '../roomState.ts'
import { whenState } from '../waiting.ts'

const rejoinWithinMs = 60_000

/** Whether it is known what has come of it: the device is back, has to wait for others, or is not let in. */
const isDecided = ({ state }: RoomView): boolean => state.kind !== 'repairing' || state.step === 'asking'

/** @throws SottoError with the code for which the room is still frozen, `timeout` */
const rejoined = async (client: Client, id: string): Promise<RoomView> => {
  const found = await whenState(
    client,
    ({ rooms }) => rooms.find((room) => room.id === id && isDecided(room)),
    rejoinWithinMs,
  )
  if (!found) throw new SottoError('timeout', 'this device keeps trying whenever it is online')
  if (found.state.kind === 'frozen')
    throw new SottoError(found.state.code, undefined, found.state.rule ? { rule: found.state.rule } : {})
  return found
}

export const rejoinCommand = (): Command =>
  new Command('rejoin')
    .description('let this device rejoin a frozen room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, { id, state }) => {
        if (state.kind !== 'frozen' && state.kind !== 'repairing')
          throw new SottoError('bad_request', 'this device is already in the room')
        const work = client.rejoin({ room: id }).then(() => rejoined(client, id))
        const room = await withProgress(() => 'Rejoining', work)
        const text = roomStateText(room.state)
        invocation.output.result(
          { room: id, ...roomStateRecord(room.state) },
          text === '' ? `This device is back in ${roomTitle(room)}.` : `${roomTitle(room)}: ${text}`,
        )
      })
    })
