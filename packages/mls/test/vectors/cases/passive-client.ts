import assert from 'node:assert/strict'
import { equalBytes } from '../../../src/bytes.ts'
import { decode, encode } from '../../../src/codec.ts'
import type { Engine } from '../../../src/engine.ts'
import { makeEngine } from '../../../src/engine.ts'
import { epochAuthenticator, type Group, resumptionPsk } from '../../../src/group.ts'
import { join } from '../../../src/joinGroup.ts'
import { encodeKeyPackage } from '../../../src/keyPackage.ts'
import { decodeMessage } from '../../../src/message.ts'
import { process } from '../../../src/processMessage.ts'
import type { PskSource, Resumption } from '../../../src/psk.ts'
import { cryptoOf, privateScalar } from '../cryptoOf.ts'
import { fromHex, toHex, type VectorFile, vectorFile } from '../vectorFile.ts'

interface PassiveClientCase {
  readonly cipher_suite: number
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[]
  readonly key_package: string
  readonly signature_priv: string
  readonly encryption_priv: string
  readonly init_priv: string
  readonly welcome: string
  readonly ratchet_tree: string | null
  readonly initial_epoch_authenticator: string
  readonly epochs: readonly {
    readonly proposals: readonly string[]
    readonly commit: string
    readonly epoch_authenticator: string
  }[]
}

/** A client that only listens keeps up with a group. */
const follow = async (vector: PassiveClientCase): Promise<void> => {
  const { provider, suite } = cryptoOf(vector.cipher_suite)
  const engine = makeEngine(provider, suite.id, { leaf: () => undefined, commit: () => undefined })
  // Any epoch may be called upon again; a client keeps what it is to know of epochs that are over.
  const resumptions: Resumption[] = []
  const psks: PskSource = (id) => {
    if (id.kind === 'resumption') return resumptions.find(({ epoch }) => epoch === id.epoch)?.secret
    const known = vector.external_psks.find(({ psk_id }) => equalBytes(id.id, fromHex(psk_id)))
    return known && fromHex(known.psk)
  }

  let group = await joined(engine, vector, psks)
  assert.equal(toHex(epochAuthenticator(group)), vector.initial_epoch_authenticator)
  for (const [index, epoch] of vector.epochs.entries()) {
    resumptions.push(resumptionPsk(group))
    for (const proposal of epoch.proposals) {
      const processed = await process(engine, group, fromHex(proposal))
      assert(processed.kind === 'proposal')
      group = processed.group
    }
    const processed = await process(engine, group, fromHex(epoch.commit), { psks })
    assert(processed.kind === 'commit' && processed.group)
    group = processed.group
    assert.equal(toHex(epochAuthenticator(group)), epoch.epoch_authenticator, `epoch ${index}`)
  }
}

const joined = async (engine: Engine, vector: PassiveClientCase, psks: PskSource): Promise<Group> => {
  const message = decode(decodeMessage, fromHex(vector.key_package))
  assert(message.kind === 'key_package')
  const { keyPackage } = message
  const bundle = {
    keyPackage,
    bytes: encode(encodeKeyPackage, keyPackage),
    initPrivateKey: privateScalar(engine, fromHex(vector.init_priv)),
    encryptionPrivateKey: privateScalar(engine, fromHex(vector.encryption_priv)),
    signaturePrivateKey: privateScalar(engine, fromHex(vector.signature_priv)),
  }
  const { group } = await join(engine, {
    welcome: fromHex(vector.welcome),
    bundles: [bundle],
    ...(vector.ratchet_tree && { tree: fromHex(vector.ratchet_tree) }),
    psks,
  })
  return group
}

export const passiveClients: readonly VectorFile[] = [
  vectorFile<PassiveClientCase>('passive-client-welcome.json', follow),
  vectorFile<PassiveClientCase>('passive-client-handling-commit.json', follow),
  vectorFile<PassiveClientCase>('passive-client-random.json', follow),
]
