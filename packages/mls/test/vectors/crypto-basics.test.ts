import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsProvider } from '../../provider/js.ts'
import { nodeProvider } from '../../provider/node.ts'
import {
  decryptWithLabel,
  deriveSecret,
  deriveTreeSecret,
  encryptWithLabel,
  expandWithLabel,
  refHash,
  signWithLabel,
  verifyWithLabel,
  type Crypto,
} from '../../src/labels.ts'
import type { Provider } from '../../src/provider.ts'
import { suiteOf } from '../../src/suite.ts'

const file = new URL('../../../../../shared/vectors/mls/crypto-basics.json', import.meta.url)

interface Vector {
  cipher_suite: number
  ref_hash: { label: string; value: string; out: string }
  expand_with_label: { secret: string; label: string; context: string; length: number; out: string }
  derive_secret: { secret: string; label: string; out: string }
  derive_tree_secret: { secret: string; label: string; generation: number; length: number; out: string }
  sign_with_label: { priv: string; pub: string; content: string; label: string; signature: string }
  encrypt_with_label: {
    priv: string
    pub: string
    label: string
    context: string
    plaintext: string
    kem_output: string
    ciphertext: string
  }
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const providers: readonly (readonly [string, Provider])[] = [
  ['node', nodeProvider()],
  ['js', jsProvider((length) => new Uint8Array(randomBytes(length)))],
]

if (!existsSync(file)) it.skip('crypto-basics.json is not beside the project', () => {})
else
  describe.each(providers)('crypto-basics on %s', (_name, provider) => {
    const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'))
    it.each(vectors.map((v) => [v.cipher_suite, v] as const))('suite %d', async (id, v) => {
      const crypto: Crypto = { provider, suite: suiteOf(id) }

      const ref = v.ref_hash
      expect(refHash(crypto, ref.label, bytes(ref.value))).toEqual(bytes(ref.out))

      const ex = v.expand_with_label
      expect(expandWithLabel(crypto, bytes(ex.secret), ex.label, bytes(ex.context), ex.length)).toEqual(
        bytes(ex.out),
      )

      const ds = v.derive_secret
      expect(deriveSecret(crypto, bytes(ds.secret), ds.label)).toEqual(bytes(ds.out))

      const dt = v.derive_tree_secret
      expect(deriveTreeSecret(crypto, bytes(dt.secret), dt.label, dt.generation, dt.length)).toEqual(
        bytes(dt.out),
      )

      const sg = v.sign_with_label
      const pub = bytes(sg.pub)
      const content = bytes(sg.content)
      expect(await verifyWithLabel(crypto, pub, sg.label, content, bytes(sg.signature))).toBe(true)
      expect(await verifyWithLabel(crypto, pub, `${sg.label}x`, content, bytes(sg.signature))).toBe(false)
      const own = await signWithLabel(crypto, bytes(sg.priv), sg.label, content)
      expect(await verifyWithLabel(crypto, pub, sg.label, content, own)).toBe(true)

      const en = v.encrypt_with_label
      const keyPair = { publicKey: bytes(en.pub), privateKey: bytes(en.priv) }
      const sealed = { kemOutput: bytes(en.kem_output), ciphertext: bytes(en.ciphertext) }
      const context = bytes(en.context)
      expect(await decryptWithLabel(crypto, keyPair, en.label, context, sealed)).toEqual(bytes(en.plaintext))
      const resealed = await encryptWithLabel(
        crypto,
        keyPair.publicKey,
        en.label,
        context,
        bytes(en.plaintext),
      )
      expect(await decryptWithLabel(crypto, keyPair, en.label, context, resealed)).toEqual(
        bytes(en.plaintext),
      )
      await expect(
        decryptWithLabel(crypto, keyPair, `${en.label}x`, context, resealed),
      ).rejects.toMatchObject({ code: 'decrypt_failed' })
    })
  })
