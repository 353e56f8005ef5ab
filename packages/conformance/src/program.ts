import assert from 'node:assert/strict'
import { assertFailureBody } from './rest.ts'
import type { Wire } from './wire.ts'

export type Payload = Readonly<Record<string, unknown>>

/** A program on a socket: keeps what it hears, by event and in order. */
export interface Program {
  /** Resolves when the connection has ended. */
  readonly dropped: Promise<void>
  heard(event: string): readonly Payload[]
  /** The next payload of an event that was not taken yet. */
  next(event: string): Promise<Payload>
  /** Sends, and gives what acknowledges it; waits where the server asks for it. */
  ask(event: string, payload?: unknown): Promise<Payload>
  /** That an event is accepted. */
  accepted(event: string, payload?: unknown): Promise<Payload>
  /** That an event is refused with this code, by its acknowledgement and by `error`. */
  refused(event: string, payload: unknown, code: string): Promise<void>
  /** Resolves when this many payloads of an event were heard. */
  count(event: string, count: number): Promise<readonly Payload[]>
  /** Goes when all that was heard is known to have been heard: what is not comes again. */
  close(): Promise<void>
}

const patienceMs = 20_000
const pauseMs = 1000

/** Resolves when `look` finds something; looks again whenever something was heard. */
const until = <T>(listening: Set<() => void>, what: string, look: () => T | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      listening.delete(again)
    }
    const again = (): void => {
      const found = look()
      if (found === undefined) return
      end()
      resolve(found)
    }
    const timer = setTimeout(() => {
      end()
      reject(new assert.AssertionError({ message: `${what} did not come within ${patienceMs / 1000} s` }))
    }, patienceMs)
    listening.add(again)
    again()
  })

export const programOn = (wire: Wire, onPayload: (payload: unknown) => void): Program => {
  const all = new Map<string, Payload[]>()
  const taken = new Map<string, number>()
  const listening = new Set<() => void>()
  let isClosed = false
  wire.onEvent((event, payload) => {
    onPayload(payload)
    all.set(event, [...(all.get(event) ?? []), payload as Payload])
    for (const look of listening) look()
  })
  const heard: Program['heard'] = (event) => all.get(event) ?? []
  const next: Program['next'] = (event) =>
    until(listening, event, () => {
      const at = taken.get(event) ?? 0
      const payload = heard(event)[at]
      if (payload !== undefined) taken.set(event, at + 1)
      return payload
    })
  const ask: Program['ask'] = async (event, payload = {}) => {
    for (;;) {
      const answer = (await wire.emit(event, payload)) as Payload
      onPayload(answer)
      if (answer['code'] !== 'RATE_LIMITED') return answer
      // The `error` beside it is not the one that a row waits for.
      await next('error')
      const waitMs = Number(answer['retry_after_ms'] ?? pauseMs)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
  return {
    dropped: wire.dropped,
    heard,
    next,
    ask,
    accepted: async (event, payload) => {
      const answer = await ask(event, payload)
      assert.equal(answer['ok'], true, `${event} was refused: ${String(answer['code'])}`)
      return answer
    },
    refused: async (event, payload, code) => {
      const answer = await ask(event, payload)
      assert.equal(answer['ok'], false, `${event} was accepted where ${code} was to be said`)
      assert.equal(answer['code'], code)
      assertFailureBody(answer)
      const told = await next('error')
      assert.equal(told['code'], code)
      assertFailureBody(told)
      assert.equal(typeof told['message'], 'string')
    },
    count: (event, count) =>
      until(listening, `${count} times ${event}`, () =>
        heard(event).length >= count ? heard(event) : undefined,
      ),
    close: async () => {
      if (isClosed) return
      isClosed = true
      // Behind what the server has sent, and its own ping behind that, comes the answer to this.
      await ask('join_chat', { chat_id: '0'.repeat(32) }).catch(() => {})
      wire.close()
    },
  }
}

export const closeAll = async (...programs: readonly Program[]): Promise<void> => {
  await Promise.all(programs.map((program) => program.close()))
}
