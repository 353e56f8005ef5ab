import type { Suite } from './cbcEnvelope.ts'
import type { OaepHash } from './oaepHash.ts'
import { type KeyForm, usualForm } from './programKey.ts'

/**
 * How the old programs of this machine write things that their dialect leaves open. Each set of them agrees with itself
 * alone, so they are answered as they have been seen to write.
 */
export interface Habits {
  registered(username: string, form: KeyForm): void
  sealed(name: string, suite: Suite): void
  keyForm(): KeyForm
  /** A name as it is, and with a capital where programs here write theirs so. */
  spellingsOf(name: string): readonly string[]
  /** Of the program itself, of another one of this machine, or the usual one. */
  suiteOf(name: string): Suite
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** @param oaepHash what receivers here expect, whatever is seen; undefined where nobody has said */
export const makeHabits = (oaepHash: OaepHash | undefined): Habits => {
  let form = usualForm
  let isCapital = false
  const suites = new Map<string, Suite>()
  let suiteOfOthers: Suite = { oaepHash: 'sha256', keyBytes: 32 }

  return {
    registered: (username, formOfKey) => {
      form = formOfKey
      isCapital ||= username !== username.toLowerCase()
    },
    sealed: (name, suite) => {
      suites.set(name, suite)
      suiteOfOthers = suite
    },
    keyForm: () => form,
    spellingsOf: (name) => [...new Set(isCapital ? [name, capital(name)] : [name])],
    suiteOf: (name) => {
      const seen = suites.get(name) ?? suiteOfOthers
      return { ...seen, oaepHash: oaepHash ?? seen.oaepHash }
    },
  }
}
