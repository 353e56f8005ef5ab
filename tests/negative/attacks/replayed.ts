import { createGroup, makeKeyPackage } from '@sotto/mls'
import { encodeLoggedNack, decodeEntry, type EntryKind, entryKinds, operations } from '@sotto/protocol'
import { leafCapabilities, signLabelled, type SignatureLabel } from '@sotto/trust'
import { commitBy, epochOf, lawless, leafBy, leafSignedFor, payloadOf, sayBy, type Step } from '../forge.ts'
import { type Insider, provider } from '../insider.ts'
import { acknowledge, continueLog } from '../liar.ts'
import { refusedBy } from '../outcome.ts'
import { submit } from '../paths/door.ts'
import { entries, told } from '../paths/told.ts'
import { type Invitation, invitationOf, welcomed } from '../paths/welcome.ts'
import type { Stage } from '../stage.ts'
import { cannot, ends, type Row } from '../table.ts'
import { byMessages, type Make } from './byMessages.ts'
import { lawfulInvitation } from './commits.ts'
import * as outside from './outside.ts'

/** What stands in the true log, as its sender handed it in. */
const loggedBy = async (stage: Stage, by: Insider, kind: EntryKind): Promise<Step> => {
  const { messages } = await stage.line.call(
    operations.readLog,
    { room: stage.place.room, from: 0 },
    by.token,
  )
  const found = messages.find(({ entry }) => decodeEntry(entry).kind === kind)
  if (!found?.payload) throw new Error('the log has one of these')
  return { by, kind, epoch: epochOf(by), message: found.payload, attachment: null, after: by }
}

const commitOfBefore: Make = async (stage) => {
  const { olga, adam } = stage.members
  const { groupInfo } = (await commitBy(olga, stage.place, {})).attachment ?? {}
  const step = await loggedBy(stage, olga, entryKinds.commit)
  const attachment = groupInfo ? { groupInfo, welcome: null, meta: null } : null
  // By another's session: the same by her own would be what she is known to have said.
  return [{ ...step, by: { ...olga, token: adam.token }, attachment }]
}

/** A room of her own, in which olga may do as she likes. */
const elsewhere = async ({ members: { olga } }: Stage): Promise<Insider> => {
  const leaf = await leafBy(olga)
  const bundle = await makeKeyPackage(lawless, {
    ...leaf,
    capabilities: leafCapabilities(),
    notBefore: BigInt(olga.chain.timeS - 100),
    notAfter: BigInt(olga.chain.timeS + 86_400),
  })
  const { extensions } = olga.group.public.context
  const group = await createGroup(lawless, { groupId: provider.random(16), bundle, extensions })
  return { ...olga, group }
}

/** Its envelope names this room: only the group is another. */
const commitOfAnotherRoom: Make = async (stage) => {
  const step = await commitBy(await elsewhere(stage), stage.place, {})
  return [{ ...step, epoch: epochOf(stage.members.olga) }]
}

const commitWith =
  (changed: Parameters<typeof commitBy>[2]['envelope']): Make =>
  async ({ members: { olga }, place }) => [await commitBy(olga, place, { envelope: changed ?? {} })]

const messageWith =
  (changed: Parameters<typeof sayBy>[3]): Make =>
  async ({ members: { mia }, place }) => [await sayBy(mia, place, payloadOf('from elsewhere'), changed)]

const messageOfAnotherRoom: Make = async (stage) => {
  const step = await sayBy(await elsewhere(stage), stage.place, payloadOf('from elsewhere'))
  return [{ ...step, epoch: epochOf(stage.members.olga) }]
}

const repeated: Make = async (stage) => [await loggedBy(stage, stage.members.olga, entryKinds.app)]

const otherRoom = { room: new Uint8Array(16) }
const notInWelcome = 'a Welcome carries no message of the log'
const notEntered =
  'a message says nothing of the epoch that is entered: who comes in reads it as all others do, in a page'
const notFromOutside = 'who comes in from outside commits and says nothing else'
const seenByMembers = /^(?:unreadable|ignored)$/

const messageRow = (what: string, make: Make, door: RegExp, heal: RegExp): Row =>
  byMessages({
    rule: 'T-DOMSEP',
    what,
    make,
    broken: '',
    live: seenByMembers,
    door,
    heal,
    welcome: notInWelcome,
    outside: notFromOutside,
    entry: notEntered,
  })

