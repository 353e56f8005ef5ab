import { encodeTree, makeGroupInfo } from '@sotto/mls'
import { type Acknowledgement, equalBytes, type LoggedMessage, operations } from '@sotto/protocol'
import { withoutMember } from '@sotto/trust'
import { online, room, until } from '../../stories/talk.ts'
import { commitBy, contextWith, lawless, leafOf, payloadOf, sayBy, type Step } from '../forge.ts'
import { type Insider, policyIn, provider } from '../insider.ts'
import { acknowledge, continueLog, type Lie, makeLiar } from '../liar.ts'
import { type Outcome, refusedBy } from '../outcome.ts'
import { atTheDoor } from '../paths/door.ts'
import { doorOf, entersAfter, entersBy } from '../paths/entry.ts'
import { healed } from '../paths/heal.ts'
import { pushed, stoppedIn } from '../paths/log.ts'
import { entries, told } from '../paths/told.ts'
import { invitationOf, welcomed } from '../paths/welcome.ts'
import type { Stage } from '../stage.ts'
import { cannot, ends, type Row } from '../table.ts'
import { lawfulInvitation } from './commits.ts'
import * as outside from './outside.ts'

/** The server says that its log of the room ends here. */
const headIs = (id: Uint8Array, head: Acknowledgement, page?: readonly LoggedMessage[]): Lie => ({
  frame: (frame) =>
    frame.kind === 'ready'
      ? { ...frame, heads: frame.heads.map((one) => (equalBytes(one.room, id) ? head : one)) }
      : frame,
  ...(page
    ? {
        answer: (name: string) =>
          name === operations.readLog.name ? Promise.resolve({ messages: page, ack: head, head }) : undefined,
      }
    : {}),
})

/** Opens victor's device on what a server says; nothing is said after that. */
const opens = async (stage: Stage, lie: Lie): Promise<Outcome> => {
  const liar = makeLiar(lie)
  const { client } = await stage.open(stage.victor, liar.transport)
  const outcome = await until(client, () => stoppedIn(room(client, stage.id)))
  await client.close()
  return outcome
}

const acknowledged = (stage: Stage, seq: number, hash: Uint8Array): Promise<Acknowledgement> =>
  acknowledge(stage.keys.log, { room: stage.place.room, seq, hash, timeMs: stage.nowMs() })

/** Somebody who was told another last entry than all others. */
const misled = async (stage: Stage): Promise<Step> =>
  sayBy(
    stage.members.mia,
    { ...stage.place, hash: provider.random(32) },
    payloadOf('seen from the other side'),
  )

const serverWithholds = 'what is withheld, the server withholds: at its door nobody can do so'

