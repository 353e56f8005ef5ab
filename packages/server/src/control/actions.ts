import type { Counts } from '../logging/tally.ts'
import { type RegistrationMode, SottoError } from '@sotto/protocol'

/** What whoever runs the server can ask of it on its machine. */
export type Action =
  | { readonly do: 'invite.create'; readonly uses: number; readonly lifetimeMs: number }
  | { readonly do: 'invite.list' }
  | { readonly do: 'invite.revoke'; readonly id: number }
  | { readonly do: 'accounts' | 'limits' | 'abuse' }
  | { readonly do: 'suspend' | 'resume' | 'remove'; readonly name: string }

/** One line of an answer: times in milliseconds, ids and hashes of nothing that opens anything. */
export interface Answers {
  readonly 'invite.create': {
    readonly id: number
    /** Told here and never again. */
    readonly key: string
    /** Where it is opened; null where the server does not know its address. */
    readonly link: string | null
    readonly uses: number
    readonly expiresMs: number
    /** Null where no server runs that would know. */
    readonly registration: RegistrationMode | null
  }
  readonly 'invite.list': {
    readonly id: number
    readonly usesMax: number
    readonly uses: number
    readonly createdMs: number
    readonly expiresMs: number
  }
  readonly 'invite.revoke': { readonly id: number }
  readonly accounts: {
    readonly name: string
    readonly kind: 'person' | 'program'
    readonly createdMs: number
    readonly seenMs: number | null
    /** Of a person, those that can sign in; a program has none. */
    readonly devices: number
    readonly rooms: number
    /** What it has added to what is stored, on both lanes, as its budget of a day remembers it. */
    readonly bytes: number
    readonly suspendedMs: number | null
  }
  readonly limits:
    | { readonly kind: 'limit'; readonly limit: string; readonly value: number }
    /** Somebody has used up four fifths of it, or more. */
    | {
        readonly kind: 'used'
        readonly limit: string
        readonly by: string
        readonly used: number
        readonly value: number
      }
  readonly abuse: Counts & {
    /** An account by its name, or a source as the log of the day names it. */
    readonly who: string
    readonly kind: 'account' | 'source'
  }
  readonly suspend: { readonly name: string; readonly sessions: number }
  readonly resume: { readonly name: string }
  readonly remove: {
    readonly name: string
    readonly sessions: number
    /** Of rooms in which leaves of it are: who is in there has to take it out. */
    readonly rooms: number
    /** From when on somebody else may have the name. */
    readonly nameFreeMs: number
  }
}

export type Verb = Action['do']
export type ActionOf<V extends Verb> = Action & { readonly do: V }

type Read = (value: unknown) => boolean
const isCount: Read = (value) => Number.isSafeInteger(value) && Number(value) >= 0

const isName: Read = (value) => typeof value === 'string' && value.length <= 64 && value.isWellFormed()

/** What stands beside `do`, and how it is told. */
const forms: { readonly [V in Verb]: Readonly<Record<Exclude<keyof ActionOf<V>, 'do'>, Read>> } = {
  'invite.create': { uses: isCount, lifetimeMs: isCount },
  'invite.list': {},
  'invite.revoke': { id: isCount },
  accounts: {},
  limits: {},
  abuse: {},
  suspend: { name: isName },
  resume: { name: isName },
  remove: { name: isName },
}

const isVerb = (value: unknown): value is Verb => typeof value === 'string' && Object.hasOwn(forms, value)

/** @throws SottoError `bad_request` for anything but one of the actions, with what belongs to it and nothing else */
export const readAction = (value: unknown): Action => {
  const fields =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : {}
  const verb = fields['do']
  if (!isVerb(verb)) throw new SottoError('bad_request', 'there is no such action')
  const form: Readonly<Record<string, Read>> = forms[verb]
  const isWhole =
    Object.keys(fields).length === Object.keys(form).length + 1 &&
    Object.entries(form).every(([name, isFit]) => Object.hasOwn(fields, name) && isFit(fields[name]))
  if (!isWhole) throw new SottoError('bad_request', `this is not what ${verb} takes`)
  return fields as unknown as Action
}
