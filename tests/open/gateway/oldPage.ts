import { io, type Socket } from 'socket.io-client'
import { expect } from 'vitest'

type Payload = Readonly<Record<string, unknown>>

/** What an old page did: Socket.IO and names of events, nothing else. It never has a key. */
export interface OldPage {
  readonly socket: Socket
  /** Everything heard of an event so far. */
  heard(event: string): readonly Payload[]
  /** Waits for a payload of an event in which all of `fields` are, and gives it. */
  hears(event: string, fields?: object): Promise<Payload>
  say(event: string, payload?: unknown): void
  close(): void
}

const patienceMs = 15_000

export const openOldPage = (url: string, token: string): OldPage => {
  const socket = io(url, { auth: { token }, reconnection: false, forceNew: true })
  const all = new Map<string, Payload[]>()
  socket.onAny((event: string, payload: Payload) => {
    all.set(event, [...(all.get(event) ?? []), payload])
  })
  const heard: OldPage['heard'] = (event) => all.get(event) ?? []
  return {
    socket,
    heard,
    hears: async (event, fields = {}) => {
      const fitting = () => heard(event).find((one) => Object.entries(fields).every(([k, v]) => one[k] === v))
      await expect
        .poll(fitting, { timeout: patienceMs, message: `${event} ${JSON.stringify(fields)}` })
        .toBeDefined()
      return fitting() ?? {}
    },
    say: (event, payload) => void socket.emit(event, ...(payload === undefined ? [] : [payload])),
    close: () => void socket.disconnect(),
  }
}
