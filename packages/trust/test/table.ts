import {
  type Committed,
  createGroup,
  commit,
  encodeTree,
  type Engine,
  type Group,
  hybridSuiteId,
  join,
  type KeyPackageBundle,
  makeEngine,
  makeKeyPackage,
  MlsError,
  observe,
  process,
  type PublicGroup,
} from '@sotto/mls'
import { type Envelope, encodeEnvelope } from '@sotto/protocol'
import {
  buildLeafCredential,
  contextExtensions,
  extensionsWithPolicy,
  leafCapabilities,
  newPolicy,
  type Policy,
  type Role,
  roomChecks,
  withMember,
} from '@sotto/trust'
import { dayS, type Device, firstDevice, type Person, provider, signingKey, startS } from './people.ts'
import { envelopeOf, lookupOf, metaHash, policyIn, room } from './rooms.ts'

/** Real groups: people around a table, each with a client of their own, and the server that looks on. */
export interface Table {
  readonly people: readonly Person[]
  /** By the device's position in the tree. */
  readonly groups: Group[]
  server: PublicGroup
}

export const accepts = (): undefined => undefined

/** The client of one who breaks the rules: it asks nobody. */
export const lawless = makeEngine(provider, hybridSuiteId, { leaf: accepts, commit: accepts })

/** The client of everyone else. */
export const lawful = (people: readonly Person[], nowS = startS): Engine =>
  makeEngine(
    provider,
    hybridSuiteId,
    roomChecks(provider, lookupOf(...people), () => nowS),
  )

export const bundleOf = async (who: Person, device: Device = firstDevice(who)): Promise<KeyPackageBundle> => {
  const leafKey = await signingKey()
  const { account, seq: chainSeq, head: chainHead } = who.state
  const notAfterS = startS + 90 * dayS
  const claim = { account, device: device.id, chainSeq, chainHead, notAfterS }
  return makeKeyPackage(lawless, {
    credential: await buildLeafCredential(device.signer, { ...claim, leafKey: leafKey.publicKey }),
    signatureKeyPair: leafKey,
    capabilities: leafCapabilities(),
    notBefore: BigInt(startS),
    notAfter: BigInt(startS + 30 * dayS),
  })
}

export const envelope = (changed: Partial<Envelope> = {}): { readonly authenticatedData: Uint8Array } => ({
  authenticatedData: encodeEnvelope(envelopeOf(changed)),
})

/** The first founds a room, and adds the others with their roles in one commit, which everyone verifies. */
export const sitDown = async (
  founder: Person,
  others: readonly (readonly [Person, Role])[],
  serverKey?: Uint8Array,
): Promise<Table> => {
  const people = [founder, ...others.map(([who]) => who)]
  const engine = lawful(people)
  const founded = newPolicy({ room, owner: founder.state.account, kind: 'group', metaHash })
  const first = await createGroup(engine, {
    groupId: room,
    bundle: await bundleOf(founder),
    extensions: contextExtensions(founded, serverKey),
  })
  const policy = others.reduce((p: Policy, [who, role]) => withMember(p, who.state.account, role), founded)
  const bundles = await Promise.all(others.map(([who]) => bundleOf(who)))
  const made = await commit(engine, first, {
    proposals: [
      ...bundles.map(({ keyPackage }) => ({ kind: 'add', keyPackage }) as const),
      { kind: 'group_context_extensions', extensions: extensionsWithPolicy(first.public.context, policy) },
    ],
    ...envelope(),
  })
  const seen = await observe(engine, first.public, made.message)
  if (seen.kind !== 'commit' || !made.welcome) throw new Error('a commit with a Welcome')
  const { welcome } = made
  const tree = encodeTree(made.staged.public.tree)
  const joined = await Promise.all(
    bundles.map(async (bundle) => (await join(engine, { welcome, tree, bundles: [bundle] })).group),
  )
  return { people, groups: [made.staged, ...joined], server: seen.group }
}

/** The rule by which somebody's client says no; `accepted` where it does not. */
export const ruleOfRefusal = async (use: () => Promise<unknown>): Promise<string> => {
  try {
    await use()
    return 'accepted'
  } catch (error) {
    if (!(error instanceof MlsError)) throw error
    return error.code === 'refused_by_caller' ? (error.message.split(' ').at(-1) as string) : error.code
  }
}

/** What the server and each of the others say of a message, all of them from the same epoch. */
export const verdicts = async (
  table: Table,
  from: number | undefined,
  message: Uint8Array,
  nowS = startS,
): Promise<ReadonlySet<string>> => {
  const engine = lawful(table.people, nowS)
  const said = [await ruleOfRefusal(() => observe(engine, table.server, message))]
  for (const [at, group] of table.groups.entries())
    if (at !== from) said.push(await ruleOfRefusal(() => process(engine, group, message)))
  return new Set(said)
}

/** Everyone takes the message in, and the one who sent a commit adopts it. */
export const deliver = async (
  table: Table,
  from: number,
  message: Uint8Array,
  staged: Group,
  engine: Engine = lawful(table.people),
): Promise<void> => {
  const seen = await observe(engine, table.server, message)
  table.server = seen.group
  for (const [at, group] of table.groups.entries()) {
    if (at === from) {
      table.groups[at] = staged
      continue
    }
    const processed = await process(engine, group, message)
    if (processed.group) table.groups[at] = processed.group
  }
}

export const changePolicy = async (
  table: Table,
  by: number,
  change: (policy: Policy) => Policy,
  engine: Engine = lawful(table.people),
): Promise<Committed> => {
  const group = table.groups[by] as Group
  const policy = change(policyIn(group.public))
  const extensions = extensionsWithPolicy(group.public.context, policy)
  return commit(engine, group, {
    proposals: [{ kind: 'group_context_extensions', extensions }],
    ...envelope(),
  })
}
