import { codeWritten, decodeCanonical, encodeCanonical, operations } from '@sotto/protocol'
import {
  commitBy,
  contextWithBytes,
  leafSignedFor,
  payloadOf,
  policyBytes,
  sayBy,
  type Step,
  unorderedPayloadOf,
} from '../forge.ts'
import { provider } from '../insider.ts'
import { continueLog } from '../liar.ts'
import { type Outcome, refusedBy } from '../outcome.ts'
import { entries, told } from '../paths/told.ts'
import { ofGeneration, withSignature } from '../raw.ts'
import type { Stage } from '../stage.ts'
import { restoring } from '../stage.ts'
import { cannot, type Cell, ends, type Row } from '../table.ts'
import { byMessages, type Make } from './byMessages.ts'
import { bringing, lawfulInvitation, rewritten } from './commits.ts'
import * as outside from './outside.ts'

/** The order of the group, as it stands in the second half of a signature. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n

/** The same signature in other numbers: some platforms take it, and others do not (RFC 8032 §8.4). */
export const malleated = (signature: Uint8Array): Uint8Array => {
  let sum = order
  for (const [at, byte] of signature.subarray(32).entries()) sum += BigInt(byte) << (8n * BigInt(at))
  const changed = signature.slice()
  for (let at = 32; at < 64; at++, sum >>= 8n) changed[at] = Number(sum & 0xffn)
  return changed
}

/** A point of small order: every message has a signature under it, on some platforms. */
const smallOrderKey = Uint8Array.from([1, ...new Uint8Array(31)])

const commitWithSum: Make = async ({ members: { olga }, place }) => [
  await withSignature(await commitBy(olga, place, {}), malleated),
]

const enteringWithSum: Make = async (stage) => [
  await withSignature((await outside.lawful(stage))[0] as Step, malleated),
]

const proofWithSum: Make = outside.withProofChanged(malleated)

const weakLeaf: Make = async (stage, nora = false) => {
  const { mia } = stage.members
  const { privateKey } = await provider.signatureGenerate('Ed25519')
  const key = { publicKey: smallOrderKey, privateKey }
  return lawfulInvitation(stage, mia, nora, { leaf: await leafSignedFor(mia, 'leaf', key) })
}

const signatures: readonly Row[] = [
  byMessages({
    rule: 'T-SIG',
    what: 'a commit with a signature that platforms disagree on',
    make: commitWithSum,
    broken: 'mls:bad_authentication|bad_authentication',
    welcome: 'the signature of a commit is not in the Welcome that goes with it',
    outside: { make: enteringWithSum, broken: 'mls:bad_authentication' },
  }),
  byMessages({
    rule: 'T-SIG',
    what: 'a proof of a join with a signature that platforms disagree on',
    make: proofWithSum,
    broken: 'C7e',
    welcome: 'who is invited needs no proof and is shown none',
    outside: { make: proofWithSum, broken: 'C7e' },
  }),
  {
    rule: 'T-SIG',
    what: 'an acknowledgement with a signature that platforms disagree on',
    cells: {
      'live push': ends(/^ignored$/, async (stage) => {
        const { keys, place, members, nowMs } = stage
        const made = await sayBy(members.mia, place, payloadOf('never said'))
        const { messages, ack } = await continueLog(keys, place, [made], nowMs())
        const wrong = { ...ack, signature: malleated(ack.signature) }
        return told(stage, { frames: [entries(place.room, messages, wrong)] })
      }),
      'catch-up': cannot('the same signature is looked at in the same way: the push shows it'),
      'server door': cannot('a device acknowledges nothing to the server'),
      welcome: cannot('a Welcome comes without an acknowledgement: the log behind it has one'),
      heal: ends(/^refused bad_request$/, async ({ keys, place, members, nowMs, line }) => {
        const made = await sayBy(members.mia, place, payloadOf('never said'))
        const { messages, ack } = await continueLog(keys, place, [made], nowMs())
        const wrong = { ...ack, signature: malleated(ack.signature) }
        const offer = { room: place.room, messages, ack: wrong, group: null }
        return refusedBy(() => line.call(operations.healRoom, offer, members.mia.token))
      }),
      'external commit': cannot('what is acknowledged is the log, whoever commits: the push shows it'),
      'external entry': cannot('who comes in reads the log by pages, as all others do: the push shows it'),
    },
  },
  byMessages({
    rule: 'T-SIG',
    what: 'a leaf whose key is of small order',
    make: weakLeaf,
    broken: 'LEAF-3|mls:invalid_leaf|mls:bad_authentication|invalid_leaf|bad_authentication',
    welcome: /^refused policy (?:LEAF-3|mls:)/,
    outside: 'who comes in signs by its leaf: under such a key there is no signature that holds anywhere',
  }),
]

