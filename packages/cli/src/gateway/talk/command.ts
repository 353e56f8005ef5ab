import { GatewayRefusal } from '../refusal.ts'

/** What a local program asks for. */
export type Command =
  /** `page`: by an old page, which hears `login_response` and is alone under its name. */
  | { readonly kind: 'login'; readonly as: 'program' | 'page'; readonly username: string }
  | {
      readonly kind: 'send'
      readonly text: string
      readonly to: string | undefined
      /** What the program says that it is called. */
      readonly claimed: readonly string[]
    }
  | { readonly kind: 'list' }
  | { readonly kind: 'logout' }

type Fields = Readonly<Record<string, unknown>>

interface EventForm {
  readonly fields: readonly string[]
  /** The field that a payload of text alone stands for. */
  readonly bare?: string
  read(fields: Fields): Command | undefined
}

const isTextOrAbsent = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string'

const login =
  (as: 'program' | 'page') =>
  ({ username }: Fields): Command | undefined =>
    typeof username === 'string' ? { kind: 'login', as, username } : undefined

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** The time of a message is when the gateway has sealed it; what a page says of it has to be one all the same. */
const isTime = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'string' && rfc3339.test(value) && !Number.isNaN(Date.parse(value)))

const send = ({ message, to, username, sender, timestamp }: Fields): Command | undefined => {
  if (typeof message !== 'string' || !isTextOrAbsent(to)) return undefined
  if (!isTextOrAbsent(username) || !isTextOrAbsent(sender) || !isTime(timestamp)) return undefined
  const claimed = [username, sender].filter((name) => name !== undefined)
  return { kind: 'send', text: message, to, claimed }
}

const sendFields = ['message', 'to', 'username', 'sender', 'timestamp']

const forms: Readonly<Record<string, EventForm>> = {
  login: { fields: ['username'], read: login('program') },
  user_login: { fields: ['username'], bare: 'username', read: login('page') },
  send_message: { fields: sendFields, read: send },
  chat_message: { fields: sendFields, bare: 'message', read: send },
  user_list: { fields: [], read: () => ({ kind: 'list' }) },
  logout: { fields: [], read: () => ({ kind: 'logout' }) },
}

const fieldsOf = (payload: unknown, bare: string | undefined): Fields => {
  if (typeof payload === 'string' && bare !== undefined) return { [bare]: payload }
  return typeof payload === 'object' && payload !== null ? { ...payload } : {}
}

const invalid = (message: string, field?: string): never => {
  throw new GatewayRefusal('PAYLOAD_INVALID', message, field)
}

/**
 * Reads an event with its payloads. A field that is not understood may have been meant to keep the rest private: `too`, or
 * `to` in a second argument.
 *
 * @returns undefined where there is no such event
 * @throws GatewayRefusal `PAYLOAD_INVALID`
 */
export const readCommand = (event: string, payloads: readonly unknown[]): Command | undefined => {
  const form = Object.hasOwn(forms, event) ? forms[event] : undefined
  if (!form) return undefined
  const [payload, ...others] = payloads
  if (others.length > 0) return invalid(`${event} takes one object`)
  const fields = fieldsOf(payload, form.bare)
  const strange = Object.keys(fields).find((field) => !form.fields.includes(field))
  if (strange !== undefined) {
    const named = strange.slice(0, 64)
    return invalid(`${event} has no field called ${JSON.stringify(named)}`, named)
  }
  return form.read(fields) ?? invalid(`${event} wants {${form.fields.join(', ')}}`)
}
