import type { LiveEvent, Transport } from '@sotto/client'
import {
  type Acknowledgement,
  acknowledgementMessage,
  encodeCommitAttachment,
  encodeEntry,
  entryHash,
  equalBytes,
  type LoggedMessage,
  operations,
  type ServerFrame,
  SottoError,
} from '@sotto/protocol'
import type { Form, Place, Step } from './forge.ts'
import { provider } from './insider.ts'

/** Entries that stand in no true log, linked and signed for as if they did. */
export interface FalseLog {
  readonly messages: readonly LoggedMessage[]
  readonly hashes: readonly Uint8Array[]
  /** For the last of them. */
  readonly ack: Acknowledgement
}

export const acknowledge = async (
  logKey: Uint8Array,
  promise: Omit<Acknowledgement, 'signature'>,
): Promise<Acknowledgement> => ({
  ...promise,
  signature: await provider.sign('Ed25519', logKey, acknowledgementMessage(promise)),
})

/** What the server keeps beside its database; one that lies has it, too. */
export interface ServerKeys {
  /** Signs what its logs hold. */
  readonly log: Uint8Array
  /** Names the devices in its logs. */
  readonly senderTag: Uint8Array
}

const tagOf = ({ senderTag }: ServerKeys, room: Uint8Array, device: Uint8Array): Uint8Array =>
  provider.hmac('SHA-256', senderTag, Uint8Array.from([...room, ...device]))

/** Puts messages behind a place of the log, with the server's own keys. */
export const continueLog = async (
  keys: ServerKeys,
  from: Place,
  steps: readonly Step[],
  timeMs: number,
  form: Form = (bytes) => bytes,
): Promise<FalseLog> => {
  const messages: LoggedMessage[] = []
  const hashes: Uint8Array[] = []
  let { seq, hash } = from
  for (const { kind, epoch, message, attachment, by } of steps) {
    const entry = form(
      encodeEntry({
        version: 1,
        room: from.room,
        seq: ++seq,
        previousHash: hash,
        kind,
        epoch,
        senderTag: tagOf(keys, from.room, by.device),
        payloadHash: provider.hash('SHA-256', message),
        auxHash: attachment && provider.hash('SHA-256', encodeCommitAttachment(attachment)),
        timeMs,
      }),
    )
    hash = entryHash(entry)
    messages.push({ entry, payload: message, aux: null })
    hashes.push(hash)
  }
  return { messages, hashes, ack: await acknowledge(keys.log, { room: from.room, seq, hash, timeMs }) }
}

type Call = Transport['call']

/** What a server between a client and the true server does to what passes. */
export interface Lie {
  /** In the place of the answer of an operation; undefined leaves it as it is. */
  readonly answer?: (
    name: string,
    input: Record<string, unknown>,
    honest: () => Promise<unknown>,
  ) => Promise<unknown> | undefined
  readonly frame?: (frame: ServerFrame) => ServerFrame
}

export interface Liar {
  readonly transport: (inner: Transport) => Transport
  /** Sends the client a frame that the true server has not sent. */
  push(frame: ServerFrame): void
  /** Resolves when the client has asked for this operation so many times. */
  hears(name: string, times?: number): Promise<void>
}

/** Nothing of what the client does under a lie reaches the true log. */
const withheld: ReadonlySet<string> = new Set([
  operations.submitMessage.name,
  operations.submitNack.name,
  operations.healRoom.name,
  operations.writeForkTag.name,
  operations.createRoom.name,
  operations.settleWelcome.name,
])

export const makeLiar = (lie: Lie): Liar => {
  const asked = new Map<string, number>()
  const waiting = new Set<() => void>()
  let listener: ((event: LiveEvent) => void) | null = null

  const note = (name: string): void => {
    asked.set(name, (asked.get(name) ?? 0) + 1)
    for (const look of waiting) look()
  }

  const call: (inner: Transport) => Call = (inner) => async (op, input, token) => {
    note(op.name)
    const honest = async (): Promise<unknown> => {
      if (withheld.has(op.name)) throw new SottoError('offline')
      return inner.call(op, input, token)
    }
    const answered = lie.answer?.(op.name, input, honest)
    return (answered === undefined ? await honest() : await answered) as never
  }

  return {
    hears: (name, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((asked.get(name) ?? 0) < times) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    push: (frame) => listener?.({ kind: 'frame', frame }),
    transport: (inner) => ({
      call: call(inner),
      live: (token, hear) => {
        listener = hear
        const opened = inner.live(token, (event) =>
          hear(
            event.kind === 'frame' && lie.frame ? { kind: 'frame', frame: lie.frame(event.frame) } : event,
          ),
        )
        return {
          close: () => opened.close(),
          send: (frame) => {
            if (frame.kind === 'submit') note(operations.submitMessage.name)
            else opened.send(frame)
          },
        }
      },
    }),
  }
}

/** A server whose log of the room goes on with what is false, in pages and in heads. */
export const continuing = (log: FalseLog): Lie => ({
  answer: (name, input, honest) =>
    name === operations.readLog.name && equalBytes(input['room'] as Uint8Array, log.ack.room)
      ? honest().then((page) => {
          const from = input['from'] as number
          const { messages } = page as { messages: readonly LoggedMessage[] }
          const first = log.ack.seq - log.messages.length + 1
          return {
            messages: [...messages, ...log.messages.slice(Math.max(0, from - first))],
            ack: log.ack,
            head: log.ack,
          }
        })
      : undefined,
  frame: (frame) =>
    frame.kind === 'ready'
      ? { ...frame, heads: frame.heads.map((head) => (equalBytes(head.room, log.ack.room) ? log.ack : head)) }
      : frame,
})

/** Both lies at once; where both have an answer, the first. */
export const both = (one: Lie, other: Lie = {}): Lie => ({
  answer: (name, input, honest) => one.answer?.(name, input, honest) ?? other.answer?.(name, input, honest),
  frame: (frame) => {
    const first = one.frame?.(frame) ?? frame
    return other.frame?.(first) ?? first
  },
})
