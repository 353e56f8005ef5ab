import { moveKeys } from '../../adapters/node/keys/keysOfProfile.ts'
import type { KeyPlace } from '../../adapters/node/keys/means.ts'
import { directoryKeystore } from './directoryKeystore.ts'

/** Moves the keys of a profile, and is killed at one step of the way. */
const [directory = '', stored = '', to, steps] = process.argv.slice(2)

let left = Number(steps)
const step = (): void => {
  left -= 1
  if (left < 0) process.kill(process.pid, 'SIGKILL')
}
await moveKeys(directory, to as KeyPlace, {
  passphrase: 'one of the passphrases',
  keystore: async () => directoryKeystore(stored, step),
})
