import type { Shape } from '../cbor/shape.ts'
import { struct } from '../cbor/shape.ts'
import { SottoError } from '../errors.ts'
import { fromHex, toHex } from '../ids.ts'

/** How a value of a path or a query string is written as text. */
export interface Param<T> {
  parse(text: string): T
  print(value: T): string
}

export const idParam = (length: number): Param<Uint8Array> => ({
  parse: (text) => fromHex(text, length),
  print: toHex,
})

export const uintParam: Param<number> = {
  parse: (text) => {
    const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN
    if (!Number.isSafeInteger(value)) throw new SottoError('bad_request', 'expected a whole number')
    return value
  },
  print: String,
}

export const textParam = (charactersMax: number): Param<string> => ({
  parse: (text) => {
    if (text.length > charactersMax || !text.isWellFormed())
      throw new SottoError('bad_request', 'text is too long')
    return text
  },
  print: (value) => value,
})

type Params = Readonly<Record<string, Param<unknown>>>
type ParamValues<P extends Params> = { readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never }

/**
 * One thing that a client can ask of a server over HTTP. Parameters named in the path as `:name` stand there, the
 * others in the query string; the body, where there is one, is deterministic CBOR.
 */
export interface Operation<P extends Params = Params, B = unknown, O = unknown> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  /** `account`: a session of an account that may lack a device; `device`: a session of one of its devices. */
  readonly access: 'anyone' | 'account' | 'device'
  readonly params: P
  readonly body: Shape<B>
  readonly output: Shape<O>
  readonly bodyBytesMax: number
}

export type InputOf<T> = T extends Operation<infer P, infer B> ? ParamValues<P> & B : never
export type OutputOf<T> = T extends Operation<Params, infer _B, infer O> ? O : never

/** The body of an operation that has none, and the answer that says nothing but yes. */
export const nothing = struct({})

export const operation = <P extends Params, B, O>(definition: Operation<P, B, O>): Operation<P, B, O> =>
  definition

/** Path and query string of a request. */
export const targetOf = <P extends Params, B, O>(op: Operation<P, B, O>, input: ParamValues<P>): string => {
  const query: string[] = []
  let path = op.path
  for (const [name, param] of Object.entries(op.params)) {
    const printed = encodeURIComponent(param.print(input[name]))
    if (path.split('/').includes(`:${name}`)) path = path.replace(`:${name}`, printed)
    else query.push(`${name}=${printed}`)
  }
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}
