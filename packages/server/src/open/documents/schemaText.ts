import type { JsonSchema } from '../form/shape.ts'

const listOf = (value: unknown): readonly JsonSchema[] =>
  Array.isArray(value) ? (value as JsonSchema[]) : []

/** What values a schema accepts, in a few words. */
export const schemaText = (schema: JsonSchema): string => {
  const { type, anyOf, enum: values, const: only } = schema
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (only !== undefined) return JSON.stringify(only)
  if (anyOf) return [...new Set(listOf(anyOf).map(schemaText))].join(' | ')
  if (type === 'array') return `${schemaText((schema['items'] ?? {}) as JsonSchema)}[]`
  if (schema['format'] === 'date-time') return 'time'
  return typeof type === 'string' ? type : 'any'
}

const boundNames: readonly (readonly [keyword: string, text: (bound: string) => string])[] = [
  ['maxLength', (bound) => `at most ${bound} characters`],
  ['maxItems', (bound) => `at most ${bound}`],
]

/** Its bounds, and what it says of itself, or what its alternatives say. */
export const remarksOf = (schema: JsonSchema): string => {
  const own = [
    ...(typeof schema['description'] === 'string' ? [schema['description']] : []),
    ...boundNames.flatMap(([keyword, text]) => {
      const bound = schema[keyword]
      return typeof bound === 'number' ? [text(bound.toLocaleString('en'))] : []
    }),
  ]
  if (own.length > 0) return own.join('; ')
  return [...new Set(listOf(schema['anyOf']).map(remarksOf))].filter((remark) => remark !== '').join('; ')
}

export interface Field {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly remarks: string
}

/** The fields of an object's schema; none of any other one. */
export const fieldsOf = (schema: JsonSchema): readonly Field[] => {
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : []
  return Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).map(([name, one]) => ({
    name,
    type: schemaText(one),
    isRequired: required.includes(name),
    remarks: remarksOf(one),
  }))
}

/** `{username, password[, email]}` as one writes it. */
export const signatureOf = (schema: JsonSchema): string => {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return schema['type'] === 'object' ? '{}' : schemaText(schema)
  const named = (wanted: boolean): string =>
    fields
      .filter(({ isRequired }) => isRequired === wanted)
      .map(({ name }) => name)
      .join(', ')
  const [required, others] = [named(true), named(false)]
  return `{${required}${others === '' ? '' : `[${required === '' ? '' : ', '}${others}]`}}`
}
