import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keystore } from '../../adapters/node/keys/keystore.ts'

/** A keystore in a directory, which outlives the program that is killed over it. */
export const directoryKeystore = (
  directory: string,
  /** Before each call, and after each that writes. */
  step: () => void | Promise<void> = () => {},
): Keystore => {
  mkdirSync(directory, { recursive: true })
  const fileOf = (id: string): string => join(directory, id)
  return {
    name: 'the directory',
    read: async (id) => {
      await step()
      try {
        return readFileSync(fileOf(id), 'utf8')
      } catch {
        return undefined
      }
    },
    write: async (id, text) => {
      await step()
      writeFileSync(fileOf(id), text)
      await step()
    },
    remove: async (id) => {
      await step()
      rmSync(fileOf(id), { force: true })
      await step()
    },
  }
}