const labelRow = (label: SignatureLabel): Row => {
  const make = outside.withSignatureFor(label)
  return byMessages({
    rule: 'T-DOMSEP',
    what: `a signature for "${label}" as the proof of a join`,
    make,
    broken: 'C7e',
    welcome: 'who is invited needs no proof and is shown none',
    outside: { make, broken: 'C7e' },
  })
}

const leafForAnotherPurpose =
  (label: SignatureLabel): Make =>
  async (stage, nora = false) => {
    const { mia } = stage.members
    return lawfulInvitation(stage, mia, nora, { leaf: await leafSignedFor(mia, label) })
  }

/** A refusal that its device has not given, for its signature is one for another purpose. */
const nackSignedFor =
  (label: SignatureLabel): Make =>
  async ({ members: { mia }, place }) => {
    const messageId = provider.random(16)
    const claim = [place.room, place.seq, 'C3a', messageId]
    const signature = await signLabelled(mia.signer, label, claim)
    const { account, device } = mia
    const message = encodeLoggedNack({ account, device, seq: place.seq, rule: 'C3a', messageId, signature })
    return [{ by: mia, kind: entryKinds.nack, epoch: epochOf(mia), message, attachment: null, after: mia }]
  }

const nackRow = (): Row => {
  const row = messageRow(
    'a refusal that its device has signed for another purpose',
    nackSignedFor('login'),
    /^$/,
    /^refused bad_request$/,
  )
  return {
    ...row,
    cells: {
      ...row.cells,
      'server door': ends(/^refused device_unknown$/, async ({ members: { mia }, place, line }) => {
        const messageId = provider.random(16)
        const claim = [place.room, place.seq, 'C3a', messageId]
        const signature = await signLabelled(mia.signer, 'login', claim)
        const { room, seq } = place
        return refusedBy(() =>
          line.call(operations.submitNack, { room, seq, rule: 'C3a', messageId, signature }, mia.token),
        )
      }),
    },
  }
}

/** The server's own signature, over something else. */
const acknowledgementRow = (what: string, promise: 'of another room' | 'of another place'): Row => ({
  rule: 'T-DOMSEP',
  what,
  cells: {
    'live push': ends(/^ignored$/, async (stage) => {
      const { keys, place, members, nowMs } = stage
      const made = await sayBy(members.mia, place, payloadOf('never said'))
      const { messages, ack } = await continueLog(keys, place, [made], nowMs())
      const other = promise === 'of another room' ? { ...ack, ...otherRoom } : { ...ack, seq: ack.seq + 1 }
      const { signature } = await acknowledge(keys.log, other)
      return told(stage, { frames: [entries(place.room, messages, { ...ack, signature })] })
    }),
    'catch-up': ends(/^(?:stopped integrity|ignored)$/, async (stage) => {
      const { keys, place, members, nowMs } = stage
      const made = await sayBy(members.mia, place, payloadOf('never said'))
      const { messages, ack } = await continueLog(keys, place, [made], nowMs())
      const other = promise === 'of another room' ? { ...ack, ...otherRoom } : { ...ack, seq: ack.seq + 1 }
      const { signature } = await acknowledge(keys.log, other)
      const wrong = { ...ack, signature }
      return told(stage, {
        lie: {
          answer: (name) =>
            name === operations.readLog.name
              ? Promise.resolve({ messages, ack: wrong, head: ack })
              : undefined,
          frame: (frame) =>
            frame.kind === 'ready'
              ? { ...frame, heads: frame.heads.map((head) => (head.seq === place.seq ? ack : head)) }
              : frame,
        },
      })
    }),
    'server door': cannot('a device acknowledges nothing to the server'),
    welcome: cannot('a Welcome comes without an acknowledgement: the log behind it has one'),
    heal: ends(/^refused bad_request$/, async (stage) => {
      const { keys, place, members, nowMs, line } = stage
      const made = await sayBy(members.mia, place, payloadOf('never said'))
      const { messages, ack } = await continueLog(keys, place, [made], nowMs())
      const other = promise === 'of another room' ? { ...ack, ...otherRoom } : { ...ack, seq: ack.seq + 1 }
      const { signature } = await acknowledge(keys.log, other)
      const offer = { room: place.room, messages, ack: { ...ack, signature }, group: null }
      return refusedBy(() => line.call(operations.healRoom, offer, members.mia.token))
    }),
    'external commit': cannot(
      'what is acknowledged is the log, whoever commits: the push and the page show it',
    ),
    'external entry': cannot('who comes in reads the log by pages: the page shows it'),
  },
})

