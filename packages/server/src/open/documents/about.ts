import { nameReasons, openFailures } from '@sotto/protocol'
import type { JsonSchema } from '../form/shape.ts'

export const title = 'The open lane of Sotto'

export const about = {
  version: '1.0.0',
  license: { name: 'MIT', identifier: 'MIT' },
  description:
    'For scripts, bots and native programs in any language. Everything is end-to-end encrypted: keys are made by the ' +
    'client, the server relays bytes that it cannot read. What is sealed to a key here has no forward secrecy, does not ' +
    'heal after a theft, and is not post-quantum; rooms of people, which have all three, are no part of this lane.',
} as const

/** What every refusal looks like. */
export const failureSchema: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string', description: 'a text for people; may change' },
    code: { enum: Object.keys(openFailures), description: 'stable' },
    timestamp: { type: 'string', format: 'date-time', description: 'RFC 3339, UTC' },
    message: { type: 'string', description: 'the text again' },
    success: { const: false },
    field: { type: 'string', description: 'the field that is refused, where it is one' },
    retry_after_ms: { type: 'integer', minimum: 0, description: 'how long to wait' },
    scope: {
      enum: ['account', 'hook', 'room', 'server'],
      description: 'of `QUOTA`: what of it is used up; of `server` it is the space of the whole server',
    },
    instead: { type: 'string', description: 'of `EVENT_REPLACED` and `GONE`: what there is in its place' },
    offline_users: {
      type: 'array',
      items: { type: 'string' },
      description: 'of `USERS_OFFLINE`: those who are away',
    },
    reason: {
      enum: Object.keys(nameReasons),
      description: 'of `USERNAME_INVALID` and `NAME_INVALID`: which rule the name breaks',
    },
  },
  required: ['error', 'message', 'code', 'timestamp', 'success'],
}