/** T-FORK: two logs for two people. */
const forks: readonly Row[] = [
  {
    rule: 'T-FORK',
    what: 'a member has been shown another last entry',
    cells: {
      'live push': ends(/^stopped fork$/, async (stage) => pushed(stage, { steps: [await misled(stage)] })),
      'catch-up': ends(/^stopped fork$/, async (stage) => {
        const { keys, place, nowMs } = stage
        const { messages, ack } = await continueLog(keys, place, [await misled(stage)], nowMs())
        return opens(stage, headIs(place.room, ack, messages))
      }),
      'server door': ends(/^refused fork$/, async (stage) => atTheDoor(stage, [await misled(stage)])),
      welcome: ends(/^refused integrity$/, async (stage) => {
        // The Welcome is of one commit, and the log went on with another.
        const { olga } = stage.members
        const [invited, other] = [
          await invitationOf(stage, await lawfulInvitation(stage, olga, true)),
          await invitationOf(stage, await lawfulInvitation(stage, olga, true)),
        ]
        const { seq, entryHash } = other.waiting
        return welcomed(stage, {
          ...invited,
          log: other.log,
          waiting: { ...invited.waiting, seq, entryHash },
        })
      }),
      heal: ends(/^refused fork$/, async (stage) => {
        const { keys, place, members, nowMs, line } = stage
        const other = { ...place, hash: provider.random(32) }
        const made = await sayBy(members.mia, place, payloadOf('on another branch'))
        const { messages, ack } = await continueLog(keys, other, [made], nowMs())
        const offer = { room: place.room, messages, ack, group: null }
        return refusedBy(() => line.call(operations.healRoom, offer, members.mia.token))
      }),
      'external commit': ends(/^stopped fork$/, async (stage) => {
        const steps = await outside.lawful({ ...stage, place: { ...stage.place, hash: provider.random(32) } })
        return pushed(stage, { steps })
      }),
      'external entry': ends(/^stopped fork$/, async (stage) =>
        entersAfter(stage, { steps: [await misled(stage)] }),
      ),
    },
  },
  {
    rule: 'T-FORK',
    what: 'the last entry that is known has another hash',
    cells: {
      'live push': ends(/^ignored$/, async (stage) => {
        // Its own signature is right: but the entry is not the one that was read.
        const { keys, place, members, nowMs } = stage
        const before = { ...place, seq: place.seq - 1, hash: provider.random(32) }
        const made = await sayBy(members.mia, place, payloadOf('in its place'))
        const { messages, ack } = await continueLog(keys, before, [made], nowMs())
        return told(stage, { frames: [entries(place.room, messages, ack)] })
      }),
      'catch-up': ends(/^stopped fork$/, async (stage) => {
        const { place } = stage
        return opens(stage, headIs(place.room, await acknowledged(stage, place.seq, provider.random(32))))
      }),
      'server door': cannot(
        'the server cannot be shown another log than its own: an anchor in one is refused above',
      ),
      welcome: cannot('who comes new knows no other log: it is told by the first message that names another'),
      heal: cannot('a heal begins where the server is: what does not follow is refused above'),
      'external commit': cannot(
        'a commit from outside stands in the log: the hash of what is before it tells',
      ),
      'external entry': ends(/^stopped fork$/, async (stage) => {
        const { place, members } = stage
        const head = await acknowledged(stage, place.seq, provider.random(32))
        return entersBy(stage, await doorOf(members.olga), headIs(place.room, head))
      }),
    },
  },
]

/** T-ROLL: the log is shorter than it was. */
const rollbacks: readonly Row[] = [
  {
    rule: 'T-ROLL',
    what: 'the log ends before what was read',
    cells: {
      'live push': ends(/^ignored$/, async (stage) => {
        const { place, line, members } = stage
        const { messages } = await line.call(
          operations.readLog,
          { room: place.room, from: 0 },
          members.mia.token,
        )
        const [first] = messages as [LoggedMessage, ...LoggedMessage[]]
        const ack = await acknowledged(stage, 0, provider.hash('SHA-256', first.entry))
        return told(stage, { frames: [entries(place.room, [first], ack)] })
      }),
      'catch-up': ends(/^stopped server_rollback$/, async (stage) => {
        const { place } = stage
        return opens(stage, headIs(place.room, await acknowledged(stage, place.seq - 1, provider.random(32))))
      }),
      'server door': ends(/^refused fork$/, async (stage) => {
        // A server that has gone back is told so by whoever names what it has lost.
        const { place, members } = stage
        const ahead = { ...place, seq: place.seq + 1 }
        return atTheDoor(stage, [await sayBy(members.mia, ahead, payloadOf('after what was lost'))])
      }),
      welcome: ends(/^(?:ignored|refused server_rollback)$/, (stage) => welcomedBack(stage)),
      heal: ends(/^refused fork$/, async (stage) => {
        // Entries from before its head, in another version.
        const { place, members, keys, nowMs, line } = stage
        const before = { ...place, seq: place.seq - 2, hash: provider.random(32) }
        const made = await sayBy(members.mia, place, payloadOf('instead'))
        const { messages, ack } = await continueLog(keys, before, [made], nowMs())
        const offer = { room: place.room, messages, ack, group: null }
        return refusedBy(() => line.call(operations.healRoom, offer, members.mia.token))
      }),
      'external commit': cannot('a commit from outside stands in the log: a shorter log does not reach it'),
      'external entry': ends(/^stopped server_rollback$/, async (stage) => {
        const { place, members } = stage
        const head = await acknowledged(stage, place.seq - 1, provider.random(32))
        return entersBy(stage, await doorOf(members.olga), headIs(place.room, head))
      }),
    },
  },
  {
    rule: 'T-ROLL',
    what: 'a device has gone back to an earlier state',
    cells: {
      'live push': cannot('others do not see where the counter of a device stands: the server does'),
      'catch-up': ends(/^stopped client_rollback$/, (stage) => setBack(stage)),
      'server door': ends(/^refused client_rollback$/, async (stage) => {
        const { members, place } = stage
        return atTheDoor(stage, [await sayBy(members.olga, place, payloadOf('again'), { sendCounter: 1 })])
      }),
      welcome: cannot('a device that is invited has no state of the room that could be old'),
      heal: ends(/^refused bad_request$/, async (stage) => {
        const { members, place } = stage
        return healed(stage, {
          steps: [
            await sayBy(members.mia, place, payloadOf('one'), { sendCounter: 2_000_000_000 }),
            await sayBy(members.mia, place, payloadOf('two'), { sendCounter: 2_000_000_000 }),
          ],
        })
      }),
      'external commit': cannot(
        'its proof is for one epoch: a state of an earlier one proves nothing, see T-EXT',
      ),
      'external entry': cannot('it is how a device comes to enter anew: the page that tells it is above'),
    },
  },
]

