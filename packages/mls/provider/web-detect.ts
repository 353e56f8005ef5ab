import { equalBytes } from '../src/bytes.ts'
import { hashInJs } from './js-hash.ts'
import { webAesOpen, webAesSeal, webEd25519, webMlKem, webX25519 } from './web-native.ts'
import type { Subtle } from './web-subtle.ts'

/** Algorithms that a browser may have natively. */
export const nativeNames = ['Ed25519', 'X25519', 'ML-KEM-768', 'AES-GCM'] as const
export type NativeName = (typeof nativeNames)[number]

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16))
const repeated = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte)

const message = Uint8Array.of(0x73, 0x6f, 0x74, 0x74, 0x6f)
const ed25519Public = hex('ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c')
const ed25519Signature = hex(
  'e511e898a8d6feb995e3997c12f938154b06108e34052e70c697fb2d6d81a20e' +
    'e1db52fa8c8d832eecde2ee0ab83ebc6f2432415ab1100dea4e666b74d690409',
)
/** R has a component of small order: good in the cofactored equation alone, so bad by SIG-5. */
const cofactoredSignature = hex(
  'a00c3955e6dba6ae0b0cf366795b20a55f50b61b1d9a08a49a743d2831426ced' +
    'd398f91270c6e93d5f33f6a1e94df07566ea319894b69ec9ab3c4228a93bfb0b',
)
const x25519Public = hex('57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d421')
const x25519Secret = hex('2ffe325b2a26611bf1911325d4a62b33749b8f350d0e88ba91e316acaae66554')
const mlkemPublicHash = hex('c12e9e39db6758fc2ba63a638785b04f8efe3d7df23ba09803b4e39ba2fbc707')

const checks: Readonly<Record<NativeName, (subtle: Subtle) => Promise<boolean>>> = {
  async Ed25519(subtle) {
    const signer = webEd25519(subtle)
    const signature = await signer.sign(repeated(7, 32), message)
    return (
      equalBytes(signature, ed25519Signature) &&
      (await signer.verify(ed25519Public, message, signature)) &&
      !(await signer.verify(ed25519Public, message, cofactoredSignature))
    )
  },
  async X25519(subtle) {
    const group = webX25519(subtle)
    const own = await group.privateKey(repeated(7, 32))
    const secret = await own.agree(await group.publicKey(x25519Public))
    if (!equalBytes(secret, x25519Secret)) return false
    // A platform that derives a secret from a point of small order is not used.
    const smallOrder = await group.publicKey(repeated(0, 32))
    return Promise.resolve(own.agree(smallOrder)).then(
      () => false,
      () => true,
    )
  },
  async 'ML-KEM-768'(subtle) {
    const kem = webMlKem(subtle)
    const own = await kem.privateKey(repeated(7, 64))
    const publicBytes = await own.publicBytes()
    if (!equalBytes(hashInJs.hash('SHA-256', publicBytes), mlkemPublicHash)) return false
    const { secret, ciphertext } = await (await kem.publicKey(publicBytes)).encapsulate()
    return equalBytes(await own.decapsulate(ciphertext), secret)
  },
  async 'AES-GCM'(subtle) {
    const [key, nonce] = [repeated(7, 32), repeated(7, 12)]
    const sealed = await webAesSeal(subtle, 'AES-256-GCM', key, nonce, message, message)
    return equalBytes(await webAesOpen(subtle, 'AES-256-GCM', key, nonce, message, sealed), message)
  },
}

/** Which of these this platform has, and has right: every one is put to a test with a known answer. */
export const detectNatives = async (
  subtle: Subtle | undefined,
  candidates: readonly NativeName[] = nativeNames,
): Promise<ReadonlySet<NativeName>> => {
  const found = new Set<NativeName>()
  if (!subtle) return found
  const test = async (name: NativeName): Promise<void> => {
    const good = await checks[name](subtle).catch(() => false)
    if (good) found.add(name)
  }
  await Promise.all(candidates.map(test))
  return found
}
