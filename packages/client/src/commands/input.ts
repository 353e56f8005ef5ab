import { type CborValue, type Shape, SottoError } from '@sotto/protocol'

/**
 * What a command reads its input with. The callers are views of the same client, in a tab or a process of perhaps
 * another version: fields that this version does not know are passed over. Bounds that have a failure of their own
 * (a text that is too long, a name that is none) are checked where that failure is made.
 */
export interface Input<T> {
  /** @throws SottoError `bad_request` naming the place */
  read(value: unknown, at: string): T
}

const refuse = (at: string, want: string): never => {
  throw new SottoError('bad_request', `${at}: expected ${want}`)
}

export const string: Input<string> = {
  read: (value, at) => (typeof value === 'string' ? value : refuse(at, 'text')),
}

export const number: Input<number> = {
  read: (value, at) => (typeof value === 'number' && !Number.isNaN(value) ? value : refuse(at, 'a number')),
}

/** A shape of the protocol whose values are plain data. */
export const shaped = <T>(shape: Shape<T>): Input<T> => ({
  read: (value, at) => shape.read(value as CborValue, at),
})

/** Something with fields, which whoever takes it apart judges. */
export const object = <T extends object>(): Input<T> => ({
  read: (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as T)
      : refuse(at, 'an object'),
})

export const listOf = <T>(element: Input<T>): Input<readonly T[]> => ({
  read: (value, at) =>
    Array.isArray(value)
      ? value.map((one: unknown, i) => element.read(one, `${at}[${i}]`))
      : refuse(at, 'a list'),
})

export const nullOr = <T>(input: Input<T>): Input<T | null> => ({
  read: (value, at) => (value === null ? null : input.read(value, at)),
})

/** The first that fits. */
export const either = <A, B>(one: Input<A>, other: Input<B>): Input<A | B> => ({
  read: (value, at) => {
    try {
      return one.read(value, at)
    } catch {
      return other.read(value, at)
    }
  },
})

type Fields = Readonly<Record<string, Input<unknown>>>
type Read<I> = I extends Input<infer T> ? T : never
type Fielded<F extends Fields, O extends Fields> = { readonly [K in keyof F]: Read<F[K]> } & {
  readonly [K in keyof O]?: Read<O[K]>
}

const noFields = {} as const

/** A plain object; what is undefined is absent. */
export const fields = <F extends Fields, O extends Fields = typeof noFields>(
  required: F,
  optional: O = {} as O,
): Input<Fielded<F, O>> => ({
  read: (value, at) => {
    const given = object<Readonly<Record<string, unknown>>>().read(value, at)
    const known = Object.entries(required).map(([name, input]) => [
      name,
      input.read(given[name], `${at}.${name}`),
    ])
    const more = Object.entries(optional).flatMap(([name, input]) =>
      given[name] === undefined ? [] : [[name, input.read(given[name], `${at}.${name}`)]],
    )
    return Object.fromEntries([...known, ...more]) as Fielded<F, O>
  },
})

export const nothing = fields({})
export const roomOnly = fields({ room: string })