const metadataRow: Row = {
  rule: 'T-DOMSEP',
  what: 'metadata that were sealed for another epoch',
  cells: {
    'live push': cannot('the log carries no metadata'),
    'catch-up': cannot('the log carries no metadata'),
    'server door': cannot('the server cannot open what is sealed'),
    welcome: ends(/^refused integrity$/, async (stage) => {
      const { olga } = stage.members
      const { sealed } = await stage.line.call(operations.readMeta, { room: stage.place.room }, olga.token)
      const invited: Invitation = await invitationOf(stage, await lawfulInvitation(stage, olga, true))
      return welcomed(stage, { ...invited, waiting: { ...invited.waiting, meta: sealed } })
    }),
    heal: cannot('the server cannot open what is sealed'),
    'external commit': cannot('a commit from outside brings nobody else in, and no metadata'),
    'external entry': cannot('a device that comes back knows the metadata already'),
  },
}

/** T-DOMSEP: what is right in one place is nothing in another. */
export const replayed: readonly Row[] = [
  byMessages({
    rule: 'T-DOMSEP',
    what: 'a commit of an earlier epoch',
    make: commitOfBefore,
    broken: 'mls:wrong_epoch',
    door: /^refused stale_epoch$/,
    heal: /^refused (?:policy wrong_epoch|bad_request)$/,
    welcome: 'a Welcome is for the epoch that its commit led to: which one that is, T-GI and T-ROLL ask',
    outside: 'a commit from outside is bound to its epoch by its proof: T-EXT',
  }),
  byMessages({
    rule: 'T-DOMSEP',
    what: 'a commit of another room',
    make: commitOfAnotherRoom,
    broken: 'mls:wrong_group',
    door: /^refused bad_request$/,
    heal: /^refused bad_request$/,
    welcome: 'a Welcome to another room is an invitation to another room',
    outside: { make: outside.withProofOfAnotherRoom, broken: 'C7e' },
  }),
  byMessages({
    rule: 'T-DOMSEP',
    what: 'a commit whose envelope names another room',
    make: commitWith(otherRoom),
    broken: 'C0e',
    door: /^refused bad_request$/,
    heal: /^refused bad_request$/,
    welcome: 'a Welcome carries no envelope',
    outside: { make: outside.withEnvelope(otherRoom), broken: 'C0e' },
  }),
  byMessages({
    rule: 'T-DOMSEP',
    what: 'a commit whose envelope is that of a message',
    make: commitWith({ kind: entryKinds.app }),
    broken: 'C0e',
    door: /^refused bad_request$/,
    heal: /^refused bad_request$/,
    welcome: 'a Welcome carries no envelope',
    outside: { make: outside.withEnvelope({ kind: entryKinds.app }), broken: 'C0e' },
  }),
  messageRow(
    'a message of another room',
    messageOfAnotherRoom,
    /^refused bad_request$/,
    /^refused bad_request$/,
  ),
  messageRow(
    'a message whose envelope names another room',
    messageWith(otherRoom),
    /^refused bad_request$/,
    /^refused bad_request$/,
  ),
  messageRow(
    'a message whose envelope is that of a commit',
    messageWith({ kind: entryKinds.commit }),
    /^refused bad_request$/,
    /^refused bad_request$/,
  ),
  (() => {
    const row = messageRow('a message a second time', repeated, /^$/, /^refused bad_request$/)
    const again = ends(/^ignored$/, async (stage) => {
      const [step] = (await repeated(stage)) as [Step]
      const { seq } = await submit(stage.line, stage.place.room, step)
      return seq <= stage.place.seq ? { kind: 'ignored' } : { kind: 'accepted' }
    })
    return { ...row, cells: { ...row.cells, 'server door': again } }
  })(),
  nackRow(),
  ...(['login', 'nack', 'leaf', 'ar', 'share', 'chain-device'] as const).map(labelRow),
  byMessages({
    rule: 'T-DOMSEP',
    what: 'a signature for a join as that of a leaf',
    make: leafForAnotherPurpose('ext-join'),
    broken: 'LEAF-7',
    welcome: /^refused policy LEAF-7$/,
    outside: { make: outside.withLeafSignedFor('login'), broken: 'LEAF-7' },
  }),
  acknowledgementRow('an acknowledgement of another room', 'of another room'),
  acknowledgementRow('an acknowledgement of another place', 'of another place'),
  metadataRow,
]
