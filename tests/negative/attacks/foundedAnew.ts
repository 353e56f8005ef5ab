import {
  createGroup,
  decode,
  decodeKeyPackage,
  encodeTree,
  exportSecret,
  join,
  type KeyPackageBundle,
  makeKeyPackage,
  type Proposal,
} from '@sotto/mls'
import { operations } from '@sotto/protocol'
import {
  contextExtensions,
  leafCapabilities,
  type Policy,
  refoundPolicy,
  roleOf,
  roles,
  withMember,
} from '@sotto/trust'
import { hashOfMeta, makeMeta, sealMeta } from '../../../packages/client/src/content/meta.ts'
import { invitation, online, room } from '../../stories/talk.ts'
import { commitBy, epochOf, lawless, leafBy, type Place, type Step } from '../forge.ts'
import { type Insider, policyIn, provider } from '../insider.ts'
import { continueLog, makeLiar } from '../liar.ts'
import type { Outcome } from '../outcome.ts'
import type { Stage } from '../stage.ts'
import { cannot, ends, type Row } from '../table.ts'

const meta = makeMeta('General', new Uint8Array(16))

const bundleOf = async (by: Insider): Promise<KeyPackageBundle> =>
  makeKeyPackage(lawless, {
    ...(await leafBy(by)),
    capabilities: leafCapabilities(),
    notBefore: BigInt(by.chain.timeS - 100),
    notAfter: BigInt(by.chain.timeS + 86_400),
  })

/** The room of the stage founded anew, with those of its members that the founder names. */
const policyAnew = ({ place, members }: Stage, id: Uint8Array, people: readonly Insider[]): Policy => {
  const last = policyIn(members.olga)
  const { confirmedTranscriptHash: transcriptHash } = members.olga.group.public.context
  const { seq, hash } = place
  const predecessor = { groupId: place.room, epoch: epochOf(members.olga), transcriptHash, seq, hash }
  const anew = refoundPolicy(last, { room: id, predecessor, metaHash: hashOfMeta(meta) })
  return people.reduce(
    (policy: Policy, { account }) => withMember(policy, account, roleOf(last, account) ?? roles.guest),
    { ...anew, members: [] },
  )
}

const founded = async (by: Insider, policy: Policy): Promise<Insider> => {
  const extensions = contextExtensions(policy)
  return {
    ...by,
    group: await createGroup(lawless, { groupId: policy.room, bundle: await bundleOf(by), extensions }),
  }
}

/** Adam has a second leaf in a group of his own, and from there puts olga where he was: at the founder's place. */
const inTheNameOf = async (stage: Stage, by: Insider, place: Place, owner: Uint8Array, policy: Policy) => {
  const first = await founded(by, policy)
  const second = await bundleOf(by)
  const adding = await commitBy(first, place, { proposals: [{ kind: 'add', keyPackage: second.keyPackage }] })
  const { group } = await join(lawless, {
    welcome: adding.attachment?.welcome as Uint8Array,
    tree: encodeTree(adding.after.group.public.tree),
    bundles: [second],
  })
  const claim = { room: stage.place.room, account: owner }
  const { packages } = await stage.line.call(operations.claimKeyPackages, claim, by.token)
  const proposals: readonly Proposal[] = [
    { kind: 'remove', removed: 0 },
    ...packages.map(({ keyPackage }): Proposal => ({
      kind: 'add',
      keyPackage: decode(decodeKeyPackage, keyPackage),
    })),
  ]
  return (await commitBy({ ...by, group }, place, { proposals })).after
}

/** Victor is invited into what is said to be his room founded anew, and accepts: whether his room is over then. */
const invitedTo = async (stage: Stage, made: Insider, place: Place): Promise<Outcome> => {
  const { keys, nowMs, id: old, spare } = stage
  const id = Buffer.from(place.room).toString('hex')
  const step: Step = await commitBy(made, place, { proposals: [{ kind: 'add', keyPackage: spare }] })
  const { messages, ack } = await continueLog(keys, place, [step], nowMs())
  const { context, tree } = step.after.group.public
  const archiveKey = exportSecret(lawless, step.after.group, 'sotto/1 archive', place.room, 32)
  const waiting = {
    room: place.room,
    seq: ack.seq,
    entryHash: ack.hash,
    epoch: epochOf(step.after),
    inviter: made.account,
    welcome: step.attachment?.welcome,
    treeHash: context.treeHash,
    meta: await sealMeta(provider, archiveKey, place.room, epochOf(step.after), meta),
    timeMs: ack.timeMs,
  }
  const liar = makeLiar({
    answer: (name, input) => {
      if (name === operations.listWelcomes.name) return Promise.resolve({ welcomes: [waiting] })
      if (name === operations.readTree.name) return Promise.resolve({ tree: encodeTree(tree) })
      if (name === operations.settleWelcome.name) return Promise.resolve({})
      return name === operations.readLog.name && Buffer.compare(input['room'] as Uint8Array, place.room) === 0
        ? Promise.resolve({ messages, ack, head: ack })
        : undefined
    },
    frame: (frame) => (frame.kind === 'ready' ? { ...frame, welcomes: 1 } : frame),
  })
  const { client } = await stage.open(stage.victor, liar.transport)
  await online(client)
  await invitation(client, id)
  await client.accept({ room: id })
  await client.close()
  return room(client, old)?.state.kind === 'refounded' ? { kind: 'accepted' } : { kind: 'ignored' }
}

const isNewRoom = 'it is a new room: no log, no commit and no door of the old one lead to it'

const row = (what: string, run: (stage: Stage) => Promise<Outcome>): Row => ({
  rule: 'T-AUTH-1',
  what,
  cells: {
    'live push': cannot(isNewRoom),
    'catch-up': cannot(isNewRoom),
    'server door': cannot('anybody may found a room: whether it continues another, its people judge'),
    welcome: ends(/^ignored$/, run),
    heal: cannot(isNewRoom),
    'external commit': cannot(isNewRoom),
    'external entry': cannot(isNewRoom),
  },
})

export const foundedAnew: readonly Row[] = [
  row('a member who is no owner founds the room anew', async (stage) => {
    const { mia, victor, olga } = stage.members
    const place: Place = { room: provider.random(16), seq: 0, hash: provider.random(32) }
    const policy = policyAnew(stage, place.room, [mia, victor, olga])
    return invitedTo(stage, await founded(mia, policy), place)
  }),
  row('an admin founds the room anew, and puts an owner in the place of who founded it', async (stage) => {
    const { adam, victor, olga } = stage.members
    const place: Place = { room: provider.random(16), seq: 0, hash: provider.random(32) }
    const policy = policyAnew(stage, place.room, [adam, victor, olga])
    return invitedTo(stage, await inTheNameOf(stage, adam, place, olga.account, policy), place)
  }),
]