/** An unsigned number in two bytes where one is enough. */
const inLongForm = (bytes: Uint8Array): Uint8Array => {
  // The version, 1, behind the head of the array.
  if (bytes[1] !== 1) throw new Error('begins with its version')
  return Uint8Array.from([bytes[0] as number, 0x18, 1, ...bytes.subarray(2)])
}

const withTrailing = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, 0])

const envelopeIn =
  (form: (bytes: Uint8Array) => Uint8Array): Make =>
  async ({ members: { olga }, place }) => [await commitBy(olga, place, { form })]

const messageIn =
  (form: (bytes: Uint8Array) => Uint8Array): Make =>
  async ({ members: { mia }, place }) => [await sayBy(mia, place, payloadOf('in another form'), {}, form)]

const policyIn =
  (form: (bytes: Uint8Array) => Uint8Array): Make =>
  async (stage, nora = false) => {
    const { olga } = stage.members
    const context = contextWithBytes(olga, form(policyBytes(olga)))
    return [
      await commitBy(olga, stage.place, {
        proposals: [...bringing(stage, olga, nora).slice(0, nora ? 1 : 0), context],
      }),
    ]
  }

const leafIn =
  (form: (bytes: Uint8Array) => Uint8Array): Make =>
  async (stage, nora = false) => {
    const { mia } = stage.members
    const { credential, signatureKeyPair } = await leafSignedFor(mia, 'leaf')
    const leaf = { signatureKeyPair, credential: { ...credential, identity: form(credential.identity) } }
    return lawfulInvitation(stage, mia, nora, { leaf })
  }

const unordered: Make = async (stage) => {
  const { olga } = stage.members
  const proposal = rewritten(olga, (fields) => fields.with(4, (fields[4] as unknown[]).toReversed()))
  return [await commitBy(olga, stage.place, { proposals: [proposal] })]
}

/** Bytes at the server's door that are no request: past every client, and past every library. */
const posted = async (stage: Stage, target: string, body: Uint8Array, token: string): Promise<Outcome> => {
  const response = await fetch(stage.url + target, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor', authorization: `Bearer ${token}` },
    body: new Uint8Array(body),
  })
  if (response.ok) return { kind: 'accepted' }
  const { code } = (await response.json()) as { code: string }
  return { kind: 'refused', code: codeWritten(code) ?? 'integrity', rule: null }
}

const bodyRow = (what: string, form: (bytes: Uint8Array) => Uint8Array): Row => {
  const notAtTheDoor = 'it is about what is said to the server'
  const text = async ({ members, place }: Stage): Promise<readonly [Uint8Array, string]> => {
    const { message, by } = await sayBy(members.mia, place, payloadOf('in another form'))
    return [form(encodeCanonical([message, null])), by.token]
  }
  return {
    rule: 'T-CANON',
    what,
    cells: {
      'live push': cannot(notAtTheDoor),
      'catch-up': cannot(notAtTheDoor),
      'server door': ends(/^refused bad_request$/, async (stage) =>
        posted(stage, `/v1/rooms/${stage.id}/messages`, ...(await text(stage))),
      ),
      welcome: cannot(notAtTheDoor),
      heal: ends(/^refused bad_request$/, async (stage) => {
        const { keys, place, members, nowMs } = stage
        const made = await sayBy(members.mia, place, payloadOf('in another form'))
        const { messages, ack } = await continueLog(keys, place, [made], nowMs())
        const offer = encodeCanonical([
          messages.map(({ entry, payload, aux }) => [entry, payload, aux]),
          [ack.room, ack.seq, ack.hash, ack.timeMs, ack.signature],
          null,
        ])
        return posted(stage, `/v1/rooms/${stage.id}/heal`, form(offer), members.mia.token)
      }),
      'external commit': cannot(notAtTheDoor),
      'external entry': cannot(notAtTheDoor),
    },
  }
}

