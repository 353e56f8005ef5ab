import { addLeaf, type LeafNode, leaves, type Proposal, type RatchetTree, treeOf } from '@sotto/mls/public'
import { equalBytes, toHex } from '@sotto/protocol'
import {
  authorize,
  type CommitToJudge,
  decodePolicy,
  encodePolicy,
  type GroupView,
  type HistoryMode,
  identityOf,
  newPolicy,
  type Permissions,
  type Policy,
  type Role,
  roleOf,
  roles,
  standingAt,
  withMember,
  withMeta,
  withoutMember,
  withPermissions,
  withRetention,
  withRole,
} from '@sotto/trust'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { good, keyPackageOf, leafOf, type Person, person, provider, someId, startS } from './people.ts'
import { byReference, commitOf, contextOf, lookupOf, metaHash, type Proposed, room } from './rooms.ts'

const role = fc.constantFrom<Role>(0, 1, 2, 3)
const atLeast = (low: number): fc.Arbitrary<Role> =>
  fc.constantFrom<Role>(...([0, 1, 2, 3] as const).filter((value) => value >= low))

const permissions: fc.Arbitrary<Permissions> = fc.record({
  post: role,
  invite: atLeast(1),
  kick: atLeast(1),
  setMeta: atLeast(1),
  setPolicy: atLeast(2),
  deleteAny: atLeast(1),
  addHook: atLeast(2),
  mentionAll: role,
})

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const byId = (a: Uint8Array, b: Uint8Array): number => (toHex(a) < toHex(b) ? -1 : 1)

const policies: fc.Arbitrary<Policy> = fc
  .record({
    owner: bytes(32),
    others: fc.uniqueArray(fc.tuple(bytes(32), role), { maxLength: 12, selector: ([id]) => toHex(id) }),
    permissions,
    mode: fc.constantFrom<HistoryMode>(0, 1, 2, 3),
    days: fc.integer({ min: 1, max: 3650 }),
    retentionS: fc.nat(315_360_000),
    idleDaysMax: fc.oneof(fc.constant(0), fc.integer({ min: 30, max: 3650 })),
    metaHash: bytes(32),
    hooks: fc.uniqueArray(
      fc.record({ hook: bytes(16), anchor: bytes(32), script: fc.option(bytes(32)), flags: fc.nat(255) }),
      { maxLength: 4, selector: ({ hook }) => toHex(hook) },
    ),
    predecessor: fc.option(
      fc.record({
        groupId: fc.uint8Array({ minLength: 1, maxLength: 64 }),
        epoch: fc.maxSafeNat(),
        transcriptHash: bytes(48),
        seq: fc.maxSafeNat(),
        hash: bytes(32),
      }),
    ),
  })
  .map(({ owner, others, mode, days, hooks, predecessor, ...rest }) => {
    const founded = newPolicy({ room, owner, kind: 'group', metaHash })
    const joined = others.reduce((p: Policy, [id, as]) => withMember(p, id, as), founded)
    return {
      ...joined,
      ...rest,
      history: { mode, days: mode === 2 ? days : 0 },
      hooks: hooks.toSorted((a, b) => byId(a.hook, b.hook)),
      generation: predecessor ? 1 : 0,
      predecessor,
    }
  })

describe('a policy', () => {
  test('is what it was after it was written and read', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(good(decodePolicy(encodePolicy(policy)))).toEqual(policy)
      }),
    )
  })
})

/** Six people, each with one leaf in stock, and one key package each to be added by. */
let people: readonly Person[]
let stock: readonly LeafNode[]
let renewed: readonly LeafNode[]
let offers: readonly Proposal[]

beforeAll(async () => {
  people = await Promise.all(['ann', 'ben', 'cat', 'dan', 'eva', 'fin'].map((name) => person(name)))
  stock = await Promise.all(people.map((who) => leafOf(who)))
  renewed = await Promise.all(people.map((who) => leafOf(who)))
  offers = await Promise.all(
    people.map(async (who): Promise<Proposal> => ({ kind: 'add', keyPackage: await keyPackageOf(who) })),
  )
})

const accountAt = (at: number): Uint8Array => (people[at] as Person).state.account
const who = fc.nat(5)