/** Victor was taken out, and is then handed a Welcome from before that: it is no invitation. */
const welcomedBack = async (stage: Stage): Promise<Outcome> => {
  const { members, place, keys, nowMs, id } = stage
  const { olga, victor } = members
  const removal = await commitBy(olga, place, {
    proposals: [
      { kind: 'remove', removed: leafOf(olga, victor) },
      contextWith(olga, withoutMember(policyIn(olga), victor.account)),
    ],
  })
  const { messages, ack } = await continueLog(keys, place, [removal], nowMs())
  const again = await commitBy(olga, place, { proposals: [{ kind: 'add', keyPackage: stage.spare }] })
  const old = await invitationOf(stage, [again])
  const waiting = { ...old.waiting, seq: place.seq - 1, epoch: old.waiting.epoch - 1 }
  let isWaiting = false
  const liar = makeLiar({
    answer: (name) =>
      name === operations.listWelcomes.name
        ? Promise.resolve({ welcomes: isWaiting ? [waiting] : [] })
        : undefined,
  })
  const { client } = await stage.open(stage.victor, liar.transport)
  await online(client)
  liar.push(entries(place.room, messages, ack))
  await until(client, () => room(client, id)?.state.kind === 'removed')
  isWaiting = true
  // Asked for once more, what was answered before has been dealt with.
  for (const times of [1, 2, 3]) {
    liar.push({ kind: 'welcome', room: place.room })
    await liar.hears(operations.listWelcomes.name, times)
  }
  const outcome = await refusedBy(() => client.accept({ room: id }))
  const state = room(client, id)?.state.kind
  await client.close()
  return state === 'removed' ? { kind: 'ignored' } : outcome
}

/** Victor's device, from a backup, meets words of its own that it does not know. */
const setBack = async (stage: Stage): Promise<Outcome> => {
  const { client } = await stage.open(stage.victorSetBack, makeLiar({}).transport)
  const outcome = await until(client, () => stoppedIn(room(client, stage.id)))
  await client.close()
  return outcome
}

