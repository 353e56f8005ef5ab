import { limits, SottoError } from '@sotto/protocol'
import { afterSilence, type Scheduler } from '../../../src/index.ts'
import { timerScheduler } from '../../net/timerScheduler.ts'

/** Keeps small texts for one user of a machine, where a copy of files does not reach. */
export interface Keystore {
  /** What people know it as. */
  readonly name: string
  /** @returns undefined where it has none of that id. @throws SottoError `keys_locked` */
  read(id: string): Promise<string | undefined>
  /** @throws SottoError `keys_locked` */
  write(id: string, text: string): Promise<void>
  /** Also where there is none. @throws SottoError `keys_locked` */
  remove(id: string): Promise<void>
}

/** What is used of `@napi-rs/keyring`, which may be missing: it is an optional dependency with a binary for each system. */
interface Entry {
  getPassword(): Promise<string | null>
  setPassword(text: string): Promise<void>
  deleteCredential(): Promise<boolean>
}
interface KeyringModule {
  readonly AsyncEntry: new (service: string, account: string, options?: object) => Entry
}

const moduleName: string = '@napi-rs/keyring'
const service = 'sotto'

/** Without this it would fall back to the keyring of the kernel, which forgets at the next start of the machine. */
const lasting = { linux: { store: 'secret-service' } }

const nameOf = (platform: NodeJS.Platform): string => {
  switch (platform) {
    case 'darwin':
      return 'the Keychain of macOS'
    case 'win32':
      return 'the Credential Manager of Windows'
    default:
      return 'the Secret Service of this desktop'
  }
}

const reasonOf = (error: unknown): string => {
  // What D-Bus says without a session of a desktop helps nobody.
  if (process.platform === 'linux' && !process.env['DBUS_SESSION_BUS_ADDRESS'])
    return 'there is no session of a desktop'
  return error instanceof Error ? error.message : String(error)
}

/** The same keystore, which answers within bounds: somebody may have to type its password into a window of the system. */
export const answeringKeystore = (
  { name, read, write, remove }: Keystore,
  scheduler: Pick<Scheduler, 'after' | 'steadyMs'> = timerScheduler,
): Keystore => {
  const bounded = <T>(asked: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = afterSilence(scheduler, limits.keystoreWaitMs, () =>
        reject(new SottoError('keys_locked', `${name} does not answer`)),
      )
      void asked.then(resolve, reject).finally(cancel)
    })
  return {
    name,
    read: (id) => bounded(read(id)),
    write: (id, text) => bounded(write(id, text)),
    remove: (id) => bounded(remove(id)),
  }
}

/**
 * Keychain, Credential Manager or Secret Service.
 *
 * @throws SottoError `keys_locked` where this machine has none, or the part of the program for it is not installed
 */
export const systemKeystore = async (): Promise<Keystore> => {
  const name = nameOf(process.platform)
  const { AsyncEntry } = await (import(moduleName) as Promise<KeyringModule>).catch(() => {
    throw new SottoError('keys_locked', `the package ${moduleName} is not installed here`)
  })
  const on = async <T>(id: string, work: (entry: Entry) => Promise<T>): Promise<T> => {
    try {
      return await work(new AsyncEntry(service, id, lasting))
    } catch (error) {
      throw new SottoError('keys_locked', `${name}: ${reasonOf(error)}`)
    }
  }
  return {
    name,
    read: (id) => on(id, async (entry) => (await entry.getPassword()) ?? undefined),
    write: (id, text) => on(id, (entry) => entry.setPassword(text)),
    remove: (id) => on(id, async (entry) => void (await entry.deleteCredential())),
  }
}
