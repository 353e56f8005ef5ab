import { SottoError } from '@sotto/protocol'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Store } from '../ports/store.ts'
import { type ServerPin, serverPinRow } from './profile.ts'
import { meetServer, type ServerAddress } from './serverPin.ts'

/** What this device knows of its server: which one it is, and what time it has. */
export interface ServerInfo {
  pin(): ServerPin | null
  /** The server's time since it was asked last, however the clock of this device jumps; its own before. */
  timeMs(): number
  /** What time it is there now. */
  setTime(timeMs: number): void
  /** Asks the server what it is and what time it has. */
  fetch(): Promise<'known' | 'other'>
  /** @throws SottoError `integrity` {rule: 'log_key'} for another server, what keeps it from being asked */
  fetchKnown(): Promise<void>
  forget(): void
}

export const openServerInfo = async (
  address: ServerAddress,
  store: Store,
  scheduler: Scheduler,
): Promise<ServerInfo> => {
  let pin = await serverPinRow.read(store)
  let aheadMs: number | null = null
  const fetch = async (): Promise<'known' | 'other'> => {
    const contact = await meetServer(address, store, scheduler.steadyMs())
    if (contact.kind === 'known') ({ pin, aheadMs } = contact)
    return contact.kind
  }
  return {
    pin: () => pin,
    timeMs: () => (aheadMs === null ? scheduler.nowMs() : Math.round(scheduler.steadyMs() + aheadMs)),
    setTime: (timeMs) => {
      aheadMs = timeMs - scheduler.steadyMs()
    },
    fetch,
    fetchKnown: async () => {
      if ((await fetch()) === 'other')
        throw new SottoError('integrity', 'this is not the server that this device knows', {
          rule: 'log_key',
        })
    },
    forget: () => {
      pin = null
    },
  }
}
