import type { KeyMeans, KeyPlace } from '@sotto/client/node'
import { askNewPassphrase, askPassphrase } from './input.ts'
import type { Output } from './output.ts'

export interface KeyOptions {
  readonly keys?: KeyPlace
  readonly passphraseFile?: string
}

/** Where keys lie, for people. */
export const placeTexts: Readonly<Record<KeyPlace, string>> = {
  keystore: 'in the keystore of this machine: a copy of the profile cannot be opened elsewhere',
  passphrase: 'under a passphrase, which is asked for whenever the profile is opened',
  file: 'in a file that only you can read: anyone who copies the profile can read and write as you (sotto keys move)',
}

/** What the command line has said; one program has one of them. */
let options: KeyOptions = {}
let output: Output | undefined

export const takeKeyOptions = (given: KeyOptions, to: Output): void => {
  options = given
  output = to
}

const triesMax = 3

/** The right one is not asked for twice. */
let asked: string | undefined

const told = (place: KeyPlace, why: string | undefined): void => {
  if (why === undefined) return
  output?.notice(
    { notice: 'keys', place, why },
    `The keys of this profile are ${placeTexts[place]}.\n  They are not in a keystore, for ${why}.`,
  )
}

/** How this program opens the keys of a profile: as the command line says, then the environment, then whoever looks on. */
export const keyMeans = async (): Promise<KeyMeans> => {
  const { passphraseInFile } = await import('@sotto/client/node')
  const { keys, passphraseFile } = options
  return {
    place: keys,
    passphrase:
      passphraseFile === undefined
        ? {
            known: async (tries) => {
              if (tries >= triesMax) return undefined
              if (tries > 0 || asked === undefined) asked = await askPassphrase(tries > 0)
              return asked
            },
            chosen: async () => (asked = await askNewPassphrase()),
          }
        : passphraseInFile(passphraseFile),
    onPlaced: told,
  }
}
