import type { Rule } from './rules.ts'

/** The outcome of judging what somebody else made: the value it proves, or the rule that it breaks. */
export type Verdict<T> = Accepted<T> | Refused

export interface Accepted<T> {
  readonly kind: 'ok'
  readonly value: T
}

/** `rule` is an id of docs/spec/trust.md: it goes into logs, into a `nack` and into the detail of a failure. */
export interface Refused {
  readonly kind: 'refused'
  readonly rule: Rule
}

export const accepted = <T>(value: T): Accepted<T> => ({ kind: 'ok', value })

export const refused = (rule: Rule): Refused => ({ kind: 'refused', rule })
