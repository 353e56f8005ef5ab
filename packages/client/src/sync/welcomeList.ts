import { operations, toHex, type WaitingWelcome } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
import type { Line } from '../room/line.ts'
import { mayBeMore } from '../room/waiting.ts'
import { asked, listed, reading, settledOne, wantsMore, type WelcomeSession } from './welcomeSession.ts'

/** The Welcomes that wait at the server for this device. */
export interface WelcomeList {
  /** As many as one answer has. */
  read(): Promise<readonly WaitingWelcome[]>
  /** Whether more wait than were listed. */
  isCut(): boolean
  /** Says what became of one; the list is read on where that makes place in it. */
  settle(waiting: WaitingWelcome, outcome: 'joined' | 'declined'): Promise<void>
}

interface Deps {
  readonly line: Line
  readonly session: Cell<WelcomeSession>
  /** Reads the list, and takes note of what is in it. */
  readOn(): Promise<void>
}

export const openWelcomeList = ({ line, session, readOn }: Deps): WelcomeList => {
  const readAll = async (): Promise<void> => {
    if (session.now().reading === 'reading') return
    session.change((now) => reading(now, 'reading'))
    try {
      while (wantsMore(session.now())) {
        session.change(asked)
        await readOn()
      }
    } finally {
      session.change((now) => reading(now, 'resting'))
    }
  }
  return {
    isCut: () => session.now().list.kind === 'cut',
    read: async () => {
      const { welcomes } = await line.call(operations.listWelcomes, {})
      session.change((now) => listed(now, mayBeMore(welcomes)))
      return welcomes
    },
    settle: async (waiting, outcome) => {
      await line.call(operations.settleWelcome, { room: waiting.room, seq: waiting.seq, outcome })
      session.change((now) => settledOne(now, `${toHex(waiting.room)}/${waiting.seq}`))
      // With the next connection otherwise.
      readAll().catch(() => {})
    },
  }
}