/** T-TAIL: the newest is withheld. */
const tails: readonly Row[] = [
  {
    rule: 'T-TAIL',
    what: 'the newest is withheld, and somebody who has read it speaks',
    cells: {
      'live push': ends(/^stopped fork$/, async (stage) => {
        const { place, members } = stage
        const ahead = { ...place, seq: place.seq + 1, hash: provider.random(32) }
        return pushed(stage, { steps: [await sayBy(members.mia, ahead, payloadOf('as adam says'))] })
      }),
      'catch-up': ends(/^stopped integrity$/, async (stage) => {
        // The head is signed for, and what is between is not shown.
        const { place } = stage
        const head = await acknowledged(stage, place.seq + 2, provider.random(32))
        return opens(stage, headIs(place.room, head, []))
      }),
      'server door': cannot(serverWithholds),
      welcome: cannot('who comes new has seen nothing that could be withheld from it'),
      heal: cannot('what is not handed back is not there: the next who has it hands it back'),
      'external commit': ends(/^stopped fork$/, async (stage) => {
        const ahead = { ...stage.place, seq: stage.place.seq + 1, hash: provider.random(32) }
        return pushed(stage, { steps: await outside.lawful({ ...stage, place: ahead }) })
      }),
      'external entry': ends(/^stopped fork$/, async (stage) => {
        const { place, members } = stage
        const ahead = { ...place, seq: place.seq + 1, hash: provider.random(32) }
        return entersAfter(stage, { steps: [await sayBy(members.mia, ahead, payloadOf('as adam says'))] })
      }),
    },
  },
]

const takenBack: Row = {
  rule: 'T-TAIL',
  what: 'the newest is signed for, and then taken back',
  cells: {
    'live push': cannot('what is pushed is there: that there is more, heads say'),
    'catch-up': ends(/^stopped (?:server_rollback|integrity|fork)$/, async (stage) => {
      // The head of the greeting is newer than that of every page behind it.
      const { place } = stage
      return opens(stage, headIs(place.room, await acknowledged(stage, place.seq + 2, provider.random(32))))
    }),
    'server door': cannot(serverWithholds),
    welcome: cannot('who comes new has seen nothing that could be taken back'),
    heal: cannot('what was signed for and is not there is what a heal brings back'),
    'external commit': cannot('a commit from outside stands in the log: the heads of the log are the same'),
    'external entry': ends(/^stopped (?:server_rollback|integrity|fork)$/, async (stage) => {
      const { place, members } = stage
      const head = await acknowledged(stage, place.seq + 2, provider.random(32))
      return entersBy(stage, await doorOf(members.olga), headIs(place.room, head))
    }),
  },
}

/** T-GI: GroupInfos that are old, or forged. */
type Told = (stage: Stage, by: Insider, after: Insider) => Promise<Uint8Array>

const ofTheEpochBefore: Told = (_stage, by) => makeGroupInfo(lawless, by.group)

const withOldTranscript: Told = (_stage, by, { group }) => {
  const { confirmedTranscriptHash } = by.group.public.context
  const context = { ...group.public.context, confirmedTranscriptHash }
  return makeGroupInfo(lawless, { ...group, public: { ...group.public, context } })
}

const withOldTree: Told = (_stage, by, { group }) => {
  const { treeHash } = by.group.public.context
  const context = { ...group.public.context, treeHash }
  return makeGroupInfo(lawless, { ...group, public: { ...group.public, context } })
}

const ofAnEpochToCome: Told = (_stage, _by, { group }) => {
  const context = { ...group.public.context, epoch: group.public.context.epoch + 1n }
  return makeGroupInfo(lawless, { ...group, public: { ...group.public, context } })
}

const withoutAKey: Told = (_stage, _by, { group }) =>
  makeGroupInfo(lawless, group, { withExternalPub: false })

const withMore: Told = (_stage, _by, { group }) => makeGroupInfo(lawless, group, { withTree: true })

const bySomebodyElse: Told = ({ members }, _by, after) =>
  makeGroupInfo(lawless, { ...members.gus.group, public: after.group.public })

/** The same, of the epoch that stands in the log, held out to who comes in. */
const heldOut = async (stage: Stage, tell: Told): Promise<Outcome> => {
  const { earlier, members } = stage
  const groupInfo = await tell(stage, earlier, members.olga)
  return entersBy(stage, { groupInfo, tree: encodeTree(members.olga.group.public.tree) })
}

