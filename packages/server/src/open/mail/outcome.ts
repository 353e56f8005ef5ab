import type { OpenUser } from '../store.ts'

/** Names of those who get it, now or later, and of those whose mailbox has no room for it. */
export interface Outcome {
  readonly delivered: readonly string[]
  readonly full: readonly string[]
}

type Named = Pick<OpenUser, 'id' | 'name'>

export const outcomeOf = (recipients: readonly Named[], full: readonly number[]): Outcome => {
  const names = (some: readonly Named[]) => some.map(({ name }) => name)
  return {
    delivered: names(recipients.filter(({ id }) => !full.includes(id))),
    full: names(recipients.filter(({ id }) => full.includes(id))),
  }
}
