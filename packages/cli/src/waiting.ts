import { afterSilence, type Client, type ClientState, type RoomView, SottoError } from '@sotto/client'
import { withProgress } from './progress.ts'
import { timers } from './timers.ts'

/** How long a command waits for the server to tell what is new before it works with what it has. */
const settleWithinMs = 20_000

/**
 * Waits until `pick` finds something in the state.
 *
 * @returns undefined when `withinMs` have passed
 */
export const whenState = <T>(
  client: Client,
  pick: (state: ClientState) => T | undefined,
  withinMs: number,
): Promise<T | undefined> =>
  new Promise((resolve) => {
    const end = (found: T | undefined): void => {
      stopWaiting()
      unsubscribe()
      resolve(found)
    }
    const stopWaiting = afterSilence(timers, withinMs, () => end(undefined))
    const look = (state: ClientState): void => {
      const found = pick(state)
      if (found !== undefined) end(found)
    }
    const unsubscribe = client.subscribe((event) => {
      if (event.kind === 'state') look(event.state)
    })
    look(client.state())
  })

/** `catching_up`: the server is there, and some room needs longer than one waits. */
export type Settled = 'caught_up' | 'catching_up' | 'offline' | 'signed_out' | 'refused'

const isUnderWay = ({ state }: RoomView): boolean => {
  switch (state.kind) {
    case 'joining':
    case 'behind':
      return true
    case 'repairing':
      // Who has to be let in by another member may wait for days.
      return state.step !== 'asking'
    case 'invited':
    case 'active':
    case 'frozen':
    case 'refounded':
    case 'removed':
    case 'left':
      return false
  }
}

const caughtUp = (rooms: readonly RoomView[]): boolean => !rooms.some(isUnderWay)

const settledAs = ({ account, connection, rooms }: ClientState): Settled | undefined => {
  if (account.kind !== 'signed_in') return 'signed_out'
  if (connection.kind === 'refused') return 'refused'
  // A line that has closed without a reason is opened again within moments: what is wrong, if anything, shows then.
  if (connection.kind === 'offline' && connection.retryAtMs !== null && connection.reason) return 'offline'
  return connection.kind === 'online' && caughtUp(rooms) ? 'caught_up' : undefined
}

/** The server has lost something, and it is not known yet how much of it is there again. */
const isUntold = ({ state }: RoomView): boolean =>
  state.kind === 'frozen' && state.code === 'server_rollback' && state.handedBack === null

/** How long one waits for that; the room is frozen in any case. */
const toldWithinMs = 2000

/** Waits until the client knows what the server knows, or that it cannot be reached. */
export const settled = async (client: Client): Promise<Settled> => {
  const found = await withProgress(() => 'Catching up', whenState(client, settledAs, settleWithinMs))
  if (found === 'caught_up')
    await whenState(client, ({ rooms }) => (rooms.some(isUntold) ? undefined : true), toldWithinMs)
  return found ?? (client.state().connection.kind === 'online' ? 'catching_up' : 'offline')
}

/** Why nothing is sent to the server. */
export const serverRefused = ({ connection }: ClientState): SottoError => {
  switch (connection.kind) {
    case 'refused': {
      const { code } = connection
      const isServers = code === 'integrity' || code === 'identity_changed'
      return new SottoError(code, isServers ? 'this is not the server that this device knows' : undefined)
    }
    case 'offline': {
      const { code = 'offline', obstacle } = connection.reason ?? {}
      return new SottoError(code, undefined, obstacle ? { obstacle } : {})
    }
    case 'connecting':
    case 'online':
      return new SottoError('offline')
  }
}

/**
 * Waits for `work` as long as the server takes anything of this device.
 *
 * @throws SottoError `session_expired` as soon as the session has ended: who waits on would wait in vain
 */
export const whileSignedIn = async <T>(client: Client, work: Promise<T>): Promise<T> => {
  let stop = (): void => {}
  const ended = new Promise<never>((_, reject) => {
    const look = ({ account }: ClientState): void => {
      if (account.kind === 'signed_out') reject(new SottoError('session_expired'))
    }
    stop = client.subscribe((event) => {
      if (event.kind === 'state') look(event.state)
    })
    look(client.state())
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    stop()
  }
}

const missingIn = ({ rooms }: ClientState): number =>
  rooms.reduce((sum, { state }) => sum + (state.kind === 'behind' ? state.missing : 0), 0)

/** The same for whoever wants all of it: waits on as long as more of the logs is read. */
export const settledWhole = async (client: Client): Promise<Settled> => {
  for (;;) {
    const before = missingIn(client.state())
    const standing = await settled(client)
    if (standing !== 'catching_up' || missingIn(client.state()) === before) return standing
  }
}

/** @throws SottoError `offline`, `session_expired`, or why the server is refused */
export const settledOnline = async (client: Client): Promise<void> => {
  switch (await settled(client)) {
    case 'caught_up':
    case 'catching_up':
      return
    case 'offline':
      throw serverRefused(client.state())
    case 'signed_out':
      throw new SottoError('session_expired')
    case 'refused':
      throw serverRefused(client.state())
  }
}
