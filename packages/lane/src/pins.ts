import type { LaneEvent } from './events.ts'
import { fail, LaneError } from './failure.ts'
import { type PublicKeys, readPublicKeys } from './keys.ts'
import { formOfName } from './names.ts'
import type { Cryptography } from './ports/cryptography.ts'
import { asList, asObject } from './rest.ts'
import { parseStrict } from './strict.ts'
import { everyRowOf, type LaneStore } from './ports/store.ts'

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
  readonly cryptography: Pick<Cryptography, 'keyOfPem' | 'thumbprint'>
  readonly store: LaneStore
  /** The `public_key` that the server has for a name. */
  fetchKey(name: string): Promise<unknown>
  tell(event: LaneEvent): void
}

const pinPrefix = 'pin/'

/** Whoever names somebody in capitals, the server among them, names nobody else. */
const rowOf = (name: string): string => `${pinPrefix}${formOfName(name)}`

/** Keys that were believed, the first of them sealed to; with more than one nobody has said yet which is right. */
const uploadsIn = (row: string): readonly unknown[] => {
  const { key, disputed = [] } = asObject(parseStrict(row))
  return [key, ...asList(disputed)]
}

/**
 * Rows of earlier versions have names as somebody typed them. All of them are one person's: where they have several keys,
 * none is believed before somebody says which.
 */
const joinRowsOfOneName = (store: LaneStore): void => {
  for (const [typed, row] of everyRowOf(store, pinPrefix)) {
    const joined = rowOf(typed.slice(pinPrefix.length))
    if (joined === typed) continue
    const known = store.get(joined)
    const uploads = [...(known === undefined ? [] : uploadsIn(known)), ...uploadsIn(row)]
    const [key, ...disputed] = new Map(uploads.map((one) => [JSON.stringify(one), one])).values()
    store.write({
      [typed]: null,
      [joined]: JSON.stringify(disputed.length > 0 ? { key, disputed } : { key }),
    })
  }
}

export const makePins = ({ cryptography, store, fetchKey, tell }: Dependencies): Pins => {
  joinRowsOfOneName(store)
  /** By name what the server said since the connection was opened. */
  const answers = new Map<string, Promise<PublicKeys>>()
  const told = new Map<string, string>()

  const pinnedKeysOf = async (name: string): Promise<readonly PublicKeys[]> => {
    const row = store.get(rowOf(name))
    return row === undefined
      ? []
      : Promise.all(uploadsIn(row).map((one) => readPublicKeys(cryptography, one)))
  }

  const pin = (name: string, uploaded: unknown, { fingerprint }: PublicKeys): void => {
    store.write({ [rowOf(name)]: JSON.stringify({ key: uploaded }) })
    tell({ kind: 'key_pinned', name, fingerprint })
  }

  const tellChanged = (name: string, known: PublicKeys, served: PublicKeys): void => {
    if (told.get(name) !== served.pin)
      tell({ kind: 'key_changed', name, known: known.fingerprint, told: served.fingerprint })
    told.set(name, served.pin)
  }

  const believed = async (name: string, uploaded: unknown) => {
    const served = await readPublicKeys(cryptography, uploaded)
    const known = await pinnedKeysOf(name)
    const [first] = known
    if (first === undefined) pin(name, uploaded, served)
    const other = known.find((one) => one.pin !== served.pin)
    if (other) tellChanged(name, other, served)
    return { keys: first ?? served, isChanged: other !== undefined }
  }

  const ask = async (name: string): Promise<PublicKeys> => {
    try {
      const { keys, isChanged } = await believed(name, await fetchKey(name))
      return isChanged ? fail('KEY_CHANGED', name) : keys
    } catch (error) {
      // A token that only sends may not ask for keys; those that were given to it are enough.
      const mayNotAsk = error instanceof LaneError && error.code === 'SCOPE_MISSING'
      const [known, disputed] = mayNotAsk ? await pinnedKeysOf(name) : []
      if (disputed) return fail('KEY_CHANGED', name)
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
      const served = await readPublicKeys(cryptography, uploaded)
      if (served.fingerprint !== fingerprint) throw new LaneError('KEY_CHANGED', name)
      answers.delete(name)
      pin(name, uploaded, served)
    },
    believe: async (name, uploaded) => {
      const keys = await readPublicKeys(cryptography, uploaded)
      answers.delete(name)
      pin(name, uploaded, keys)
    },
    forgetAnswers: () => answers.clear(),
  }
}
