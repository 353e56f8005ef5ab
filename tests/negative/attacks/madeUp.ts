import { createGroup, encodeTree, exportSecret, makeKeyPackage } from '@sotto/mls'
import { equalBytes, operations } from '@sotto/protocol'
import { contextExtensions, leafCapabilities, newPolicy, withMember } from '@sotto/trust'
import { hashOfMeta, makeMeta, sealMeta } from '../../../packages/client/src/content/meta.ts'
import { room, until } from '../../stories/talk.ts'
import { commitBy, epochOf, lawless, leafBy, type Step } from '../forge.ts'
import { type Insider, type Kept, provider, storedGroup } from '../insider.ts'
import { continueLog, makeLiar } from '../liar.ts'
import type { Outcome } from '../outcome.ts'
import { doorOf, entersBy, lostDevice } from '../paths/entry.ts'
import type { Stage } from '../stage.ts'
import { cannot, ends, type Row } from '../table.ts'

/** Its name as its members see it: the stranger can seal it as well as they. */
const meta = makeMeta('General', new Uint8Array(16))

/** A group under the room's own id, in which a stranger rules, and which is further on than the room. */
const madeUp = async (stage: Stage): Promise<Insider> => {
  const { outsider, place, members } = stage
  const bundle = await makeKeyPackage(lawless, {
    ...(await leafBy(outsider)),
    capabilities: leafCapabilities(),
    notBefore: BigInt(outsider.chain.timeS - 100),
    notAfter: BigInt(outsider.chain.timeS + 86_400),
  })
  const alone = newPolicy({
    room: place.room,
    owner: outsider.account,
    kind: 'group',
    metaHash: hashOfMeta(meta),
  })
  const extensions = contextExtensions(withMember(alone, members.victor.account))
  const group = await createGroup(lawless, { groupId: place.room, bundle, extensions })
  let ruler: Insider = { ...outsider, group }
  while (epochOf(ruler) < epochOf(members.olga)) ruler = (await commitBy(ruler, place, {})).after
  return ruler
}

/**
 * A server tells a device that it has lost its place, holds out no door that could be used, and when the device asks
 * the others, it is a stranger who brings it in: into another room under the same id.
 */
const broughtElsewhere = async (stage: Stage, ahead: number): Promise<Outcome> => {
  const { keys, place, nowMs, id, spare } = stage
  const step: Step = await commitBy(await madeUp(stage), place, {
    proposals: [{ kind: 'add', keyPackage: spare }],
  })
  const from = { ...place, seq: place.seq + ahead }
  const { messages, ack } = await continueLog(keys, from, [step], nowMs())
  const { context, tree } = step.after.group.public
  const archiveKey = exportSecret(lawless, step.after.group, 'sotto/1 archive', place.room, 32)
  const waiting = {
    room: place.room,
    seq: ack.seq,
    entryHash: ack.hash,
    epoch: epochOf(step.after),
    inviter: step.by.account,
    welcome: step.attachment?.welcome,
    treeHash: context.treeHash,
    meta: await sealMeta(provider, archiveKey, place.room, epochOf(step.after), meta),
    timeMs: ack.timeMs,
  }
  // Of an epoch that is over: nobody comes in by it.
  const door = await doorOf(stage.earlier)
  let [hasAsked, isListed] = [false, false]
  const readsOn = Promise.withResolvers<void>()
  const liar = makeLiar({
    answer: (name, input) => {
      switch (name) {
        case operations.readGroupInfo.name:
          return Promise.resolve({ epoch: 0, groupInfo: door.groupInfo })
        case operations.listWelcomes.name:
          isListed = hasAsked
          return Promise.resolve({ welcomes: hasAsked ? [waiting] : [] })
        case operations.readTree.name:
          return Promise.resolve({ tree: encodeTree(tree) })
        case operations.readLog.name:
          if (input['from'] === ack.seq) return Promise.resolve({ messages, ack, head: ack })
          if (isListed) readsOn.resolve()
          return undefined
        default:
          return undefined
      }
    },
  })
  const { client, now } = await stage.open(await lostDevice(stage), liar.transport)
  await liar.hears(operations.submitNack.name)
  hasAsked = true
  liar.push({ kind: 'welcome', room: place.room })
  const outcome = await Promise.race([
    until(client, (): Outcome | false => {
      const state = room(client, id)?.state
      return state?.kind === 'frozen' && { kind: 'stopped', code: state.code, rule: state.rule }
    }),
    // Who has entered says so.
    liar.hears(operations.settleWelcome.name).then((): Outcome => ({ kind: 'accepted' })),
    // It looks for the commit in the log that it knows, first.
    readsOn.promise.then((): Outcome => ({ kind: 'ignored' })),
  ])
  await client.close()
  const group = await storedGroup(now(), id)
  const reached = group?.public.context.treeHash
  return reached && equalBytes(reached, context.treeHash) ? { kind: 'accepted' } : outcome
}

const isOutside = 'a device that has its place follows its room by commits: none leads to another'

const row = (what: string, ahead: number): Row => ({
  rule: 'T-FORK',
  what,
  cells: {
    'live push': cannot(isOutside),
    'catch-up': cannot(isOutside),
    'server door': cannot('the server that makes it up needs no door'),
    welcome: cannot('who is not in a room decides by who invites: the stranger is named'),
    heal: cannot('a heal continues what the server has: it leads to no other room'),
    'external commit': cannot('it is no commit to the room that it is said to be of'),
    'external entry': ends(/^(?:ignored|stopped (?:policy|integrity|fork).*)$/, (stage) =>
      broughtElsewhere(stage, ahead),
    ),
  },
})

/** Victor's device, whose keys of the room are gone from its disk. */
const withoutKeys = ({ victor, id }: Stage): Kept => ({
  ...victor,
  rows: new Map([...victor.rows].filter(([key]) => !key.startsWith(`group/${id}/`))),
})

export const madeUpRows: readonly Row[] = [
  {
    rule: 'T-GI',
    what: 'a door into a room that a stranger has made up under the same id, for a device that has lost its keys',
    cells: {
      'live push': cannot(isOutside),
      'catch-up': cannot(isOutside),
      'server door': cannot('the server that makes it up needs no door'),
      welcome: cannot('who is not in a room decides by who invites: the stranger is named'),
      heal: cannot('a heal continues what the server has: it leads to no other room'),
      'external commit': cannot('it is no commit to the room that it is said to be of'),
      'external entry': ends(/^(?:asked|ignored|stopped .*)$/, async (stage) =>
        entersBy(stage, await doorOf(await madeUp(stage)), {}, withoutKeys(stage)),
      ),
    },
  },
  row(
    'a room that a stranger has made up under the same id, for a device that has asked to be brought in',
    0,
  ),
  row('the same, further on in the log than the device has read', 4),
]
