import { SottoError } from '@sotto/protocol'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Client, ClientEvent, ClientState, TimelineItem } from '../view.ts'
import { asking } from '../commands/asking.ts'
import type { CommandName } from '../commands/table.ts'
import { type Channel, isReply, type Reply, type Request } from './messages.ts'
import { watchSilence } from './silence.ts'

export interface RemoteClient extends Client {
  /** Resolves when the serving side has told its state for the first time. @throws SottoError when it never does */
  readonly ready: Promise<void>
}

export interface RemoteOptions {
  readonly scheduler: Pick<Scheduler, 'after'>
  /** What it means that the serving side gives no sign of life. */
  readonly silent: () => SottoError
}

/** What is shown until the serving side has spoken. */
const unknownState: ClientState = {
  account: { kind: 'none' },
  connection: { kind: 'connecting' },
  rooms: [],
}

type Question = Omit<Extract<Request, { kind: 'call' }>, 'server'>

interface OpenCall {
  readonly question: Question
  resolve(value: unknown): void
  reject(failure: SottoError): void
}

const itemsPerReading = 200

/** An own message has its place as soon as it is acknowledged, before what stands in front of it has been read. */
const isFromLog = (item: TimelineItem): boolean => item.kind !== 'message' || !item.sender.own

/**
 * The client on the other side of `channel`. Calls wait through a change of the serving side: they are repeated to
 * the next one. A repeated `send` stores its message once, because the message is named here, in advance. Where nobody
 * serves, and nobody says that they will, calls fail after `limits.helperSilenceMs`; those that come later are tried.
 *
 * @param newId 32 hex digits, never the same twice
 */
export const remoteClient = (
  channel: Channel,
  newId: () => string,
  { scheduler, silent }: RemoteOptions,
): RemoteClient => {
  let state = unknownState
  let server: string | null = null
  const calls = new Map<string, OpenCall>()
  const listeners = new Set<(event: ClientEvent) => void>()
  /** Up to where each room has been shown here: what a dying server did not tell is read from there. */
  const shown = new Map<string, number>()
  let over: SottoError | null = null
  let told: () => void
  let notTold: (failure: SottoError) => void = () => {}
  const ready = new Promise<void>((resolve, reject) => {
    told = resolve
    notTold = reject
  })
  // Whoever does not wait for it hears of it at each call.
  ready.catch(() => {})

  const post = (request: Request): void => channel.post(request)
  /** Where nobody serves yet, what is asked waits for whoever will. */
  const put = (question: Question): void => {
    if (server !== null) post({ ...question, server })
  }
  const publish = (event: ClientEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const remember = (room: string, items: readonly TimelineItem[]): void => {
    const newest = items.filter(isFromLog).reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)
    shown.set(room, Math.max(newest, shown.get(room) ?? 0))
  }

  const failAll = (failure: SottoError): void => {
    notTold(failure)
    for (const { reject } of calls.values()) reject(failure)
    calls.clear()
  }
  const silence = watchSilence({
    scheduler,
    isWaiting: () => server === null || calls.size > 0,
    ask: () => post({ kind: 'hello' }),
    lost: () => failAll(silent()),
  })

  const call = <T>(command: CommandName, input: unknown): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (over) return reject(over)
      const id = newId()
      const question: Question = { kind: 'call', call: id, command, input }
      calls.set(id, { question, resolve, reject })
      silence.begin()
      return put(question)
    })

  const timeline: Client['timeline'] = async (input) => {
    const page = await call<Awaited<ReturnType<Client['timeline']>>>('timeline', input)
    remember(input.room, page.items)
    return page
  }

  const readOn = async (room: string): Promise<void> => {
    for (;;) {
      const after = (shown.get(room) ?? 0) + 1
      const { items, more } = await timeline({ room, after, limit: itemsPerReading })
      if (items.length > 0) publish({ kind: 'timeline', room, items })
      if (!more) return
    }
  }

  const receive = (reply: Reply): void => {
    silence.heard()
    switch (reply.kind) {
      case 'starting':
        return
      case 'serving': {
        const first = server === null
        const changed = server !== reply.server
        server = reply.server
        state = reply.state
        publish({ kind: 'state', state })
        if (first) told()
        if (!changed) return
        for (const { question } of calls.values()) put(question)
        // A room may be gone by now; then there is nothing to read on.
        for (const room of shown.keys()) readOn(room).catch(() => shown.delete(room))
        return
      }
      case 'event':
        if (reply.event.kind === 'state') ({ state } = reply.event)
        if (reply.event.kind === 'timeline' && shown.has(reply.event.room))
          remember(reply.event.room, reply.event.items)
        return publish(reply.event)
      case 'result':
        calls.get(reply.call)?.resolve(reply.value)
        calls.delete(reply.call)
        return
      case 'failure':
        calls.get(reply.call)?.reject(new SottoError(reply.code, reply.message, reply.detail))
        calls.delete(reply.call)
    }
  }

  const unlisten = channel.listen((message) => {
    if (isReply(message)) receive(message)
  })
  post({ kind: 'hello' })
  silence.begin()

  const own = {
    ready,
    state: () => state,
    subscribe: (listener: (event: ClientEvent) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      unlisten()
      silence.end()
      over = new SottoError('closed')
      failAll(over)
      listeners.clear()
    },
    // Named here, so that a repeated call stores its message once.
    send: (input: Parameters<Client['send']>[0]) =>
      call('send', { ...input, message: input.message ?? newId() }),
    timeline,
  }
  return asking(own, call)
}

/** The same client, which ends in another way. */
export const endingBy = (client: RemoteClient, close: () => Promise<void>): Client =>
  new Proxy(client, {
    get: (target, name) => (name === 'close' ? close : (Reflect.get(target, name) as unknown)),
  })
