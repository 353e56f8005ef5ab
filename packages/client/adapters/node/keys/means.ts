import { readFileSync } from 'node:fs'
import { SottoError } from '@sotto/protocol'
import { answeringKeystore, type Keystore, systemKeystore } from './keystore.ts'

export const keyPlaces = ['keystore', 'passphrase', 'file'] as const

/**
 * What has to be had, besides the files of a profile, to open its keys: the keystore of the system, a passphrase, or
 * nothing, where they lie in a file that only the user may read.
 */
export type KeyPlace = (typeof keyPlaces)[number]

/** Where a passphrase comes from. */
export interface Passphrases {
  /**
   * The one under which keys lie.
   *
   * @param tries how many were wrong so far
   * @returns undefined where there is no other to try
   */
  known(tries: number): Promise<string | undefined>
  /** One for what is to lie under it from now on: at least as long as a password. */
  chosen(): Promise<string>
}

/** How the keys of a profile are kept, and opened. */
export interface KeyMeans {
  /** Where new keys go. Default: `SOTTO_KEYS`, else the keystore where there is one, else a file. */
  readonly place?: KeyPlace | undefined
  /** A text, or where one is to be had. Default: `SOTTO_PASSPHRASE`, or the file `SOTTO_PASSPHRASE_FILE`. */
  readonly passphrase?: string | Passphrases | undefined
  /** Hears where new keys have gone, and what has kept them from the keystore. */
  readonly onPlaced?: ((place: KeyPlace, why: string | undefined) => void) | undefined
  /** Default: the one of the system. */
  readonly keystore?: (() => Promise<Keystore>) | undefined
}

/** The same, complete. */
export interface Means {
  readonly place: KeyPlace | undefined
  readonly passphrases: Passphrases
  /** Keys that passphrases have given already, by their salt. */
  readonly derived: Map<string, Uint8Array>
  placed(place: KeyPlace, why: string | undefined): void
  keystore(): Promise<Keystore>
}

export const fixedPassphrase = (text: string): Passphrases => ({
  known: async (tries) => (tries === 0 ? text : undefined),
  chosen: async () => text,
})

const nobodyToAsk = (): never => {
  throw new SottoError(
    'keys_locked',
    'the keys of this profile lie under a passphrase, and there is nobody to ask: say it with SOTTO_PASSPHRASE or SOTTO_PASSPHRASE_FILE',
  )
}

const noPassphrase: Passphrases = { known: async () => nobodyToAsk(), chosen: async () => nobodyToAsk() }

/** The first line of a file. @throws SottoError `bad_request` where it cannot be read */
export const passphraseInFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SottoError('bad_request', `the passphrase cannot be read: ${reason}`)
  }
}

/** Read once, and taken out: what this program starts does not inherit it. */
let inherited: string | undefined
const passphraseInEnvironment = (): string | undefined => {
  inherited ??= process.env['SOTTO_PASSPHRASE'] || undefined
  delete process.env['SOTTO_PASSPHRASE']
  const file = process.env['SOTTO_PASSPHRASE_FILE']
  return inherited ?? (file ? passphraseInFile(file) : undefined)
}

const placeInEnvironment = (): KeyPlace | undefined => {
  const given = process.env['SOTTO_KEYS'] || undefined
  const place = keyPlaces.find((one) => one === given)
  if (given !== undefined && !place)
    throw new SottoError('bad_request', `SOTTO_KEYS is ${keyPlaces.join(', ')} or nothing, not ${given}`)
  return place
}

/** @throws SottoError `bad_request` for what the environment says */
export const meansOf = ({ place, passphrase, onPlaced, keystore }: KeyMeans = {}): Means => {
  const text = typeof passphrase === 'string' ? passphrase : passphraseInEnvironment()
  const given = typeof passphrase === 'object' ? passphrase : noPassphrase
  const passphrases = text === undefined ? given : fixedPassphrase(text)
  let choosing: Promise<string> | undefined
  return {
    place: place ?? placeInEnvironment(),
    // Several files are kept under one.
    passphrases: { ...passphrases, chosen: () => (choosing ??= passphrases.chosen()) },
    derived: new Map(),
    placed: (where, why) => onPlaced?.(where, why),
    keystore: async () => answeringKeystore(await (keystore ?? systemKeystore)()),
  }
}
