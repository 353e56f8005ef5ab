import { limits } from '@sotto/protocol'
import type { Letter, MailStore } from '../store.ts'

/** One socket, as the postman knows it. */
export interface Doorstep {
  emit(event: string, payload: unknown): void
  /** Resolves when there is room for so many bytes more; the answer is called when they have been sent. */
  whenOpen(bytes: number): Promise<() => void>
  /** Calls back when the other side has answered a ping that was sent behind everything so far. */
  whenArrived(then: () => void): void
}

/** Brings the letters of one user to one of his sockets, in order. */
export interface Postman {
  /** Looks for letters: at the beginning, and whenever there is a new one. */
  wake(): void
  stop(): void
}

/** The postmen of one user: a letter is forgotten when it has arrived at one socket and every other has been sent it. */
export interface Round {
  readonly sentUpto: Map<Postman, number>
  arrivedUpto: number
}

export const emptyRound = (): Round => ({ sentUpto: new Map(), arrivedUpto: 0 })

interface Dependencies {
  readonly store: Pick<MailStore, 'waiting' | 'arrived'>
  readonly user: number
  readonly round: Round
  readonly door: Doorstep
  readonly underwayMax: number
  /** The letters could not be read; the socket is given up and they stay. */
  onFailure(error: unknown): void
  /** What has arrived could not be forgotten; the next arrival forgets it too. */
  onKept(error: unknown): void
}

const lettersPerLook = 8
/** What a letter holds beside its envelope is short. */
const letterBytesMax = limits.openEnvelopeCharactersMax

export const makePostman = (dependencies: Dependencies): Postman => {
  const { store, user, round, door, underwayMax, onFailure, onKept } = dependencies
  // What has arrived at another socket of his is old news.
  let sentUpto = round.arrivedUpto
  let underway = 0
  let state: 'resting' | 'looking' | 'looking again' | 'stopped' = 'resting'

  const forget = async (): Promise<void> => {
    const upto = Math.min(round.arrivedUpto, ...round.sentUpto.values())
    await store.arrived(user, upto)
  }

  const send = (letters: readonly Letter[]): void => {
    for (const { event, payload } of letters) door.emit(event, JSON.parse(payload))
    const last = letters.at(-1)
    if (!last) return
    sentUpto = last.id
    underway += letters.length
    round.sentUpto.set(postman, sentUpto)
    door.whenArrived(() => {
      underway -= letters.length
      round.arrivedUpto = Math.max(round.arrivedUpto, last.id)
      forget().catch(onKept)
      postman.wake()
    })
  }

  const bring = async (countMax: number): Promise<number> => {
    const letters = countMax > 0 ? await store.waiting(user, sentUpto, countMax) : []
    if (state !== 'stopped') send(letters)
    return letters.length
  }

  const look = async (): Promise<void> => {
    for (;;) {
      const room = Math.min(lettersPerLook, underwayMax - underway)
      const done = await door.whenOpen(room * letterBytesMax)
      const count = await bring(room).finally(done)
      if (state === 'stopped') return
      if (count === room && room > 0) continue
      if (state === 'looking') {
        state = 'resting'
        return
      }
      // Somebody has posted while the store was asked.
      state = 'looking'
    }
  }

  const postman: Postman = {
    wake: () => {
      switch (state) {
        case 'resting':
          state = 'looking'
          look().catch(onFailure)
          return
        case 'looking':
          state = 'looking again'
          return
        case 'looking again':
        case 'stopped':
      }
    },
    stop: () => {
      state = 'stopped'
      round.sentUpto.delete(postman)
      // What only waited for this socket can be forgotten now.
      if (round.arrivedUpto > 0) forget().catch(onKept)
    },
  }
  round.sentUpto.set(postman, sentUpto)
  return postman
}
