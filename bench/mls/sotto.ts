import {
  commit,
  createGroup,
  decode,
  decodeKeyPackage,
  encodeTree,
  encrypt,
  type Group,
  groupParts,
  hybridSuiteId,
  join,
  type KeyPackageBundle,
  makeEngine,
  makeKeyPackage,
  process,
  type Proposal,
  wipe,
} from '@sotto/mls'
import { nodeProvider } from '@sotto/mls/provider/node'
import { groupId, type Handshake, type Member, type Peer } from './peer.ts'

const suites = {
  'suite 1': 1,
  hybrid: hybridSuiteId,
} as const

const utf8 = new TextEncoder()

const storedBytes = (group: Group): number =>
  groupParts(null, group).reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)

export const sotto = async (suite: keyof typeof suites): Promise<Peer> => {
  const suiteId = suites[suite]
  const member = async (index: number): Promise<Member> => {
    // A provider for each, so that nobody profits from keys that another one knows. One commit adds all, as the other
    // engines do it; the engine checks all it can, and the caller says yes.
    const engine = makeEngine(
      nodeProvider(),
      suiteId,
      { leaf: () => undefined, commit: () => undefined },
      { commitAddsMax: 8192, commitProposalsMax: 8192 },
    )
    const signatureKeyPair = await engine.provider.signatureGenerate(engine.suite.signature)
    const make = (): Promise<KeyPackageBundle> => {
      const now = BigInt(Math.floor(Date.now() / 1000))
      return makeKeyPackage(engine, {
        credential: { kind: 'basic', identity: utf8.encode(`member ${index}`) },
        signatureKeyPair,
        capabilities: {
          versions: [1],
          cipherSuites: [suiteId],
          extensions: [],
          proposals: [],
          credentials: [1],
        },
        notBefore: now - 3600n,
        notAfter: now + 86_400n,
      })
    }
    let bundle: KeyPackageBundle | undefined
    let group: Group

    const commitTo = async (proposals: readonly Proposal[]): Promise<Handshake> => {
      // Adding takes no path, here as with the others; renewing keys is one.
      const made = await commit(engine, group, { proposals, forcePath: proposals.length === 0 })
      group = made.staged
      wipe(made.consumed)
      const { message, welcome } = made
      if (!welcome) return { commit: message }
      return { commit: message, welcome, tree: encodeTree(group.public.tree) }
    }

    return {
      async keyPackage() {
        bundle = await make()
        return bundle.bytes
      },
      async create() {
        group = await createGroup(engine, { groupId, bundle: await make() })
      },
      add: (keyPackages) =>
        commitTo(keyPackages.map((bytes) => ({ kind: 'add', keyPackage: decode(decodeKeyPackage, bytes) }))),
      update: () => commitTo([]),
      async process(bytes) {
        const done = await process(engine, group, bytes)
        if (done.kind !== 'commit' || !done.group) throw new Error('not a commit')
        group = done.group
        wipe(done.consumed)
      },
      async join({ welcome, tree }) {
        if (!welcome || !bundle) throw new Error('nothing to join with')
        const joined = await join(engine, { welcome, bundles: [bundle], tree: tree as Uint8Array })
        group = joined.group
        wipe(joined.consumed)
      },
      async encrypt(data) {
        const sent = await encrypt(engine, group, data)
        group = sent.group
        wipe(sent.consumed)
        return sent.message
      },
      async decrypt(message) {
        const done = await process(engine, group, message)
        if (done.kind !== 'application') throw new Error('not an application message')
        group = done.group
        wipe(done.consumed)
        return done.data
      },
      stateBytes: async () => storedBytes(group),
    }
  }
  return { name: `sotto, ${suite}`, member }
}
