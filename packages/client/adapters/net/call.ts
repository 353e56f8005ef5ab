import {
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
import { failureOfAnswer } from './failure.ts'
import { naming } from '../../src/ports/obstacleOf.ts'

/** The largest answer is a ratchet tree or a page of Welcomes. */
const answerBytesMax = 2 * limits.treeBytesMax

const silenceMsOf = (op: { readonly name: string }, silenceMs: number): number =>
  op.name === operations.poll.name ? limits.longPollMs + silenceMs : silenceMs

const parseAnswer = <T>(op: { name: string; output: Shape<T> }, { status, type, body }: Answer): T => {
  if (status < 200 || status > 299) throw failureOfAnswer(status, body)
  try {
    return decodeAs(op.output, body, op.name)
  } catch (error) {
    const isOurs = type.startsWith('application/cbor')
    if (!isOurs) throw new SottoError('integrity', undefined, naming('not_sotto'))
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
      ...(hasBody ? { 'content-type': 'application/cbor' } : {}),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: hasBody ? new Uint8Array(encodeAs(op.body, input)) : undefined,
    silenceMs: silenceMsOf(op, silenceMs),
    answerBytesMax,
    signal,
  })
  return parseAnswer<OutputOf<Op>>(op, answer)
}