/** An entry of the log whose bytes are not the one way of writing it, linked and signed for as they are. */
const entryRow = (what: string, form: (bytes: Uint8Array) => Uint8Array): Row => {
  const falseLog = async (stage: Stage) => {
    const { keys, place, members, nowMs } = stage
    const made = await sayBy(members.mia, place, payloadOf('in another form'))
    return continueLog(keys, place, [made], nowMs(), form)
  }
  return {
    rule: 'T-CANON',
    what,
    cells: {
      'live push': ends(/^ignored$/, async (stage) => {
        const { messages, ack } = await falseLog(stage)
        return told(stage, { frames: [entries(stage.place.room, messages, ack)] })
      }),
      'catch-up': ends(/^(?:ignored|stopped integrity)$/, async (stage) => {
        const { messages, ack } = await falseLog(stage)
        return told(stage, {
          lie: {
            answer: (name) =>
              name === operations.readLog.name ? Promise.resolve({ messages, ack, head: ack }) : undefined,
          },
          frames: [{ kind: 'behind', room: stage.place.room, head: ack.seq }],
        })
      }),
      'server door': cannot('the server writes the entries itself'),
      welcome: cannot('a Welcome carries no entry of the log'),
      heal: ends(/^refused bad_request$/, async (stage) => {
        const { messages, ack } = await falseLog(stage)
        const { members, line, place } = stage
        const offer = { room: place.room, messages, ack, group: null }
        return refusedBy(() => line.call(operations.healRoom, offer, members.mia.token))
      }),
      'external commit': cannot('an entry is written by the server, whoever commits: the push shows it'),
      'external entry': cannot('who comes in reads the log by pages, as all others do: the page shows it'),
    },
  }
}

/** The server's texts: a token that means the same in other letters. */
const tokenRow: Row = {
  rule: 'T-CANON',
  what: 'a session token in another form of base64url',
  cells: {
    'live push': cannot('a token is what a device shows to the server'),
    'catch-up': cannot('a token is what a device shows to the server'),
    'server door': ends(/^refused unauthorized$/, async ({ members: { mia }, url, id }) => {
      // The last letter holds bits that nobody reads: two letters mean the same bytes.
      const bytes = Buffer.from(mia.token, 'base64url')
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const same = [...letters]
        .map((letter) => mia.token.slice(0, -1) + letter)
        .filter((token) => token !== mia.token && Buffer.from(token, 'base64url').equals(bytes))
      for (const token of [...same, `${mia.token}=`, ` ${mia.token}`, mia.token.toUpperCase()]) {
        const headers = { authorization: `Bearer ${token}` }
        const response = await fetch(`${url}/v1/rooms/${id}/log?from=0`, { headers })
        if (response.ok) return { kind: 'accepted' }
      }
      return { kind: 'refused', code: 'unauthorized', rule: null }
    }),
    welcome: cannot('a token is what a device shows to the server'),
    heal: cannot('every operation looks at the token in the same way: the door shows it'),
    'external commit': cannot('a token is what a device shows to the server'),
    'external entry': cannot('a token is what a device shows to the server'),
  },
}

const notEntered =
  'a message says nothing of the epoch that is entered: who comes in reads it as all others do, in a page'
const noForm = 'a Welcome carries no envelope'
const both = /^(?:unreadable|ignored)$/

const forms: readonly Row[] = [
  ...(
    [
      ['a number in its long form', inLongForm],
      ['a byte behind it', withTrailing],
    ] as const
  ).flatMap(([name, form]) => [
    byMessages({
      rule: 'T-CANON',
      what: `the envelope of a commit with ${name}`,
      make: envelopeIn(form),
      broken: 'C0e',
      door: /^refused bad_request$/,
      heal: /^refused bad_request$/,
      welcome: noForm,
      outside: { make: outside.withEnvelopeIn(form), broken: 'C0e' },
    }),
    byMessages({
      rule: 'T-CANON',
      what: `the envelope of a message with ${name}`,
      make: messageIn(form),
      broken: '',
      live: both,
      entry: notEntered,
      door: /^refused bad_request$/,
      heal: /^refused bad_request$/,
      welcome: noForm,
      outside: 'who comes in from outside commits and says nothing else',
    }),
    byMessages({
      rule: 'T-CANON',
      what: `the policy with ${name}`,
      make: policyIn(form),
      broken: 'C0b',
      welcome: /^refused policy C0b$/,
      outside: 'a commit from outside changes no context: it would be C7a, as where the policy is missing',
    }),
    byMessages({
      rule: 'T-CANON',
      what: `the credential of a leaf with ${name}`,
      make: leafIn(form),
      broken: 'LEAF-1',
      welcome: /^refused policy (?:LEAF-1|C6)$/,
      outside: { make: outside.withLeafIn(form), broken: 'LEAF-1' },
    }),
    entryRow(`an entry of the log with ${name}`, form),
  ]),
  byMessages({
    rule: 'T-CANON',
    what: 'a policy whose members are in another order',
    make: unordered,
    broken: 'C0b',
    welcome: 'the same bytes are read by the same reader: a policy with a byte behind it shows it',
    outside: 'a commit from outside changes no context: it would be C7a, as where the policy is missing',
  }),
  byMessages({
    rule: 'T-CANON',
    what: 'the content of a message with its fields in another order',
    make: async ({ members: { mia }, place }) => [
      await sayBy(mia, place, unorderedPayloadOf('in another order')),
    ],
    broken: '',
    live: /^unreadable$/,
    entry: notEntered,
    door: cannot('the content is sealed for the members: the server cannot see it'),
    heal: cannot('the content is sealed for the members: the server cannot see it'),
    welcome: 'a Welcome carries no content',
    outside: 'who comes in from outside commits and says nothing else',
  }),
  bodyRow('a request with a byte behind it', withTrailing),
  bodyRow('a request that is an array of unknown length', (bytes) =>
    Uint8Array.from([0x9f, ...bytes.subarray(1), 0xff]),
  ),
  bodyRow('a request with a tag in front', (bytes) => Uint8Array.from([0xc1, ...bytes])),
  bodyRow('a request in JSON', (bytes) =>
    new TextEncoder().encode(JSON.stringify(decodeCanonical(bytes), (_, value: unknown) => value)),
  ),
  tokenRow,
]

