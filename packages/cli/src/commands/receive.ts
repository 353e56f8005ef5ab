import { type Client, failures, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { inboxOf } from '../inbox.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { jsonLine } from '../json.ts'
import type { Output } from '../output.ts'
import { countOf, timeoutMsOf } from '../numberOptions.ts'
import { findRoom } from '../roomName.ts'
import { untilSignal } from '../signals.ts'
import { tellTrouble } from '../trouble.ts'
import { refuseClosedOutput, standardOutput } from '../written.ts'
import { serverRefused, settledWhole, whileSignedIn } from '../waiting.ts'

interface Options {
  readonly follow?: boolean
  readonly timeout?: string
  readonly count?: string
}

/** What goes beyond the count is not printed, and stays unread. */
const enoughPrinted = new Error('enough')

const unlessEnough = async (work: Promise<void>): Promise<void> => {
  try {
    await work
  } catch (error) {
    if (error !== enoughPrinted) throw error
  }
}

/** Resolves after `ms`, or never where there is no limit. */
const after = (ms: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === undefined) return
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })

/** What a room keeps back must not look like silence. */
const tellStopped = (client: Client, only: RoomView | undefined, output: Output): void => {
  const rooms = client.state().rooms.filter(({ id }) => !only || id === only.id)
  for (const room of rooms) tellTrouble(client, room, output)
  if (only && rooms.some(({ state }) => state.kind === 'frozen')) process.exitCode = failures.room_frozen.exit
}

export const receiveCommand = (): Command =>
  new Command('receive')
    .description('print unread messages of others, one JSON object per line, and mark them as read')
    .argument('[room]', 'name of the room, or the beginning of its id; without it, all rooms')
    .option('-f, --follow', 'keep waiting for new messages')
    .option('--timeout <seconds>', 'how long to wait for a first message; with --follow, how long to run')
    .option('--count <n>', 'stop after this many messages; the others stay unread')
    .action(async (wanted: string | undefined, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const countMax = countOf(options.count)
      const timeoutMs = options.timeout === undefined ? undefined : timeoutMsOf(options.timeout)
      const { follow = false } = options
      refuseClosedOutput()
      await withAccount(invocation, async (client) => {
        const only = wanted === undefined ? undefined : await findRoom(client, wanted)
        const { promise: full, resolve: fill } = Promise.withResolvers<void>()
        let count = 0
        const inbox = inboxOf(client, only, async (record) => {
          if (count >= countMax) throw enoughPrinted
          count += 1
          await standardOutput.put(`${jsonLine(record)}\n`)
          if (count >= countMax) fill()
        })
        const failed = Promise.race([unlessEnough(inbox.failed), full])
        failed.catch(() => {})
        const ended = new AbortController()
        const timeout = after(timeoutMs, ended.signal)
        const received = new Promise<void>((resolve) => {
          const unsubscribe = inbox.follow(() => {
            if (!follow) resolve()
          })
          ended.signal.addEventListener('abort', unsubscribe)
        })
        try {
          const standing = await Promise.race([settledWhole(client), timeout, failed])
          await unlessEnough(inbox.readNow())
          if (count >= countMax) return
          if (standing === 'signed_out') throw new SottoError('session_expired')
          if (standing === 'refused') throw serverRefused(client.state())
          const waits = follow || (timeoutMs !== undefined && inbox.count() === 0)
          if (!waits && standing === 'offline') throw serverRefused(client.state())
          const wasAsked = untilSignal(ended.signal).then(() => true)
          const isOver = Promise.race([timeout, received, failed]).then(() => false)
          isOver.catch(() => {})
          // Whoever asks for the end waits for no reader of what is left.
          const isAsked = waits && (await whileSignedIn(client, Promise.race([isOver, wasAsked])))
          if (!isAsked) await Promise.race([unlessEnough(inbox.readNow()), wasAsked])
        } finally {
          ended.abort()
        }
        tellStopped(client, only, invocation.output)
      })
    })
