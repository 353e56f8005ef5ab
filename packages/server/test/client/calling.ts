import {
  codeWritten,
  decodeAs,
  encodeAs,
  type FailureCode,
  type InputOf,
  type Operation,
  type OutputOf,
  SottoError,
  targetOf,
} from '@sotto/protocol'

// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
type AnyOperation = Operation<any, any, any>

interface FailureAnswer {
  readonly error: string
  readonly code: string
  readonly timestamp: string
  readonly detail?: Readonly<Record<string, number | string>>
}

/** One operation over HTTP. @throws SottoError as the server says */
export const callOperation = async <Op extends AnyOperation>(
  url: string,
  op: Op,
  input: InputOf<Op>,
  token: string | null,
): Promise<OutputOf<Op>> => {
  const response = await fetch(url + targetOf(op, input), {
    method: op.method,
    headers: {
      ...(op.method === 'GET' ? {} : { 'content-type': 'application/cbor' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(op.method === 'GET' ? {} : { body: new Uint8Array(encodeAs(op.body, input)) }),
  })
  const body = new Uint8Array(await response.arrayBuffer())
  if (response.ok) return decodeAs(op.output, body) as OutputOf<Op>
  const failure = JSON.parse(new TextDecoder().decode(body)) as FailureAnswer
  throw new SottoError(codeWritten(failure.code) ?? 'integrity', failure.error, failure.detail ?? {})
}

/** The code with which something is refused, with its detail; `accepted` when it is not. */
export const refusal = async (
  work: Promise<unknown>,
): Promise<{ readonly code: FailureCode | 'accepted'; readonly detail: SottoError['detail'] }> => {
  try {
    await work
    return { code: 'accepted', detail: {} }
  } catch (error) {
    if (error instanceof SottoError) return { code: error.code, detail: error.detail }
    throw error
  }
}
