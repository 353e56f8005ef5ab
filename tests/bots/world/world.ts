import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message, RoomView, Sotto } from '@sotto/client'
import { openSotto } from '@sotto/client/node'
import { type RunningServer, type ServerConfig, startServer } from '@sotto/server'
import { smallStock } from '../../stories/stock.ts'

const hourMs = 3_600_000

/** A real server with a clock that can be set, and directories for the profiles of those who use it. */
export interface World {
  readonly url: string
  profile(name: string): string
  /** Somebody with an account, made where it is not there yet. */
  person(name: string): Promise<Sotto>
  /** Time passes for the server, hour by hour, and for all who ask it what time it is. */
  pass(hours: number): void
  /** Ends with the world, in the order reverse to the one in which it was named here. */
  endsWith(close: () => Promise<unknown>): void
  end(): Promise<void>
}

export const password = 'correct horse battery staple'

export const makeWorld = async (config: Partial<ServerConfig> = {}): Promise<World> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-bots-'))
  let aheadMs = 0
  const server: RunningServer = await startServer({
    port: 0,
    dataDirectory: join(directory, 'data'),
    webDirectory: null,
    logLevel: 'error',
    clock: { nowMs: () => Date.now() + aheadMs },
    ...config,
    limits: { messagesPerSecond: 500, messageBurst: 2000, ...config.limits },
  })
  const endings: (() => Promise<unknown>)[] = []
  const profile = (name: string): string => join(directory, 'profiles', name)
  return {
    url: server.url,
    profile,
    person: async (name) => {
      const sotto = await openSotto({
        profile: profile(name),
        server: server.url,
        name,
        password,
        limits: smallStock,
      })
      endings.push(() => sotto.close())
      return sotto
    },
    pass: (hours) => {
      aheadMs += hours * hourMs
    },
    endsWith: (close) => void endings.push(close),
    end: async () => {
      for (const end of endings.toReversed()) await end().catch(() => {})
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Resolves when `sotto` has a room of this name that it is in. */
export const roomOf = (sotto: Sotto, name: string): Promise<RoomView> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = sotto.rooms().find((room) => room.name === name && room.state.kind === 'active')
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = sotto.on('state', look)
    look()
  })

/** The first `count` texts that others say, from now on. */
export const nextTexts = (sotto: Sotto, count: number): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const texts: string[] = []
    const stop = sotto.on('message', ({ text }) => {
      texts.push(text)
      if (texts.length < count) return
      stop()
      resolve(texts)
    })
  })

/** All messages of a room as this device has them, oldest first. */
export const messagesIn = async (sotto: Sotto, room: string): Promise<readonly Message[]> => {
  const messages: Message[] = []
  for (let before: number | null | undefined; before !== null;) {
    const page = await sotto.history(room, { limit: 500, ...(before === undefined ? {} : { before }) })
    messages.unshift(...page.messages)
    ;({ before } = page)
  }
  return messages
}

/** What somebody has said there. */
export const textsIn = async (sotto: Sotto, room: string, by: string): Promise<readonly string[]> =>
  (await messagesIn(sotto, room)).filter(({ sender }) => sender.name === by).map(({ text }) => text)
