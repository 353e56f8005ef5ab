import {
  chatMessageForms,
  envelopeForms,
  type Form,
  keyEntryForms,
  limits,
  momentPattern,
  publicKeyForms,
  schemaOf,
} from '@sotto/protocol'
import { refuse } from './failure.ts'
import { described, integer, judged, nullable, oneOf, optional, type Shape, text } from './form/shape.ts'
import { isJsonObject, type JsonObject } from './form/strictJson.ts'

/** Fields that several messages have. */

const nameCharactersMax = 64

export const username = text(nameCharactersMax, {
  description: 'normalised: NFKC, lower case, 2 to 31 letters or digits of one script',
})

/** A name that must be the one of the session. */
export const ownName = optional(described(username, 'if present, the name of the session'))

const idMax = Number.MAX_SAFE_INTEGER
const idText = /^[1-9]\d{0,14}$/

/** Rooms have numbers; programs that keep them as texts may send them so. */
export const roomId: Shape<number> = judged(
  {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: idText.source },
    ],
  },
  (value) => {
    if (typeof value === 'string' && idText.test(value)) return Number(value)
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
      ? value
      : refuse('PAYLOAD_INVALID')
  },
)

export const chatId: Shape<string> = judged({ type: 'string', pattern: '^[0-9a-f]{32}$' }, (value) =>
  typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? value : refuse('CHAT_NOT_FOUND'),
)

export const messageId = integer(1, idMax)
export const timestamp = text(40, { format: 'date-time' })

const within = (value: string): string =>
  value.length > limits.openEnvelopeCharactersMax ? refuse('PAYLOAD_TOO_LARGE') : value

const bounded = (value: JsonObject | string): JsonObject | string => {
  within(typeof value === 'string' ? value : JSON.stringify(value))
  return value
}

/** JSON of one of these forms, which whoever deals with it judges. */
const sealedValue = (forms: readonly Form<unknown>[], description: string): Shape<JsonObject | string> =>
  judged({ description, ...schemaOf(forms) }, (value) =>
    typeof value === 'string' || isJsonObject(value) ? bounded(value) : refuse('PAYLOAD_INVALID'),
  )

export const sealedText = (description: string): Shape<string> =>
  judged({ type: 'string', maxLength: limits.openEnvelopeCharactersMax, description }, (value) =>
    typeof value === 'string' ? within(value) : refuse('PAYLOAD_INVALID'),
  )

export const envelope = sealedValue(
  envelopeForms,
  'sealed to the recipient with RSA-OAEP-256 or ECDH-ES+A256KW, and A256GCM or A256CBC-HS512; an object may come as text',
)

export const chatMessage = sealedValue(
  chatMessageForms,
  'sealed with AES-256-GCM under the key of the chat; an object may come as text',
)

/** A moment as the sender writes it: part of what is signed, so it stays as it is. */
export const senderTime: Shape<string> = judged(
  {
    type: 'string',
    format: 'date-time',
    pattern: momentPattern,
    description: `at most ${limits.openTimestampSkewMs / 3_600_000} hours from the time of the server`,
  },
  (value) => (typeof value === 'string' ? value : refuse('PAYLOAD_INVALID')),
)

/** The same in a message that says it without its being signed: judged, and then the time is the server's. */
export const saidTime = described(
  senderTime,
  'judged and not kept: the time of a message is that of the server',
)

export const keyEntries: Shape<JsonObject> = judged(
  {
    type: 'object',
    description:
      'each name with its sealed key, or one general JWE whose recipients have the name or thumbprint as kid',
    additionalProperties: schemaOf(keyEntryForms),
  },
  (value) => (isJsonObject(value) ? (bounded(value) as JsonObject) : refuse('PAYLOAD_INVALID')),
)

export const publicKey = judged(
  {
    description: `${publicKeyForms.map(({ says }) => says).join(', ')}; RSA from ${limits.openNewRsaBitsMin} bits, EC P-256; at most ${limits.openKeyCharactersMax} characters of JSON, ${limits.openKeyLabelCharactersMax} in each of kid, use, alg, key_ops`,
    anyOf: [{ type: 'string' }, { type: 'object' }],
  },
  // Judged where it is put up, with its bounds.
  (value) => value,
)

export const publicUserShape = {
  username,
  public_key: nullable(described(publicKey, 'equal to what was uploaded')),
  public_key_pem: nullable(
    text(limits.openKeyCharactersMax, { description: 'the key that is sealed to, as SPKI PEM' }),
  ),
  fingerprint: nullable(text(64, { description: 'RFC 7638 thumbprint, SHA-256, base64url' })),
} as const

export const success = oneOf(true)