const byAStranger: Told = async (_stage, _by, { group }) => {
  const { privateKey: signaturePrivateKey } = await provider.signatureGenerate('Ed25519')
  return makeGroupInfo(lawless, { ...group, signaturePrivateKey })
}

const groupInfoRow = (what: string, tell: Told, entry: RegExp | string = /^asked$/): Row => {
  const make = async (stage: Stage): Promise<Step> => {
    const { olga } = stage.members
    const step = await commitBy(olga, stage.place, {})
    const groupInfo = await tell(stage, olga, step.after)
    return { ...step, attachment: { groupInfo, welcome: null, meta: null } }
  }
  return {
    rule: 'T-GI',
    what,
    cells: {
      'live push': cannot('the log carries no GroupInfo'),
      'catch-up': cannot('the log carries no GroupInfo'),
      'server door': ends(/^refused (?:policy|bad_request)/, async (stage) =>
        atTheDoor(stage, [await make(stage)]),
      ),
      welcome: cannot(
        'its GroupInfo is sealed in the Welcome by who commits: the rows below spoil what goes with it',
      ),
      heal: ends(/^refused (?:policy|bad_request)/, async (stage) =>
        healed(stage, { steps: [await make(stage)] }),
      ),
      'external commit': ends(/^refused (?:policy|bad_request)/, async (stage) => {
        const [step] = (await outside.lawful(stage)) as [Step]
        const groupInfo = await tell(stage, step.by, step.after)
        return atTheDoor(stage, [{ ...step, attachment: { groupInfo, welcome: null, meta: null } }])
      }),
      'external entry':
        typeof entry === 'string' ? cannot(entry) : ends(entry, (stage) => heldOut(stage, tell)),
    },
  }
}

const inAWelcome = 'it is about what comes with a Welcome'

const welcomeRow = (
  what: string,
  pattern: RegExp,
  change: (
    stage: Stage,
    invited: Awaited<ReturnType<typeof invitationOf>>,
  ) => Awaited<ReturnType<typeof invitationOf>>,
): Row => ({
  rule: 'T-GI',
  what,
  cells: {
    'live push': cannot(inAWelcome),
    'catch-up': cannot(inAWelcome),
    'server door': cannot('tree, epoch and place of a Welcome are the server’s own words'),
    welcome: ends(pattern, async (stage) => {
      const { olga } = stage.members
      return welcomed(
        stage,
        change(stage, await invitationOf(stage, await lawfulInvitation(stage, olga, true))),
      )
    }),
    heal: cannot(inAWelcome),
    'external commit': cannot(inAWelcome),
    'external entry': cannot(inAWelcome),
  },
})

const groupInfos: readonly Row[] = [
  groupInfoRow('of the epoch before', ofTheEpochBefore),
  groupInfoRow('by the right signer, with the transcript of the epoch before', withOldTranscript),
  groupInfoRow('by the right signer, with the tree of the epoch before', withOldTree),
  groupInfoRow('by the right signer, of an epoch to come', ofAnEpochToCome, /^(?:asked|ignored)$/),
  groupInfoRow(
    'by another member',
    bySomebodyElse,
    'of the epoch that was followed to its last byte any member may be the one who tells: only the next is the committer’s to tell',
  ),
  groupInfoRow("by a stranger, in a member's name", byAStranger),
  groupInfoRow('that nobody can come in by', withoutAKey),
  groupInfoRow('that says more than it may', withMore, 'what else a member says of the epoch is not read'),
  welcomeRow(
    'a Welcome with the tree of the epoch before',
    /^refused policy mls:/,
    ({ members }, invited) => ({
      ...invited,
      tree: encodeTree(members.olga.group.public.tree),
    }),
  ),
  welcomeRow('a Welcome that is said to lead to another epoch', /^refused integrity$/, (_stage, invited) => ({
    ...invited,
    waiting: { ...invited.waiting, epoch: invited.waiting.epoch + 1 },
  })),
]

export const toldRows: readonly Row[] = [...forks, ...rollbacks, ...tails, takenBack, ...groupInfos]
