import { SottoError } from '@sotto/protocol'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Client, ClientState } from '../view.ts'
import { openCalls } from './calls.ts'
import { openFeed } from './feed.ts'
import { openReadiness } from './readiness.ts'
import { readUnshown } from './reading.ts'
import { saying } from './saying.ts'
import { openShown } from './shown.ts'
import { asking } from '../commands/asking.ts'
import type { CommandName } from '../commands/table.ts'
import { asked } from './envelope.ts'
import { listenServed } from './listen.ts'
import type { Channel, Reply, Request } from './messages.ts'
import { watchSilence } from './silence.ts'

export interface RemoteClient extends Client {
  /** Resolves when the serving side has told its state for the first time. @throws SottoError when it never does */
  readonly ready: Promise<void>
}

export interface RemoteOptions {
  readonly scheduler: Pick<Scheduler, 'after'>
  /** What it means that the serving side gives no sign of life. */
  readonly silent: () => SottoError
  /** What it means that the serving side is older than this one; null where it makes way, which is the default. */
  readonly older?: (isUnversioned: boolean) => SottoError | null
  /** Hears that the serving side is newer than this one: nothing is to be had here any more. */
  readonly outdated?: () => void
}

/** What is shown until the serving side has spoken. */
const unknownState: ClientState = {
  account: { kind: 'none' },
  connection: { kind: 'connecting' },
  rooms: [],
}

type Answer<N extends CommandName> = Awaited<ReturnType<Client[N]>>

/**
 * The client on the other side of `channel`. Calls wait through a change of the serving side: they are repeated to
 * the next one. A repeated `send` or `sendDraft` stores its message once, because the message is named here, in advance. Where nobody
 * serves, and nobody says that they will, calls fail after `limits.helperSilenceMs`; those that come later are tried.
 *
 * @param newId 32 hex digits, never the same twice
 */
export const remoteClient = (
  channel: Channel,
  newId: () => string,
  { scheduler, silent, older = () => null, outdated = () => {} }: RemoteOptions,
): RemoteClient => {
  let state = unknownState
  let server: string | null = null
  const { publish, subscribe, clear } = openFeed()
  const shown = openShown()
  let over: SottoError | null = null
  const readiness = openReadiness()
  const post = (request: Request): void => channel.post(asked(request))
  const calls = openCalls((question) => {
    if (server !== null) post({ ...question, server })
  })
  const failAll = (failure: SottoError | null): void => {
    if (failure) readiness.fail(failure)
    if (failure) calls.failAll(failure)
  }
  const silence = watchSilence({
    scheduler,
    isWaiting: () => server === null || !calls.isEmpty(),
    ask: () => post({ kind: 'hello' }),
    lost: () => failAll(silent()),
  })

  const call = async <T>(command: CommandName, input: unknown): Promise<T> => {
    if (over) throw over
    const answer = calls.ask({ kind: 'call', call: newId(), command, input })
    silence.begin()
    return (await answer) as T
  }

  const timeline: Client['timeline'] = async (input) =>
    shown.noted(input.room, await call<Answer<'timeline'>>('timeline', input))
  const timelineAround: Client['timelineAround'] = async (input) =>
    shown.noted(input.room, await call<Answer<'timelineAround'>>('timelineAround', input))

  const follow = (serving: Extract<Reply, { kind: 'serving' }>): void => {
    const isOther = server !== serving.server
    ;({ server, state } = serving)
    publish({ kind: 'state', state })
    readiness.begin()
    if (!isOther) return
    calls.repeat()
    readUnshown({ shown, timeline, publish })
  }

  const receive = (reply: Reply): void => {
    silence.heard()
    switch (reply.kind) {
      case 'starting':
        return
      case 'serving':
        return follow(reply)
      case 'event':
        if (reply.event.kind === 'state') ({ state } = reply.event)
        shown.heard(reply.event)
        return publish(reply.event)
      case 'result':
      case 'failure':
        return calls.settle(reply)
    }
  }

  const end = (why: SottoError): void => {
    over = why
    unlisten()
    silence.end()
    failAll(why)
  }
  const unlisten = listenServed(channel, {
    message: receive,
    newer: () => {
      end(new SottoError('outdated', 'a newer version of Sotto runs this profile'))
      state = { ...state, connection: { kind: 'refused', code: 'outdated' } }
      publish({ kind: 'state', state })
      outdated()
    },
    older: (isUnversioned) => failAll(older(isUnversioned)),
  })
  post({ kind: 'hello' })
  silence.begin()

  const own = {
    ready: readiness.ready,
    state: () => state,
    subscribe,
    close: async () => {
      end(new SottoError('closed'))
      clear()
    },
    ...saying(call, newId),
    timeline,
    timelineAround,
  }
  return asking(own, call)
}
