import { fork } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Channel, type Client, remoteClient, SottoError } from '@sotto/client'
import { type Group, groupOf } from './processes.ts'

const program = join(import.meta.dirname, 'personProcess.ts')

export const password = 'correct horse battery staple'

/** What kept a profile from being opened. */
export interface Refused {
  readonly code: string
  readonly message: string
}

/** Somebody with a device. The client stays the same while processes come and go behind it: calls wait, events go on. */
export interface Person {
  readonly name: string
  readonly profile: string
  readonly client: Client
  /** Starts the device; resolves when it is there, or says why it cannot be. */
  start(): Promise<Refused | null>
  process(): Group
  /** kill -9, if it runs. */
  kill(): Promise<void>
}

const isRefusal = (message: unknown): message is Refused & { readonly kind: 'refused' } =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'refused'

export const personAt = (directory: string, name: string, server: string): Person => {
  const profile = join(directory, name)
  mkdirSync(directory, { recursive: true })
  const listeners = new Set<(message: unknown) => void>()
  let post: ((message: unknown) => void) | null = null
  let running: Group | null = null
  const channel: Channel = {
    post: (message) => post?.(message),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const client = remoteClient(channel, () => randomBytes(16).toString('hex'), {
    // A process may be away for as long as the scenario wants it to be.
    scheduler: { after: () => () => {} },
    silent: () => new SottoError('profile_in_use'),
  })

  const start = async (): Promise<Refused | null> => {
    const child = fork(program, [profile, server], {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    const log = createWriteStream(`${profile}.log`, { flags: 'a' })
    child.stdout?.pipe(log, { end: false })
    child.stderr?.pipe(log, { end: false })
    child.once('close', () => log.end())
    // A process that has just been killed does not hear any more.
    child.on('error', () => {})
    const group = groupOf(child)
    running = group
    const mine = (message: unknown): void => {
      if (child.connected) child.send(message as object, () => {})
    }
    post = mine
    const outcome = new Promise<Refused | null>((resolve) => {
      child.on('message', (message: unknown) => {
        if (isRefusal(message)) return resolve({ code: message.code, message: message.message })
        if (post !== mine) return undefined
        for (const listener of listeners) listener(message)
        return resolve(null)
      })
      void group.ended.then(() => {
        if (post === mine) post = null
        resolve({ code: 'ended', message: 'the device ended before it could say anything' })
      })
    })
    return outcome
  }

  return {
    name,
    profile,
    client,
    start,
    process: () => {
      if (!running) throw new Error(`${name} has no device yet`)
      return running
    },
    kill: async () => running?.kill(),
  }
}
