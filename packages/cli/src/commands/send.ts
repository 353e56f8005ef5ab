import {
  type Client,
  type Delivered,
  type Deliveries,
  deliveriesOf,
  type RoomView,
  SottoError,
} from '@sotto/client'
import { Command } from 'commander'
import { type Invocation, invocationOf, withAccount } from '../invocation.ts'
import type { Output } from '../output.ts'
import { withProgress } from '../progress.ts'
import { noSpaceText } from '../noSpace.ts'
import { timeoutMsOf } from '../numberOptions.ts'
import { type Patience, patienceOf } from '../patience.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { roomStateText } from '../roomState.ts'
import { textsOf } from '../texts.ts'
import { timestamp } from '../time.ts'
import { tellTrouble } from '../trouble.ts'
import { serverRefused, whileSignedIn } from '../waiting.ts'

/** Messages under way at a time: enough to keep a connection busy, few enough to remember. */
const underWayMax = 128
const patienceS = 120

interface Options {
  readonly timeout: string
  readonly whole?: boolean
}

/** Says what keeps the room back. @throws SottoError `room_frozen`, `not_member` */
const mustBeOpen = (client: Client, room: RoomView, output: Output): void => {
  switch (room.state.kind) {
    case 'active':
    case 'behind':
    case 'joining':
      return
    case 'repairing':
      return tellTrouble(client, room, output)
    case 'frozen':
      tellTrouble(client, room, output)
      throw new SottoError('room_frozen')
    case 'refounded':
      throw new SottoError('room_frozen', `it ${roomStateText(room.state)}`)
    case 'invited':
      throw new SottoError('not_member', 'you are invited to it')
    case 'removed':
    case 'left':
      throw new SottoError('not_member')
  }
}

/** Sends every text in order; acknowledgements are told as they come, in order, too. */
const sendAll = async (
  deliveries: Deliveries,
  texts: AsyncIterable<string>,
  patience: Patience,
  onDelivered: (delivered: Delivered) => void,
): Promise<number> => {
  const acknowledgements: Promise<void>[] = []
  let failure: unknown
  const acknowledge = async (
    before: Promise<void> | undefined,
    delivered: Promise<Delivered>,
  ): Promise<void> => {
    await before
    onDelivered(await delivered)
    patience.acknowledged()
  }
  try {
    for await (const text of texts) {
      patience.sent()
      const { stored, delivered } = deliveries.send(text)
      delivered.catch((error: unknown) => (failure ??= error))
      acknowledgements.push(acknowledge(acknowledgements.at(-1), delivered))
      acknowledgements.at(-1)?.catch(() => {})
      await stored
      await acknowledgements.at(-underWayMax)
      if (failure) throw failure
    }
    await acknowledgements.at(-1)
    return acknowledgements.length
  } catch (error) {
    // What stands before a line that cannot be sent is sent all the same, and told.
    await acknowledgements.at(-1)?.catch(() => {})
    throw error
  } finally {
    deliveries.end(new SottoError('closed'))
  }
}

const report = (invocation: Invocation, room: RoomView) => (delivered: Delivered) =>
  invocation.output.result(
    { room: room.id, id: delivered.id, seq: delivered.seq, time: timestamp(delivered.timeMs) },
    null,
  )

export const sendCommand = (): Command =>
  new Command('send')
    .description('send a text, or each line of standard input')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('[text]', 'the message; without it, each line of standard input that is not blank is a message')
    .option('--whole', 'send all of standard input as one message, with its line breaks')
    .option(
      '--timeout <seconds>',
      'how long to wait for a server that does not answer; 0: for ever',
      String(patienceS),
    )
    .action(async (wanted: string, text: string | undefined, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const patienceMs = timeoutMsOf(options.timeout)
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        mustBeOpen(client, room, invocation.output)
        let sent = 0
        const deliveries = await deliveriesOf(client, room.id)
        const waitingFor = (): string => {
          const { connection, rooms } = client.state()
          if (connection.kind !== 'online') return `Waiting for the server, ${sent} sent`
          const noSpace = deliveries.noSpace()
          if (noSpace) return `Waiting, ${sent} sent: ${noSpaceText[noSpace]}`
          const state = rooms.find(({ id }) => id === room.id)?.state
          return state?.kind === 'repairing'
            ? `Waiting, ${sent} sent: ${roomStateText(state)}`
            : `Sending, ${sent} done`
        }
        const tell = report(invocation, room)
        const obstacle = () => {
          const scope = deliveries.noSpace()
          return scope ? { scope } : serverRefused(client.state()).detail
        }
        const patience = patienceOf(patienceMs, obstacle)
        const texts = textsOf({ text, whole: options.whole ?? false }, invocation.output)
        const work = sendAll(deliveries, texts, patience, (delivered) => {
          sent += 1
          tell(delivered)
        })
        const outcome = whileSignedIn(client, Promise.race([work, patience.lost]))
        const count = await withProgress(waitingFor, outcome).finally(patience.end)
        invocation.output.remark(`${count === 1 ? 'Sent' : `${count} messages sent`} to ${roomTitle(room)}.`)
      })
    })
