import type { LaneEvent } from './events.ts'
import { fail, LaneError } from './failure.ts'
import { type PublicKeys, readPublicKeys } from './keys.ts'
import { asObject } from './rest.ts'
import { parseStrict } from './strict.ts'
import type { LaneStore } from './store.ts'

/** The public keys of others: believed at first sight, and remembered. */
export interface Pins {
  /**
   * The key that is believed to be somebody's.
   *
   * @throws LaneError `USER_NOT_FOUND`, `KEY_NOT_FOUND`; `KEY_CHANGED` where the server says another one now
   */
  keysOf(name: string): Promise<PublicKeys>
  /** The same, whatever the server said before. */
  askAgain(name: string): Promise<PublicKeys>
  /** The same, even where the server says another one: what is sealed to it cannot be opened by whoever made that. */
  believedKeysOf(name: string, served: unknown): Promise<PublicKeys>
  /**
   * Believes the key that the server says now, if it has this fingerprint.
   *
   * @throws LaneError `KEY_CHANGED` if it has another one
   */
  trust(name: string, fingerprint: string): Promise<void>
  /** Believes a key that came by another way than the server. @throws LaneError `KEY_INVALID` */
  believe(name: string, uploaded: unknown): Promise<void>
  /** What was asked of the server may be another thing now. */
  forgetAnswers(): void
}

interface Dependencies {
  readonly store: LaneStore
  /** The `public_key` that the server has for a name. */
  fetchKey(name: string): Promise<unknown>
  tell(event: LaneEvent): void
}

export const makePins = ({ store, fetchKey, tell }: Dependencies): Pins => {
  const rowOf = (name: string): string => `pin/${name}`
  /** By name what the server said since the connection was opened. */
  const answers = new Map<string, Promise<PublicKeys>>()
  const told = new Map<string, string>()

  const pinnedKeysOf = async (name: string): Promise<PublicKeys | undefined> => {
    const row = store.get(rowOf(name))
    return row === undefined ? undefined : readPublicKeys(asObject(parseStrict(row))['key'])
  }

  const pin = (name: string, uploaded: unknown, { fingerprint }: PublicKeys): void => {
    store.write({ [rowOf(name)]: JSON.stringify({ key: uploaded }) })
    tell({ kind: 'key_pinned', name, fingerprint })
  }

  const compare = (name: string, known: PublicKeys, served: PublicKeys): boolean => {
    if (known.pin === served.pin) return true
    if (told.get(name) !== served.pin)
      tell({ kind: 'key_changed', name, known: known.fingerprint, told: served.fingerprint })
    told.set(name, served.pin)
    return false
  }

  const believed = async (name: string, uploaded: unknown) => {
    const served = await readPublicKeys(uploaded)
    const known = await pinnedKeysOf(name)
    if (known === undefined) pin(name, uploaded, served)
    return { keys: known ?? served, isChanged: known !== undefined && !compare(name, known, served) }
  }

  const ask = async (name: string): Promise<PublicKeys> => {
    try {
      const { keys, isChanged } = await believed(name, await fetchKey(name))
      return isChanged ? fail('KEY_CHANGED', name) : keys
    } catch (error) {
      // A token that only sends may not ask for keys; those that were given to it are enough.
      const mayNotAsk = error instanceof LaneError && error.code === 'SCOPE_MISSING'
      const known = mayNotAsk ? await pinnedKeysOf(name) : undefined
      if (known) return known
      throw error
    }
  }

  const askAgain: Pins['askAgain'] = (name) => {
    const asked = ask(name)
    answers.set(name, asked)
    // A refusal is asked about again.
    asked.catch(() => answers.delete(name))
    return asked
  }

  return {
    keysOf: (name) => answers.get(name) ?? askAgain(name),
    askAgain,
    believedKeysOf: async (name, served) => (await believed(name, served)).keys,
    trust: async (name, fingerprint) => {
      const uploaded = await fetchKey(name)
      const served = await readPublicKeys(uploaded)
      if (served.fingerprint !== fingerprint) throw new LaneError('KEY_CHANGED', name)
      answers.delete(name)
      pin(name, uploaded, served)
    },
    believe: async (name, uploaded) => {
      const keys = await readPublicKeys(uploaded)
      answers.delete(name)
      pin(name, uploaded, keys)
    },
    forgetAnswers: () => answers.clear(),
  }
}
