import {
  codesHeader,
  decodeAs,
  encodeAs,
  type InputOf,
  limits,
  type Operation,
  operations,
  type OutputOf,
  type Shape,
  SottoError,
  targetOf,
} from '@sotto/protocol'
import { type Answer, exchange } from './exchange.ts'
import { failureOfAnswer, foreignAnswer, isJson } from './failure.ts'

/** What a line begins with: small questions, behind which everything else waits. */
const greetings: ReadonlySet<string> = new Set(
  [
    operations.readServer,
    operations.proveServer,
    operations.readSession,
    operations.proveSession,
    operations.listRooms,
  ].map(({ name }) => name),
)

const silenceMsOf = ({ name }: { readonly name: string }, silenceMs: number): number => {
  if (name === operations.poll.name) return limits.longPollMs + Math.min(silenceMs, limits.helloTimeoutMs)
  return greetings.has(name) ? Math.min(silenceMs, limits.helloTimeoutMs) : silenceMs
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

const isCbor = (type: string): boolean => /^application\/cbor\b/i.test(type)

/** The largest answer is a ratchet tree or a page of Welcomes; what is no answer of ours is not read. */
const bytesMaxOf = ({ status, type }: Pick<Answer, 'status' | 'type'>): number => {
  if (isSuccess(status)) return isCbor(type) ? 2 * limits.treeBytesMax : 0
  return isJson(type) ? limits.failureBytesMax : 0
}

const parseAnswer = <T>(op: { name: string; output: Shape<T> }, { status, type, body }: Answer): T => {
  if (!isSuccess(status)) throw body ? failureOfAnswer(status, type, body) : foreignAnswer(status)
  if (!isCbor(type)) throw foreignAnswer(status)
  if (!body) throw new SottoError('integrity', 'the answer is larger than any answer may be')
  try {
    return decodeAs(op.output, body, op.name)
  } catch (error) {
    throw new SottoError('integrity', error instanceof Error ? error.message : op.name)
  }
}

export interface CallOptions {
  readonly server: string
  readonly silenceMs: number
}

/** One operation over HTTP: body and answer are deterministic CBOR, a failure is JSON. */
// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
export const call = async <Op extends Operation<any, any, any>>(
  { server, silenceMs }: CallOptions,
  op: Op,
  input: InputOf<Op>,
  token: string | null,
  signal?: AbortSignal,
): Promise<OutputOf<Op>> => {
  const hasBody = op.method !== 'GET'
  const answer = await exchange({
    url: new URL(targetOf(op, input), server).href,
    method: op.method,
    headers: {
      accept: 'application/cbor',
      [codesHeader.name]: codesHeader.value,
      ...(hasBody ? { 'content-type': 'application/cbor' } : {}),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: hasBody ? new Uint8Array(encodeAs(op.body, input)) : undefined,
    silenceMs: silenceMsOf(op, silenceMs),
    bytesMax: bytesMaxOf,
    signal,
  })
  return parseAnswer<OutputOf<Op>>(op, answer)
}
