import { inField, OpenRefusal } from '../failure.ts'
import { isJsonObject } from './strictJson.ts'

/** A JSON Schema of draft 2020-12, as data: what OpenAPI 3.1 and AsyncAPI 3 quote. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** Reads a value from outside into a typed one, and says as data what it accepts. Everything has a bound. */
export interface Shape<T> {
  readonly schema: JsonSchema
  /** @throws OpenRefusal `PAYLOAD_INVALID`, or the code that stands for what was sent instead */
  read(value: unknown): T
}

const invalid = (): never => {
  throw new OpenRefusal('PAYLOAD_INVALID')
}

/** Well-formed Unicode of at most `charactersMax` UTF-16 units. */
export const text = (charactersMax: number, extra: JsonSchema = {}): Shape<string> => ({
  schema: { type: 'string', maxLength: charactersMax, ...extra },
  read: (value) => {
    if (typeof value !== 'string' || !value.isWellFormed()) return invalid()
    if (value.length > charactersMax) throw new OpenRefusal('PAYLOAD_TOO_LARGE')
    return value
  },
})

export const integer = (min: number, max: number): Shape<number> => ({
  schema: { type: 'integer', minimum: min, maximum: max },
  read: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : invalid(),
})

export const boolean: Shape<boolean> = {
  schema: { type: 'boolean' },
  read: (value) => (typeof value === 'boolean' ? value : invalid()),
}

export const oneOf = <const V extends string | boolean>(...values: readonly V[]): Shape<V> => ({
  schema: { enum: values },
  read: (value) => values.find((wanted) => wanted === value) ?? invalid(),
})

export const list = <T>(item: Shape<T>, min: number, max: number): Shape<readonly T[]> => ({
  schema: { type: 'array', items: item.schema, minItems: min, maxItems: max },
  read: (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max
      ? value.map((one) => item.read(one))
      : invalid(),
})

export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({
  schema: { anyOf: [shape.schema, { type: 'null' }] },
  read: (value) => (value === null ? null : shape.read(value)),
})

/** The same values with more said about them. */
export const described = <T>(shape: Shape<T>, description: string): Shape<T> => ({
  ...shape,
  schema: { ...shape.schema, description },
})

/** What another reader judges: the schema says what it looks like, `read` what it is. */
export const judged = <T>(schema: JsonSchema, read: (value: unknown) => T): Shape<T> => ({ schema, read })

export interface Optional<T> {
  readonly optional: Shape<T>
}

export const optional = <T>(shape: Shape<T>): Optional<T> => ({ optional: shape })

type Field = Shape<unknown> | Optional<unknown>
type Fields = Readonly<Record<string, Field>>
type RequiredNames<F extends Fields> = {
  [K in keyof F]: F[K] extends Shape<unknown> ? K : never
}[keyof F]

export type ObjectOf<F extends Fields> = {
  readonly [K in RequiredNames<F>]: F[K] extends Shape<infer T> ? T : never
} & {
  readonly [K in Exclude<keyof F, RequiredNames<F>>]?: F[K] extends Optional<infer T> ? T : never
}

const shapeOf = (field: Field): Shape<unknown> => ('optional' in field ? field.optional : field)

/** A name as programs write them; anything else may be a value that somebody has put in the wrong place. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/

const unknownField = (name: string): never => {
  throw new OpenRefusal('PAYLOAD_INVALID', identifier.test(name) ? { field: name, fault: 'unknown' } : {})
}

/** An object of these fields and no others: an unknown one is refused, so that a misspelt one is noticed. */
export const object = <const F extends Fields>(fields: F): Shape<ObjectOf<F>> => {
  const names = Object.keys(fields)
  const required = names.filter((name) => !('optional' in (fields[name] as Field)))
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, shapeOf(fields[name] as Field).schema])),
      required,
      additionalProperties: false,
    },
    read: (value) => {
      if (!isJsonObject(value)) return invalid()
      const missing = required.find((name) => !Object.hasOwn(value, name))
      if (missing !== undefined)
        throw new OpenRefusal('PAYLOAD_INVALID', { field: missing, fault: 'missing' })
      const read = Object.entries(value).map(([name, one]) => {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined
        if (!field) return unknownField(name)
        return [name, inField(name, () => shapeOf(field).read(one))] as const
      })
      return Object.fromEntries(read) as ObjectOf<F>
    },
  }
}
