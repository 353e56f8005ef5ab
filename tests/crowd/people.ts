import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { hybridSuiteId, makeKeyPackage, suiteOf } from '@sotto/mls'
import { nodeProvider } from '@sotto/mls/provider/node'
import { H } from '@sotto/protocol'
import {
  type AccountState,
  buildGenesis,
  buildLeafCredential,
  encodeAccountState,
  keyPairSigner,
  leafCapabilities,
  verifyChain,
} from '@sotto/trust'
import { openStore, type Store } from '../../packages/server/src/store/openStore.ts'

const provider = nodeProvider()
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const daysS = (count: number): number => count * 86_400

interface Absent {
  readonly state: AccountState
  readonly keyPackage: Uint8Array
}

/** An account with one device and one key package of the product's suite; nobody will ever open its client. */
const addOne = async (store: Store, name: string, nowS: number): Promise<Absent> => {
  const identity = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, await provider.signatureGenerate('Ed25519'))
  const certificate = {
    device: random(16),
    signingKey: signer.publicKey,
    sealingKey: (await provider.kemGenerate('MLKEM768-X25519')).publicKey,
    kind: 'cli',
    createdS: nowS,
    notAfterS: nowS + daysS(300),
  } as const
  const genesis = await buildGenesis({
    provider,
    identity,
    name,
    device: { certificate, signer },
    timeS: nowS,
  })
  const verdict = await verifyChain(provider, [genesis], nowS)
  if (verdict.kind === 'refused') throw new Error(verdict.rule)
  const state = verdict.value
  await store.authentication.createAccount({
    account: state.account,
    name,
    credential: name,
    opaqueRecord: random(192),
    genesis,
    state: encodeAccountState(state),
    rootSlot: random(120),
    invite: null,
    session: {
      tokenHash: random(32),
      account: state.account,
      device: certificate.device,
      createdMs: nowS * 1000,
      usedMs: nowS * 1000,
    },
  })
  const signatureKeyPair = await provider.signatureGenerate('Ed25519')
  const credential = await buildLeafCredential(signer, {
    account: state.account,
    device: certificate.device,
    leafKey: signatureKeyPair.publicKey,
    chainSeq: state.seq,
    chainHead: state.head,
    notAfterS: nowS + daysS(80),
  })
  const notAfterS = nowS + daysS(20)
  const { bytes } = await makeKeyPackage(
    { provider, suite: suiteOf(hybridSuiteId) },
    {
      credential,
      signatureKeyPair,
      capabilities: leafCapabilities(),
      notBefore: BigInt(nowS - 3600),
      notAfter: BigInt(notAfterS),
    },
  )
  await store.directory.putKeyPackages(
    state.account,
    certificate.device,
    [{ ref: H(bytes), bytes, lastResort: false, notAfterS }],
    { storedMax: 1, nowMs: nowS * 1000, mayExpire: false, replace: false },
  )
  return { state, keyPackage: bytes }
}

/**
 * Puts people into the database of a server that is not running: what a registration leaves there, without the slow hash
 * of a password that none of them has.
 *
 * @returns their names
 */
export const addAbsentPeople = async (dataDirectory: string, count: number): Promise<readonly string[]> => {
  const store = await openStore({ path: join(dataDirectory, 'sotto.db') })
  const nowS = Math.floor(Date.now() / 1000)
  const names = Array.from({ length: count }, (_, at) => `person${at}`)
  try {
    for (const name of names) await addOne(store, name, nowS)
  } finally {
    await store.close()
  }
  return names
}
