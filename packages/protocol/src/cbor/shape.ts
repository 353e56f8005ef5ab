import { SottoError } from '../errors.ts'
import { type CborValue, decodeCanonical, encodeCanonical } from './canonical.ts'

/**
 * A shape reads hostile CBOR into a typed value, once, at the border, and writes it back. Everything has a bound;
 * a structure is an array of fixed length in the order of its fields, so there is one encoding for one value.
 */
export interface Shape<T> {
  /** @throws SottoError `bad_request` naming the place, `too_large` for more bytes than it may have */
  read(value: CborValue, at: string): T
  write(value: T): CborValue
  /**
   * What bytes it takes, as a text: two shapes that describe themselves alike read and write alike. Fields go by their
   * place, as they do in the encoding.
   */
  describe(): string
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never

const refuse = (at: string, want: string): never => {
  throw new SottoError('bad_request', `${at}: expected ${want}`)
}

export const encodeAs = <T>(shape: Shape<T>, value: T): Uint8Array => encodeCanonical(shape.write(value))

/** @throws SottoError `bad_request` for anything but the one encoding of a value of this shape, `too_large` */
export const decodeAs = <T>(shape: Shape<T>, bytes: Uint8Array, at = 'value'): T =>
  shape.read(decodeCanonical(bytes), at)

/** A whole number from 0 to `max`. */
export const uint = (max: number = Number.MAX_SAFE_INTEGER): Shape<number> => ({
  read: (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
      ? value
      : refuse(at, `a whole number up to ${max}`),
  write: (value) => value,
  describe: () => `uint(${max})`,
})

/** A moment in milliseconds since 1970 that a calendar can hold (ECMA-262 §21.4.1.1). */
export const moment: Shape<number> = uint(8_640_000_000_000_000)

export const boolean: Shape<boolean> = {
  read: (value, at) => (typeof value === 'boolean' ? value : refuse(at, 'true or false')),
  write: (value) => value,
  describe: () => 'boolean',
}

/** Exactly `length` bytes. */
export const bytes = (length: number): Shape<Uint8Array> => ({
  read: (value, at) =>
    value instanceof Uint8Array && value.length === length ? value : refuse(at, `${length} bytes`),
  write: (value) => value,
  describe: () => `bytes(${length})`,
})

/** Between `min` and `max` bytes. */
export const blob = (max: number, min = 0): Shape<Uint8Array> => ({
  read: (value, at) => {
    if (!(value instanceof Uint8Array) || value.length < min) return refuse(at, `${min} to ${max} bytes`)
    // Somebody can do something about this: send less.
    if (value.length > max) throw new SottoError('too_large', `${at}: more than ${max} bytes`)
    return value
  },
  write: (value) => value,
  describe: () => `blob(${min}..${max})`,
})

/** Well-formed Unicode of at most `max` UTF-16 units. */
export const text = (max: number): Shape<string> => ({
  read: (value, at) =>
    typeof value === 'string' && value.length <= max && value.isWellFormed()
      ? value
      : refuse(at, `text of at most ${max} characters`),
  write: (value) => value,
  describe: () => `text(${max})`,
})

export const literal = <const V extends number | string>(wanted: V): Shape<V> => ({
  read: (value, at) => (value === wanted ? wanted : refuse(at, String(wanted))),
  write: (value) => value,
  describe: () => JSON.stringify(wanted),
})

export const oneOf = <const V extends number | string>(...values: readonly V[]): Shape<V> => ({
  read: (value, at) => values.find((wanted) => wanted === value) ?? refuse(at, values.join(' or ')),
  write: (value) => value,
  describe: () => values.map((value) => JSON.stringify(value)).join('|'),
})

export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({
  read: (value, at) => (value === null ? null : shape.read(value, at)),
  write: (value) => (value === null ? null : shape.write(value)),
  describe: () => `${shape.describe()}|null`,
})

/** At most `max` elements. */
export const list = <T>(shape: Shape<T>, max: number): Shape<readonly T[]> => ({
  read: (value, at) =>
    Array.isArray(value) && value.length <= max
      ? value.map((element: CborValue, i) => shape.read(element, `${at}[${i}]`))
      : refuse(at, `a list of at most ${max}`),
  write: (value) => value.map((element) => shape.write(element)),
  describe: () => `list(${max}, ${shape.describe()})`,
})

type Fields = Readonly<Record<string, Shape<unknown>>>
type Struct<F extends Fields> = { readonly [K in keyof F]: TypeOf<F[K]> }

/** An array with one element per field, in the order in which the fields are written here. */
export const struct = <F extends Fields>(fields: F): Shape<Struct<F>> => {
  const entries = Object.entries(fields)
  return {
    read: (value, at) => {
      if (!Array.isArray(value) || value.length !== entries.length)
        return refuse(at, `an array of ${entries.length}`)
      return Object.fromEntries(
        entries.map(([name, shape], i) => [name, shape.read(value[i] as CborValue, `${at}.${name}`)]),
      ) as Struct<F>
    },
    write: (value) => entries.map(([name, shape]) => shape.write(value[name])),
    describe: () => `[${described(entries)}]`,
  }
}

const described = (fields: readonly (readonly [name: string, shape: Shape<unknown>])[]): string =>
  fields.map(([, shape]) => shape.describe()).join(', ')

type Grown<F extends Fields, M extends Fields> = Struct<F> & {
  readonly [K in keyof M]?: TypeOf<M[K]> | null
}

/**
 * A structure that has got fields since it was first sent, at its end, each null where nothing is said. Nulls at the end
 * are left out, so that older peers understand what says nothing new, and must be: one encoding.
 */
export const grown = <F extends Fields, M extends Fields>(fields: F, more: M): Shape<Grown<F, M>> => {
  const known = Object.keys(fields).length
  const added = Object.entries(more)
  const nothing = Object.fromEntries(added.map(([name]) => [name, null]))
  const whole = struct({
    ...fields,
    ...Object.fromEntries(added.map(([name, shape]) => [name, nullable(shape)])),
  })
  return {
    read: (value, at) => {
      if (!Array.isArray(value) || value.length < known || value.length > known + added.length)
        return refuse(at, `an array of ${known} to ${known + added.length}`)
      if (value.length > known && value.at(-1) === null) return refuse(at, 'no null at its end')
      const absent = Array.from({ length: known + added.length - value.length }, () => null)
      return whole.read([...value, ...absent], at) as Grown<F, M>
    },
    write: (value) => {
      const all = [...(whole.write({ ...nothing, ...value }) as readonly CborValue[])]
      while (all.length > known && all.at(-1) === null) all.pop()
      return all
    },
    describe: () => `[${described(Object.entries(fields))} + ${described(added)}]`,
  }
}

type Variants = Readonly<Record<string, readonly [tag: number, fields: Fields]>>
type Union<V extends Variants> = {
  [K in keyof V]: { readonly kind: K } & Struct<V[K][1]>
}[keyof V]

/** A tagged union: `[tag, ...fields]` on the wire, `{kind, ...fields}` in the program. */
export const union = <const V extends Variants>(variants: V): Shape<Union<V>> => {
  const byKind = new Map(
    Object.entries(variants).map(([kind, [tag, fields]]) => [kind, { kind, tag, body: struct(fields) }]),
  )
  const byTag = new Map([...byKind.values()].map((variant) => [variant.tag, variant]))
  return {
    read: (value, at) => {
      if (!Array.isArray(value)) return refuse(at, 'an array')
      const variant = byTag.get(value[0] as number)
      if (!variant) return refuse(at, 'a known kind')
      const fields = variant.body.read(value.slice(1), `${at}.${variant.kind}`)
      return { kind: variant.kind, ...fields } as Union<V>
    },
    write: (value) => {
      const variant = byKind.get(value.kind as string)
      if (!variant) throw new SottoError('internal', `no variant ${String(value.kind)}`)
      return [variant.tag, ...(variant.body.write(value) as readonly CborValue[])]
    },
    describe: () =>
      [...byTag.values()]
        .toSorted((a, b) => a.tag - b.tag)
        .map(({ tag, body }) => `${tag}:${body.describe()}`)
        .join('|'),
  }
}
