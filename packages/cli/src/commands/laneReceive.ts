import type { Lane, LaneEvent } from '@sotto/lane'
import { Command } from 'commander'
import { jsonLine } from '../json.ts'
import { asOption } from '../lane/asOption.ts'
import { laneNotice, laneRecord } from '../lane/record.ts'
import { countOf, timeoutMsOf } from '../numberOptions.ts'
import { untilSignal } from '../signals.ts'
import { refuseClosedOutput, standardOutput } from '../written.ts'

interface Options {
  readonly follow?: boolean
  readonly timeout?: string
  readonly count?: string
}

/** What goes beyond the count has not been told, and stays for the next time. */
const enoughReceived = new Error('enough')

export const laneReceiveCommand = (): Command =>
  new Command('receive')
    .description('print what has arrived, one JSON object per line, each message once')
    .option('-f, --follow', 'keep waiting for new messages')
    .option('--timeout <seconds>', 'how long to wait for a first message; with --follow, how long to run')
    .option('--count <n>', 'stop after this many messages')
    .option(...asOption)
    .action(async (options: Options, command: Command) => {
      refuseClosedOutput()
      const timeoutMs = options.timeout === undefined ? undefined : timeoutMsOf(options.timeout)
      const countMax = countOf(options.count)
      const ended = new AbortController()
      let count = 0
      let first: () => void = () => {}
      const received = new Promise<void>((resolve) => (first = resolve))
      let enough: () => void = () => {}
      const full = new Promise<void>((resolve) => (enough = resolve))

      const { promise: stopped, reject: stop } = Promise.withResolvers<never>()
      stopped.catch(() => {})

      const onEvent = async (event: LaneEvent): Promise<void> => {
        const notice = laneNotice(event)
        if (notice) process.stderr.write(`${jsonLine(notice.value)}\n`)
        const record = event.kind === 'place_message' && event.own ? null : laneRecord(event)
        if (!record) return
        if (count >= countMax) throw enoughReceived
        // Written through: what could not be written counts as not received, also when somebody asks for the end.
        await Promise.race([standardOutput.put(`${jsonLine(record)}\n`), stopped])
        count += 1
        first()
        if (count >= countMax) enough()
      }
      const after = new Promise<void>((resolve) => {
        if (timeoutMs === undefined) return
        const timer = setTimeout(resolve, timeoutMs)
        ended.signal.addEventListener('abort', () => clearTimeout(timer))
      })

      const wait = async (lane: Lane): Promise<void> => {
        const asked = untilSignal(ended.signal)
        void asked.then(() => stop(enoughReceived))
        const ends = [full, after, asked]
        await Promise.race([lane.caughtUp(), ...ends])
        if (options.follow) await Promise.race(ends)
        else if (timeoutMs !== undefined && count === 0) await Promise.race([received, ...ends])
      }
      // Loaded where it is needed: other commands start without it.
      const { withLane } = await import('../lane/open.ts')
      await withLane(command, { onEvent }, async (lane) => {
        try {
          await wait(lane)
        } finally {
          ended.abort()
        }
      }).catch((error: unknown) => {
        if (error !== enoughReceived) throw error
      })
    })
