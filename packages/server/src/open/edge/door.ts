import type { Lease } from '../../budget/memory.ts'
import type { ServerLimits } from '../../configuration.ts'
import type { Line } from './line.ts'

/** What goes out to one socket: everything that it asked for, and of the rest what it can keep up with. */
export interface Door {
  /** An answer, or a letter: always sent. Whoever sends waits for `whenOpen` first. */
  emit(event: string, payload: unknown): void
  /** An event that the socket did not ask for: sent while it keeps up, else only where it happened is remembered. */
  tell(event: string, payload: unknown): void
  /**
   * Resolves when the socket keeps up and there is room for so many bytes more, which are kept free until the answer is
   * called. Never resolves for a socket that has gone.
   */
  whenOpen(bytes: number): Promise<() => void>
  whenArrived(tell: () => void): void
  /** Nobody waits at this door any more. */
  end(): void
}

/** Where something has happened that the socket was not told: it reads the history there. */
interface Missed {
  readonly rooms: Set<number>
  readonly chats: Set<string>
}

interface Options {
  readonly line: Line
  /** What is kept free for answers that are being made. */
  readonly reserve: Lease
  readonly limits: Pick<ServerLimits, 'socketBacklogBytesMax' | 'memoryRetryMs' | 'openListedMax'>
  /** Hands an event to the library. */
  send(event: string, payload: unknown): void
  /** More has been missed than can be said. */
  onLost(): void
}

const note = ({ rooms, chats }: Missed, payload: unknown): void => {
  const { room_id: room, chat_id: chat } = payload as { readonly room_id?: number; readonly chat_id?: string }
  if (typeof room === 'number') rooms.add(room)
  if (typeof chat === 'string') chats.add(chat)
}

export const makeDoor = ({ line, reserve, limits, send, onLost }: Options): Door => {
  let missed: Missed | null = null
  let hasEnded = false
  const waiting: { readonly bytes: number; readonly open: (done: () => void) => void }[] = []
  let retry: NodeJS.Timeout | undefined

  const keepsUp = (): boolean => {
    const backlogBytes = line.backlogBytes()
    return (
      backlogBytes === 0 || (backlogBytes <= limits.socketBacklogBytesMax && line.lease.keep(backlogBytes))
    )
  }

  const sayMissed = (): void => {
    if (!missed) return
    const { rooms, chats } = missed
    missed = null
    send('behind', { rooms: [...rooms], chats: [...chats] })
  }

  const letIn = (): void => {
    while (waiting[0] && keepsUp()) {
      const { bytes, open } = waiting[0]
      if (!reserve.tryTake(bytes)) {
        // Others hold what there is; nobody says when they give it back.
        clearTimeout(retry)
        retry = setTimeout(letIn, limits.memoryRetryMs).unref()
        return
      }
      waiting.shift()
      open(() => reserve.give(bytes))
    }
  }

  line.onWritten(() => {
    if (hasEnded) return
    if (keepsUp()) sayMissed()
    letIn()
  })

  return {
    emit: send,
    tell: (event, payload) => {
      if (!missed && keepsUp()) return send(event, payload)
      missed ??= { rooms: new Set(), chats: new Set() }
      note(missed, payload)
      if (missed.rooms.size + missed.chats.size > limits.openListedMax) onLost()
    },
    whenOpen: (bytes) =>
      new Promise((resolve) => {
        if (hasEnded) return
        waiting.push({ bytes, open: resolve })
        letIn()
      }),
    whenArrived: line.whenArrived,
    end: () => {
      hasEnded = true
      waiting.length = 0
      clearTimeout(retry)
      reserve.end()
    },
  }
}
