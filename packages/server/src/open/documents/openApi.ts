import type { OpenCode } from '../failure.ts'
import { openFailures } from '../failure.ts'
import type { JsonSchema } from '../form/shape.ts'
import { type OpenAccess, type OpenOperation, openOperations } from '../operations.ts'
import { about, failureSchema, title } from './about.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- only the schema of the input is read
type AnyOperation = OpenOperation<any>

/** What every operation can be refused with, beside its own codes. */
const formCodes: readonly OpenCode[] = [
  'PAYLOAD_INVALID',
  'ORIGIN_REFUSED',
  'HOST_REFUSED',
  'RATE_LIMITED',
  'READ_ONLY',
  'UNAVAILABLE',
  'INTERNAL',
]
const bodyCodes: readonly OpenCode[] = ['MEDIA_TYPE', 'PAYLOAD_TOO_LARGE']
const sessionCodes: readonly OpenCode[] = [
  'UNAUTHORIZED',
  'SESSION_EXPIRED',
  'ACCOUNT_SUSPENDED',
  'SCOPE_MISSING',
  'GONE',
]

const propertiesOf = ({ input }: AnyOperation): Readonly<Record<string, JsonSchema>> =>
  (input.schema['properties'] ?? {}) as Record<string, JsonSchema>

const requiredOf = ({ input }: AnyOperation): readonly string[] =>
  (input.schema['required'] ?? []) as readonly string[]

const pathNames = ({ path }: AnyOperation): readonly string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

/** Path and query as parameters, with what they say of themselves. */
const parametersOf = (operation: AnyOperation): readonly object[] => {
  const properties = propertiesOf(operation)
  const parameter = (place: 'path' | 'query') => (name: string) => ({
    name,
    in: place,
    required: place === 'path' || requiredOf(operation).includes(name),
    schema: properties[name] ?? {},
  })
  return [...pathNames(operation).map(parameter('path')), ...operation.query.map(parameter('query'))]
}

/** The fields that stand neither in the path nor in the query. */
const bodyOf = (operation: AnyOperation): JsonSchema | undefined => {
  const elsewhere = [...pathNames(operation), ...operation.query]
  const fields = Object.entries(propertiesOf(operation)).filter(([name]) => !elsewhere.includes(name))
  if (fields.length === 0) return undefined
  const required = requiredOf(operation).filter((name) => !elsewhere.includes(name))
  return { ...operation.input.schema, properties: Object.fromEntries(fields), required }
}

const codesOf = (operation: AnyOperation): readonly OpenCode[] => [
  ...operation.codes,
  ...(operation.access.kind === 'anyone' ? [] : sessionCodes),
  ...(bodyOf(operation) ? bodyCodes : []),
  ...formCodes,
]

/** Refusals by status, each with the codes that it may carry. */
const refusalsOf = (operation: AnyOperation): Readonly<Record<string, object>> => {
  const byStatus = Map.groupBy(new Set(codesOf(operation)), (code) => openFailures[code].status)
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${openFailures[code].text}`).join('\n\n'),
          ...(status === 429
            ? {
                headers: {
                  'Retry-After': { description: 'seconds', schema: { type: 'integer', minimum: 1 } },
                },
              }
            : {}),
          content: {
            'application/json': {
              schema: {
                allOf: [{ $ref: '#/components/schemas/Failure' }, { properties: { code: { enum: codes } } }],
              },
            },
          },
        },
      ]),
  )
}

const securityOf = (access: OpenAccess): readonly object[] => {
  switch (access.kind) {
    case 'anyone':
      return []
    case 'lane':
      return [{ token: [] }, { cookie: [] }]
    case 'person':
      return [{ personToken: [] }]
  }
}

const accessText = (access: OpenAccess): string => {
  switch (access.kind) {
    case 'anyone':
      return 'Anyone may ask.'
    case 'lane':
      return `An access token needs the scope \`${access.scope}\`.`
    case 'person':
      return 'Asked with the session of a person’s own client.'
  }
}

/** Under its path, or under one by which it is known as well: a name of an operation stands once in a document. */
const operationObject = (operation: AnyOperation, path: string): object => {
  const body = bodyOf(operation)
  const { name, summary } = operation
  const isOwnPath = path === operation.path
  return {
    operationId: isOwnPath ? name : `${name}Alias`,
    summary: isOwnPath ? summary : `The same as \`${operation.method} ${operation.path}\`.`,
    description: accessText(operation.access),
    security: securityOf(operation.access),
    ...(parametersOf(operation).length > 0 ? { parameters: parametersOf(operation) } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [String(operation.status)]: {
        description: operation.status === 201 ? 'Made' : 'Done',
        content: { 'application/json': { schema: operation.output } },
      },
      ...refusalsOf(operation),
    },
  }
}

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of POST /login, or an access token of a person.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'sotto_session',
    description: 'Set by POST /login; with TLS its name is __Host-sotto_session.',
  },
  personToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'The session of a person’s own client, of a device.',
  },
} as const

/** The REST side of the open lane: OpenAPI 3.1, made of the schemas that the server checks by. */
export const openApiDocument = (): Readonly<Record<string, unknown>> => {
  const operations: readonly AnyOperation[] = Object.values(openOperations)
  const addresses = operations.flatMap((one) => [one.path, ...one.aliases].map((path) => ({ path, one })))
  const byPath = Map.groupBy(addresses, ({ path }) => path.replaceAll(/:(\w+)/g, '{$1}'))
  return {
    openapi: '3.1.0',
    info: { title: `${title}: REST`, ...about },
    servers: [{ url: '/', description: 'the server that gives out this document' }],
    paths: Object.fromEntries(
      [...byPath].map(([path, all]) => [
        path,
        Object.fromEntries(
          all.map(({ one, path: called }) => [one.method.toLowerCase(), operationObject(one, called)]),
        ),
      ]),
    ),
    components: { schemas: { Failure: failureSchema }, securitySchemes },
  }
}
