import { groupId, type Handshake, type Member, type Peer } from './peer.ts'

/** The part of ts-mls 1.6.4 that is used here; its states and messages are passed on unseen. */
interface TsMls {
  getCiphersuiteFromName(name: string): unknown
  getCiphersuiteImpl(suite: unknown): Promise<unknown>
  defaultCapabilities(): unknown
  readonly defaultLifetime: unknown
  readonly emptyPskIndex: unknown
  generateKeyPackage(
    credential: unknown,
    capabilities: unknown,
    lifetime: unknown,
    extensions: readonly unknown[],
    suite: unknown,
  ): Promise<{ readonly publicPackage: unknown; readonly privatePackage: unknown }>
  createGroup(
    id: Uint8Array,
    publicPackage: unknown,
    privatePackage: unknown,
    extensions: readonly unknown[],
    suite: unknown,
  ): Promise<State>
  createCommit(
    context: { readonly state: State; readonly cipherSuite: unknown },
    options: { readonly extraProposals?: readonly unknown[]; readonly wireAsPublicMessage: boolean },
  ): Promise<{ readonly newState: State; readonly welcome?: unknown; readonly commit: unknown }>
  joinGroup(
    welcome: unknown,
    publicPackage: unknown,
    privatePackage: unknown,
    psks: unknown,
    suite: unknown,
    tree: unknown,
  ): Promise<State>
  processMessage(
    message: unknown,
    state: State,
    psks: unknown,
    callback: unknown,
    suite: unknown,
  ): Promise<{ readonly newState: State; readonly message?: Uint8Array }>
  readonly acceptAll: unknown
  createApplicationMessage(
    state: State,
    data: Uint8Array,
    suite: unknown,
  ): Promise<{ readonly newState: State; readonly privateMessage: unknown }>
  encodeMlsMessage(message: Readonly<Record<string, unknown>>): Uint8Array
  decodeMlsMessage(bytes: Uint8Array, at: number): readonly [Readonly<Record<string, unknown>>, number]
  encodeGroupState(state: State): Uint8Array
}

interface State {
  readonly ratchetTree: unknown
}

const version = 'mls10'
const utf8 = new TextEncoder()

export const tsMls = async (): Promise<Peer> => {
  const entry = new URL('../peers/node_modules/ts-mls/dist/src/index.js', import.meta.url)
  const lib = (await import(entry.href)) as TsMls
  const suite = await lib.getCiphersuiteImpl(
    lib.getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'),
  )
  const decoded = (bytes: Uint8Array, field: string): unknown => {
    const [message] = lib.decodeMlsMessage(bytes, 0)
    return message[field]
  }

  const member = async (index: number): Promise<Member> => {
    const credential = { credentialType: 'basic', identity: utf8.encode(`member ${index}`) }
    const make = () =>
      lib.generateKeyPackage(credential, lib.defaultCapabilities(), lib.defaultLifetime, [], suite)
    let own: Awaited<ReturnType<typeof make>> | undefined
    let state: State

    const commit = async (extraProposals: readonly unknown[]): Promise<Handshake> => {
      const context = { state, cipherSuite: suite }
      const made = await lib.createCommit(context, { extraProposals, wireAsPublicMessage: true })
      state = made.newState
      const message = lib.encodeMlsMessage(made.commit as Readonly<Record<string, unknown>>)
      if (!made.welcome) return { commit: message }
      const welcome = lib.encodeMlsMessage({ version, wireformat: 'mls_welcome', welcome: made.welcome })
      return { commit: message, welcome, tree: state.ratchetTree }
    }

    return {
      async keyPackage() {
        own = await make()
        return lib.encodeMlsMessage({ version, wireformat: 'mls_key_package', keyPackage: own.publicPackage })
      },
      async create() {
        const { publicPackage, privatePackage } = await make()
        state = await lib.createGroup(groupId, publicPackage, privatePackage, [], suite)
      },
      add: (keyPackages) =>
        commit(
          keyPackages.map((bytes) => ({
            proposalType: 'add',
            add: { keyPackage: decoded(bytes, 'keyPackage') },
          })),
        ),
      update: () => commit([]),
      async process(bytes) {
        const [message] = lib.decodeMlsMessage(bytes, 0)
        const done = await lib.processMessage(message, state, lib.emptyPskIndex, lib.acceptAll, suite)
        state = done.newState
      },
      async join({ welcome, tree }) {
        if (!welcome || !own) throw new Error('nothing to join with')
        state = await lib.joinGroup(
          decoded(welcome, 'welcome'),
          own.publicPackage,
          own.privatePackage,
          lib.emptyPskIndex,
          suite,
          tree,
        )
      },
      async encrypt(data) {
        const made = await lib.createApplicationMessage(state, data, suite)
        state = made.newState
        return lib.encodeMlsMessage({
          version,
          wireformat: 'mls_private_message',
          privateMessage: made.privateMessage,
        })
      },
      async decrypt(bytes) {
        const [message] = lib.decodeMlsMessage(bytes, 0)
        const done = await lib.processMessage(message, state, lib.emptyPskIndex, lib.acceptAll, suite)
        state = done.newState
        if (!done.message) throw new Error('not an application message')
        return done.message
      },
      stateBytes: async () => lib.encodeGroupState(state).length,
    }
  }
  return { name: 'ts-mls 1.6.4', member }
}
