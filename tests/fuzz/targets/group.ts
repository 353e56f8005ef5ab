import {
  commit,
  createGroup,
  encodeTree,
  encrypt,
  type Engine,
  type Group,
  hybridSuiteId,
  join,
  makeEngine,
  makeGroupInfo,
  makeKeyPackage,
  propose,
  proposeUpdate,
} from '@sotto/mls'
import { toHex } from '@sotto/protocol'
import { nodeProvider } from '@sotto/mls/provider/node'
import {
  buildGenesis,
  buildLeafCredential,
  buildSetName,
  contextExtensions,
  keyPairSigner,
  leafCapabilities,
  newPolicy,
  roomChecks,
  verifyChain,
} from '@sotto/trust'

export const provider = nodeProvider()
export const engine = makeEngine(provider, hybridSuiteId, { leaf: () => undefined, commit: () => undefined })

const startS = 1_800_000_000

const person = async (name: string) => {
  const identity = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, await provider.signatureGenerate('Ed25519'))
  const { publicKey: sealingKey } = await provider.kemGenerate('MLKEM768-X25519')
  const device = provider.random(16)
  const certificate = {
    device,
    signingKey: signer.publicKey,
    sealingKey,
    kind: 'cli',
    createdS: startS,
    notAfterS: startS + 86_400,
  } as const
  const genesis = await buildGenesis({
    provider,
    identity,
    name,
    device: { certificate, signer },
    timeS: startS,
  })
  const verdict = await verifyChain(provider, [genesis], startS)
  if (verdict.kind === 'refused') throw new Error(verdict.rule)
  const state = verdict.value
  const rename = await buildSetName({ provider, state, identity, timeS: startS, name: `${name}2` })
  const leafKey = await provider.signatureGenerate('Ed25519')
  const bundle = await makeKeyPackage(engine, {
    credential: await buildLeafCredential(signer, {
      account: state.account,
      device,
      leafKey: leafKey.publicKey,
      chainSeq: 0,
      chainHead: state.head,
      notAfterS: startS + 86_400,
    }),
    signatureKeyPair: leafKey,
    capabilities: leafCapabilities(),
    notBefore: BigInt(startS),
    notAfter: BigInt(startS + 86_400),
  })
  return { state, links: [genesis, rename], bundle }
}

const gather = async () => {
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map(person))
  if (!alice || !bob || !carol) throw new Error('three people')
  const room = provider.random(16)
  const policy = newPolicy({ room, owner: alice.state.account, kind: 'group', metaHash: new Uint8Array(32) })
  const first = await createGroup(engine, {
    groupId: room,
    bundle: alice.bundle,
    extensions: contextExtensions(policy),
  })
  const adding = await commit(engine, first, {
    proposals: [
      { kind: 'add', keyPackage: bob.bundle.keyPackage },
      { kind: 'add', keyPackage: carol.bundle.keyPackage },
    ],
    forcePath: true,
  })
  const group: Group = adding.staged
  const tree = encodeTree(group.public.tree)
  const welcome = adding.welcome as Uint8Array
  const joined = await join(engine, { welcome, tree, bundles: [bob.bundle] })
  const said = await encrypt(engine, group, new TextEncoder().encode('hello'))
  const removing = await propose(engine, group, { kind: 'remove', removed: 2 })
  const updating = await proposeUpdate(engine, group)
  const committing = await commit(engine, removing.group, { forcePath: true })
  return {
    people: [alice, bob, carol],
    policy,
    group,
    joined: joined.group,
    tree,
    groupInfo: await makeGroupInfo(engine, group, { withTree: true }),
    messages: [said.message, removing.message, updating.message, committing.message, adding.message, welcome],
  }
}

let gathered: ReturnType<typeof gather> | undefined

/** A small room with people in it: everything valid is taken from here. */
export const world = (): ReturnType<typeof gather> => (gathered ??= gather())

const bySigning = async (): Promise<Engine> => {
  const { people } = await world()
  const states = new Map(people.map(({ state }) => [toHex(state.account), state]))
  const believing = { ...provider, verify: () => true }
  const checks = roomChecks(
    believing,
    (account) => states.get(toHex(account)),
    () => startS,
  )
  return makeEngine(believing, hybridSuiteId, checks)
}

let signing: Promise<Engine> | undefined

/** The rules of rooms, over signatures that are all right: an insider signs what it likes. */
export const credulous = (): Promise<Engine> => (signing ??= bySigning())
