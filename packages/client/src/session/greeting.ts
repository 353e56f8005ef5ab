import { limits, toHex } from '@sotto/protocol'
import { cellOf } from '../cell.ts'
import type { Device } from '../device.ts'
import { retryDelayMaxMs } from '../transient.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Questions } from '../questions.ts'
import type { ConnectionEvents, Ready } from '../sync/frames.ts'
import type { Present } from './present.ts'

/** How far the rooms have followed the connection that is open. */
export interface SyncState {
  /** How many connections there have been. */
  readonly openings: number
  /** Whether the rooms know what the server had when the connection was opened, who has invited, and who was revoked. */
  readonly isSynced: boolean
  /** Where the rooms were when it was opened. */
  readonly places: ReturnType<Device['rooms']['places']>
}

/** What is done when a connection has been opened, and with what it tells afterwards. */
export interface Greeting {
  state(): SyncState
  readonly events: Omit<ConnectionEvents, 'viewed' | 'sessionDoubted'>
}

interface Deps {
  readonly present: Present
  readonly scheduler: Scheduler
  readonly questions: Questions
  isOnline(): boolean
  setTime(timeMs: number): void
  invalidate(): void
}

/** Something that is done once there is a line, and done again if the line breaks before it is done. */
const whileOnlineWith =
  ({ scheduler, isOnline }: Pick<Deps, 'scheduler' | 'isOnline'>) =>
  (work: () => Promise<void>): void => {
    const begin = (delayMs: number): void => {
      if (!isOnline()) return
      work().catch((error: unknown) => {
        const nextMs = Math.min(delayMs * 2, retryDelayMaxMs(error))
        scheduler.after(Math.min(delayMs, nextMs), () => begin(nextMs))
      })
    }
    begin(limits.retryDelayMinMs * 8)
  }

export const openGreeting = (deps: Deps): Greeting => {
  const { present, questions, invalidate } = deps
  const whileOnline = whileOnlineWith(deps)
  const sync = cellOf<SyncState>({ openings: 0, isSynced: false, places: new Map() })

  const greet = async ({ rooms, replenish }: Device, frame: Ready): Promise<void> => {
    deps.setTime(frame.timeMs)
    questions.giveUp(limits.socketOpenMs)
    const { openings: then, places: known } = sync.now()
    let isHeard = await rooms.headsAre(frame.heads, known).then(
      () => true,
      () => false,
    )
    rooms.wake()
    if (frame.welcomes > 0) await rooms.readWelcomes().catch(() => whileOnline(() => rooms.readWelcomes()))
    whileOnline(replenish)
    whileOnline(present.kept.blocks.follow)
    whileOnline(async () => {
      if (await present.kept.contacts.mend()) invalidate()
    })
    whileOnline(async () => present.device?.lookForOpenRoom())
    whileOnline(async () => {
      // A store that was full could not keep all of it; a room that has not heard its head uses a key twice (REC-1).
      if (!isHeard) await rooms.headsAre(frame.heads, known)
      isHeard = true
      await rooms.followChains()
      // Of another connection something else may have to be known first.
      if (then !== sync.now().openings) return
      sync.change((now) => ({ ...now, isSynced: true }))
      rooms.proceed()
      present.device?.synced()
      invalidate()
    })
  }

  return {
    state: sync.now,
    events: {
      opening: () => {
        const places = present.device?.rooms.places() ?? new Map()
        sync.change(({ openings }) => ({ openings: openings + 1, isSynced: false, places }))
      },
      ready: (frame) => {
        if (present.device) void greet(present.device, frame)
      },
      entries: ({ room, messages, ack }) => {
        present.device?.rooms
          .find(toHex(room))
          ?.push(messages, ack)
          // What could not be taken now, for lack of room or of a line, is read from the log.
          .catch(() => present.device?.rooms.find(toHex(room))?.hint(ack.seq))
      },
      behind: (room, head) => present.device?.behind(toHex(room), head),
      welcome: () => whileOnline(async () => present.device?.rooms.readWelcomes()),
      chain: (account, seq) => whileOnline(async () => present.device?.rooms.chainGrew(account, seq)),
    },
  }
}
