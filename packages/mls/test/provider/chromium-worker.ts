import { nativeNames, webProvider, type NativeName, type WebProvider } from '../../provider/web.ts'
import { plain, revive } from './plain.ts'

/** A method of a provider; bytes travel as arrays of numbers. */
export interface Call {
  readonly without: readonly NativeName[]
  readonly method: keyof WebProvider
  readonly args: readonly unknown[]
}

const made = new Map<string, Promise<WebProvider>>()

const providerWithout = (without: readonly NativeName[]): Promise<WebProvider> => {
  const id = without.join()
  const known = made.get(id) ?? webProvider({ without })
  made.set(id, known)
  return known
}

interface SignatureCase {
  readonly key: readonly number[]
  readonly message: readonly number[]
  readonly signature: readonly number[]
}

/** What WebCrypto itself, the provider, and the provider without natives say to signatures. */
const verdicts = async (cases: readonly SignatureCase[]) => {
  const native = await providerWithout([])
  const inJs = await providerWithout(nativeNames)
  const raw = async (key: Uint8Array<ArrayBuffer>, message: BufferSource, signature: BufferSource) => {
    try {
      const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
      return await crypto.subtle.verify('Ed25519', imported, signature, message)
    } catch {
      return false
    }
  }
  const all = []
  for (const { key, message, signature } of cases) {
    const [k, m, s] = [Uint8Array.from(key), Uint8Array.from(message), Uint8Array.from(signature)]
    all.push({
      raw: await raw(k, m, s),
      native: await native.verify('Ed25519', k, m, s),
      js: await inJs.verify('Ed25519', k, m, s),
    })
  }
  return all
}

export const run = async (
  input: Call | { readonly verdicts: readonly SignatureCase[] },
): Promise<unknown> => {
  if ('verdicts' in input) return verdicts(input.verdicts)
  const provider = await providerWithout(input.without)
  const member = provider[input.method]
  if (typeof member !== 'function') return plain(member)
  return plain(await (member as (...args: unknown[]) => unknown)(...input.args.map(revive)))
}