/** T-GEN: generations that would take a member's ratchet for ever, and an hour. */
const jump =
  (generation: number): Make =>
  async ({ members: { mia }, place }) => [
    await ofGeneration(await sayBy(mia, place, payloadOf('from the far end')), generation),
  ]

const sealedForMembers = 'the generation is sealed for the members: the server cannot see it'

const generationRow = (what: string, generation: number): Row =>
  byMessages({
    rule: 'T-GEN',
    what,
    make: jump(generation),
    broken: '',
    live: /^unreadable$/,
    entry: notEntered,
    door: cannot(sealedForMembers),
    heal: cannot(sealedForMembers),
    welcome: 'a Welcome begins every ratchet anew',
    outside: 'who comes in from outside commits and says nothing else',
  })

const generations: readonly Row[] = [
  generationRow('the last generation there is', 2 ** 32 - 1),
  generationRow('a generation half as far', 2 ** 31),
  generationRow('a generation just beyond the bound', 202),
]

/** T-KPDRAIN: one-time keys cannot be used up by whoever likes to. */
const atClaims = 'key packages are claimed at the server and nowhere else'

const claims = (door: Cell, what: string): Row => ({
  rule: 'T-KPDRAIN',
  what,
  cells: {
    'live push': cannot(atClaims),
    'catch-up': cannot(atClaims),
    'server door': door,
    welcome: cannot(atClaims),
    heal: cannot(atClaims),
    'external commit': cannot(atClaims),
    'external entry': cannot(atClaims),
  },
})

const remaining = async ({ line, nora }: Stage): Promise<number> =>
  (await line.call(operations.countKeyPackages, {}, nora.token)).remaining

const claimUntilRefused = async (stage: Stage, token: string, room = stage.place.room): Promise<Outcome> => {
  const { line, newcomer } = stage
  for (;;) {
    const outcome = await refusedBy(() =>
      line.call(operations.claimKeyPackages, { room, account: newcomer.account }, token),
    )
    if (outcome.kind !== 'accepted') return outcome
  }
}

const drains: readonly Row[] = [
  claims(
    ends(/^refused (?:forbidden|room_unknown)$/, async (stage) =>
      claimUntilRefused(stage, stage.nora.token, provider.random(16)),
    ),
    'by a stranger, in a room that is not there',
  ),
  claims(
    ends(/^refused forbidden$/, async (stage) => claimUntilRefused(stage, stage.nora.token)),
    'by a stranger, in a room of others',
  ),
  claims(
    ends(/^refused forbidden$/, async (stage) => claimUntilRefused(stage, stage.members.gus.token)),
    'by a guest, who may not invite',
  ),
  claims(
    ends(/^refused rate$/, async (stage) =>
      restoring(stage, async () => {
        const outcome = await claimUntilRefused(stage, stage.members.mia.token)
        return (await remaining(stage)) > 0 ? outcome : { kind: 'accepted' }
      }),
    ),
    'by a member, again and again',
  ),
]

export const formRows: readonly Row[] = [...signatures, ...forms, ...generations, ...drains]