/** One thing that somebody may want to change: of the policy, or of who is there. */
type Wish =
  | { readonly kind: 'role'; readonly of: number; readonly role: Role }
  | { readonly kind: 'member'; readonly of: number; readonly role: Role }
  | { readonly kind: 'no member'; readonly of: number }
  | { readonly kind: 'permission'; readonly permissions: Permissions }
  | { readonly kind: 'meta' }
  | { readonly kind: 'retention' }
  | { readonly kind: 'add'; readonly of: number }
  | { readonly kind: 'remove'; readonly of: number; readonly proposer: number | 'committer' }

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('role' as const), of: who, role }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('member' as const), of: who, role }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('no member' as const), of: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('permission' as const), permissions }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'meta' } as const, { kind: 'retention' } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), of: who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      of: who,
      proposer: fc.oneof(who, fc.constant('committer' as const)),
    }),
  },
)

const situation = fc.record({
  /** Role of each, or nothing for one who is no member; ann is always an owner. */
  roles: fc.tuple(...Array.from({ length: 5 }, () => fc.option(role, { freq: 4 }))),
  /** Whether each has a leaf; who is no member has none. */
  present: fc.tuple(...Array.from({ length: 5 }, () => fc.boolean())),
  permissions,
  committer: who,
  wishes: fc.array(wish, { maxLength: 3 }),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

interface Play {
  readonly group: GroupView
  readonly view: CommitToJudge
}

const wishedPolicy = (policy: Policy, wishes: readonly Wish[]): Policy =>
  wishes.reduce((p: Policy, one) => {
    switch (one.kind) {
      case 'role':
        return withRole(p, accountAt(one.of), one.role)
      case 'member':
        return withMember(p, accountAt(one.of), one.role)
      case 'no member':
        return withoutMember(p, accountAt(one.of))
      case 'permission':
        return withPermissions(p, one.permissions)
      case 'meta':
        return withMeta(p, someId('another name'))
      case 'retention':
        return withRetention(p, p.retentionS + 1)
      case 'add':
      case 'remove':
        return p
    }
  }, policy)

/** The commit in question; undefined where the wishes do not make one that could be encoded at all. */
const play = (given: Situation): Play | undefined => {
  const founded = newPolicy({ room, owner: accountAt(0), kind: 'group', metaHash })
  const policy = withPermissions(
    given.roles.reduce(
      (p: Policy, as, i) => (as === null ? p : withMember(p, accountAt(i + 1), as)),
      founded,
    ),
    given.permissions,
  )
  const inside = [0, 1, 2, 3, 4, 5].filter(
    (i) => i === 0 || (given.roles[i - 1] !== null && given.present[i - 1] === true),
  )
  const [first, ...rest] = inside.map((i) => stock[i] as LeafNode)
  const tree = rest.reduce((t: RatchetTree, leaf) => addLeaf(t, leaf, 16).tree, treeOf(first as LeafNode))
  const group: GroupView = { tree, context: contextOf(policy) }
  const by = inside.indexOf(given.committer)
  if (by < 0) return undefined

  const next = wishedPolicy(policy, given.wishes)
  if (!next.members.some(({ role: as }) => as === roles.owner)) return undefined
  const proposals: Proposal[] = []
  const references: Proposed[] = []
  const taken = new Set<number>()
  for (const one of given.wishes) {
    if (one.kind === 'add') proposals.push(offers[one.of] as Proposal)
    if (one.kind !== 'remove') continue
    const removed = inside.indexOf(one.of)
    const proposer = one.proposer === 'committer' ? by : inside.indexOf(one.proposer)
    if (removed < 0 || removed === by || proposer < 0 || taken.has(removed)) continue
    taken.add(removed)
    if (proposer === by) proposals.push({ kind: 'remove', removed })
    else references.push(byReference({ kind: 'remove', removed }, proposer))
  }
  const change = equalBytes(encodePolicy(next), encodePolicy(policy)) ? {} : { policy: next }
  const path = renewed[given.committer] as LeafNode
  return { group, view: commitOf(group, { by, proposals, references, path, ...change }) }
}

const liveOwners = ({ tree }: { readonly tree: RatchetTree }, policy: Policy): number => {
  let count = 0
  for (const [, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    const state = identity && lookupOf(...people)(identity.account)
    if (!identity || !state || standingAt(identity, state, startS) !== 'live') continue
    if (roleOf(policy, identity.account) === roles.owner) count++
  }
  return count
}

describe('whatever anyone commits', () => {
  let allowed = 0
  const refusals = new Set<string>()

  /** The laws of a commit that was allowed. */
  const holdLaws = (view: CommitToJudge, before: Policy, after: Policy, actor: Uint8Array): void => {
    const own = roleOf(before, actor) as Role
    expect(liveOwners(view.after, after)).toBeGreaterThan(0)
    for (const { account, role: now } of after.members) {
      const was = roleOf(before, account)
      if (was !== undefined && now <= was) continue
      // Who has risen or is new: never above the actor, and beside it only owners, and members among members.
      expect(now).toBeLessThanOrEqual(own)
      if (now === own) expect(own === roles.owner || (was === undefined && own === roles.member)).toBe(true)
    }
    expect(roleOf(after, actor) ?? 0).toBeLessThanOrEqual(own)
    for (const { account, role: was } of before.members) {
      const now = roleOf(after, account)
      const fell = now === undefined || now < was
      if (!fell || own === roles.owner) continue
      const left = view.proposals.some(
        ({ proposal, sender }) =>
          proposal.kind === 'remove' && sender.kind === 'member' && sender.leafIndex === proposal.removed,
      )
      // Who fell stood below the actor, or left by the own wish.
      expect(was < own || (now === undefined && left)).toBe(true)
    }
    for (const [, leaf] of leaves(view.after.tree))
      expect(roleOf(after, identityOf(leaf)?.account as Uint8Array)).toBeDefined()
  }

  test('nobody rises above who acts, nobody above who acts falls, and an owner is there', async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (given) => {
        const made = play(given)
        if (!made) return
        const verdict = await authorize(made.view, lookupOf(...people), provider, startS)
        if (verdict.kind === 'refused') {
          refusals.add(verdict.rule)
          return
        }
        allowed++
        holdLaws(made.view, verdict.before, verdict.after, verdict.actor)
      }),
      { numRuns: 1500 },
    )
    // Neither side of the verdict is idle.
    expect(allowed).toBeGreaterThan(100)
    expect(refusals.size).toBeGreaterThan(8)
  })

  test('a room that is followed through many commits never lacks a live owner', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ committer: who, wishes: fc.array(wish, { maxLength: 2 }) }), { maxLength: 30 }),
        async (steps) => {
          const founded = newPolicy({ room, owner: accountAt(0), kind: 'group', metaHash })
          let group: GroupView = { tree: treeOf(stock[0] as LeafNode), context: contextOf(founded) }
          for (const step of steps) {
            const view = follow(group, step.committer, step.wishes)
            if (!view) continue
            const verdict = await authorize(view, lookupOf(...people), provider, startS)
            if (verdict.kind === 'refused') continue
            group = view.after
            expect(liveOwners(group, verdict.after)).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

/** The next commit in a room as it is: whoever wishes to add brings the account onto the members as well. */
const follow = (group: GroupView, committer: number, wishes: readonly Wish[]): CommitToJudge | undefined => {
  const places = new Map<string, number>()
  for (const [index, leaf] of leaves(group.tree)) {
    const identity = identityOf(leaf)
    if (identity) places.set(toHex(identity.account), index)
  }
  const placeOf = (at: number): number | undefined => places.get(toHex(accountAt(at)))
  const by = placeOf(committer)
  if (by === undefined) return undefined
  const carried = group.context.extensions.find(({ type }) => type === 0xf0e1)
  const before = good(decodePolicy(carried?.data ?? new Uint8Array(0)))
  let next = wishedPolicy(before, wishes)
  const proposals: Proposal[] = []
  for (const one of wishes) {
    if (one.kind === 'add' && placeOf(one.of) === undefined) {
      proposals.push(offers[one.of] as Proposal)
      next = withMember(next, accountAt(one.of))
    }
    if (one.kind === 'no member') {
      const removed = placeOf(one.of)
      if (removed !== undefined && removed !== by) proposals.push({ kind: 'remove', removed })
    }
  }
  const removes = proposals.filter(({ kind }) => kind === 'remove')
  if (new Set(removes.map((p) => p.kind === 'remove' && p.removed)).size < removes.length) return undefined
  if (!next.members.some(({ role: as }) => as === roles.owner)) return undefined
  return commitOf(group, { by, proposals, policy: next })
}
