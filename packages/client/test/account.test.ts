import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  equalBytes,
  type FailureCode,
  H,
  type Operation,
  operations,
  serverProofMessage,
  sessionProofMessage,
  type SignedLink,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { buildGenesis, buildSetName, keyPairSigner, verifyChain } from '@sotto/trust'
import { nodeProvider } from '@sotto/mls/provider/node'
import { type Call, openContacts } from '../src/account/contacts.ts'
import { serverPinRow } from '../src/account/profile.ts'
import { hasSessionEnded, meetServer, type ServerAddress } from '../src/account/serverPin.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'

const provider = nodeProvider()

/** What only this directory can tell to be its own. */
const receiptFor = (links: readonly SignedLink[]): Uint8Array => {
  const value = new Uint8Array(64)
  value.set(H(links.at(-1)?.bytes ?? new Uint8Array()))
  return value
}

/** A directory that says what it is told to say. */
const directory = () => {
  const names = new Map<string, Uint8Array>()
  const chains = new Map<string, readonly SignedLink[]>()
  let asked = 0
  const call = (async (op: Operation, input: Record<string, unknown>) => {
    asked += 1
    if (op.name === operations.lookUpAccount.name) {
      const account = names.get(input['name'] as string)
      if (!account) throw new SottoError('name_unknown')
      const links = chains.get(toHex(account)) ?? []
      const verdict = await verifyChain(provider, links, 1000)
      if (verdict.kind === 'refused') throw new SottoError('internal')
      return { account, seq: verdict.value.seq, head: verdict.value.head }
    }
    const links = chains.get(toHex(input['account'] as Uint8Array))
    if (!links) throw new SottoError('not_found')
    if (op.name === operations.handBackLinks.name) {
      const handed = input as unknown as {
        readonly links: readonly SignedLink[]
        readonly receipt: Uint8Array
      }
      if (!equalBytes(handed.receipt, receiptFor([...links, ...handed.links])))
        throw new SottoError('forbidden')
      chains.set(toHex(input['account'] as Uint8Array), [...links, ...handed.links])
      return { seq: links.length + handed.links.length - 1 }
    }
    return { links: links.slice(input['from'] as number), receipt: receiptFor(links) }
  }) as Call
  return { names, chains, call, asked: () => asked }
}

const identityOf = async (name: string) => {
  const identity = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, await provider.signatureGenerate('Ed25519'))
  const { publicKey: sealingKey } = await provider.kemGenerate('MLKEM768-X25519')
  const certificate = {
    device: provider.random(16),
    signingKey: signer.publicKey,
    sealingKey,
    kind: 'cli' as const,
    createdS: 1000,
    notAfterS: 100_000,
  }
  const genesis = await buildGenesis({
    provider,
    identity,
    name,
    device: { certificate, signer },
    timeS: 1000,
  })
  const verdict = await verifyChain(provider, [genesis], 1000)
  if (verdict.kind === 'refused') throw new Error(verdict.rule)
  const rename = (to: string, timeS = 1001) =>
    buildSetName({ provider, state: verdict.value, timeS, identity, name: to })
  return { genesis, state: verdict.value, rename }
}

type Identity = Awaited<ReturnType<typeof identityOf>>

describe('contacts', () => {
  const server = directory()
  let bob: Identity
  let disk = memoryDisk()
  const opened = async () => openContacts(await openMemoryStore(disk), provider, server.call, () => 1_000_000)
  const publish = ({ state, genesis }: Identity, ...more: readonly SignedLink[]) => {
    server.names.set(state.name, state.account)
    server.chains.set(toHex(state.account), [genesis, ...more])
  }
  beforeEach(async () => {
    disk = memoryDisk()
    server.names.clear()
    server.chains.clear()
    bob = await identityOf('bob')
    publish(bob)
  })

  it('are verified once and remembered', async () => {
    const contacts = await opened()
    expect((await contacts.named('bob')).account).toEqual(bob.state.account)
    const again = await opened()
    const asked = server.asked()
    await again.ensure([{ account: bob.state.account, seq: 0 }])
    expect(again.find(bob.state.account)).toMatchObject({ alarm: false, state: { name: 'bob' } })
    expect(server.asked()).toBe(asked)
  })

  it('are asked for again where more must be known', async () => {
    const contacts = await opened()
    await contacts.named('bob')
    publish(bob, await bob.rename('robert'))
    await contacts.ensure([{ account: bob.state.account, seq: 1 }])
    expect(contacts.find(bob.state.account)?.state).toMatchObject({ seq: 1, name: 'robert' })
  })

  it('CL-6: another account under a known name is an alarm, and stays one', async () => {
    const contacts = await opened()
    await contacts.named('bob')
    publish(await identityOf('bob'))
    await expect(contacts.named('bob')).rejects.toMatchObject({ code: 'identity_changed' })
    const again = await opened()
    await again.load()
    expect(again.hasAlarms()).toBe(true)
    expect(again.find(bob.state.account)?.alarm).toBe(true)
    publish(bob)
    await expect(again.named('bob')).rejects.toMatchObject({ code: 'identity_changed' })
  })

  it('CL-6: a chain that does not extend what was known is an alarm', async () => {
    const contacts = await opened()
    const [one, other] = [await bob.rename('robert'), await bob.rename('roberta')]
    publish(bob, one)
    await contacts.ensure([{ account: bob.state.account, seq: 1 }])
    server.chains.set(toHex(bob.state.account), [bob.genesis, other, other])
    await contacts.ensure([{ account: bob.state.account, seq: 2 }])
    expect(contacts.find(bob.state.account)).toMatchObject({ alarm: true, state: { seq: 1, name: 'robert' } })
  })

  it('HEAL-6: what the server has lost of a chain is handed back to it, after a restart too', async () => {
    const first = await opened()
    await first.named('bob')
    expect(await first.handBack()).toBe(false)
    const renamed = await bob.rename('robert')
    publish(bob, renamed)
    const before = first.version()
    await first.ensure([{ account: bob.state.account, seq: 1 }])
    expect(first.version()).not.toBe(before)
    expect(await first.handBack()).toBe(false)
    const contacts = await opened()
    publish(bob)
    expect(await contacts.handBack()).toBe(true)
    expect(server.chains.get(toHex(bob.state.account))).toEqual([bob.genesis, renamed])
    expect(await contacts.handBack()).toBe(false)
  })

  it('it is handed back of everyone, however many they are', async () => {
    const first = await opened()
    const renamed = await bob.rename('robert')
    publish(bob, renamed)
    await first.ensure([{ account: bob.state.account, seq: 1 }])
    // The same row under the ids of others, who stand before it in the order of the store.
    const rowOf = (account: Uint8Array) => `chain/${toHex(account)}`
    const row = disk.rows.get(rowOf(bob.state.account)) ?? new Uint8Array()
    const people = Array.from({ length: 620 }, (_, i) => {
      const account = new Uint8Array(32).fill(i % 256)
      account[31] = Math.floor(i / 256)
      return account
    })
    for (const account of people) {
      disk.rows.set(rowOf(account), row)
      server.chains.set(toHex(account), [bob.genesis])
    }
    publish(bob)
    expect(await (await opened()).handBack()).toBe(true)
    const all = [...people, bob.state.account]
    expect(all.filter((account) => server.chains.get(toHex(account))?.length !== 2)).toEqual([])
  })

  it('what the server does not take back is left, and a line that is cut is said', async () => {
    publish(bob, await bob.rename('robert'))
    const contacts = await opened()
    await contacts.ensure([{ account: bob.state.account, seq: 1 }])
    publish(bob, await bob.rename('roberta'))
    expect(await contacts.handBack()).toBe(false)
    server.chains.delete(toHex(bob.state.account))
    expect(await contacts.handBack()).toBe(false)
    const offline: Call = async () => {
      throw new SottoError('offline')
    }
    const cut = openContacts(await openMemoryStore(disk), provider, offline, () => 1_000_000)
    await expect(cut.handBack()).rejects.toMatchObject({ code: 'offline' })
  })

  it.each([
    ['of another account', async () => [(await identityOf('bob')).genesis]],
    ['that is empty', async () => []],
    [
      'with a broken signature',
      async () => [{ ...bob.genesis, signatures: [new Uint8Array(64), new Uint8Array(64)] }],
    ],
  ])('a chain %s proves nothing', async (_, chain) => {
    const contacts = await opened()
    server.chains.set(toHex(bob.state.account), await chain())
    await contacts.ensure([{ account: bob.state.account, seq: 0 }])
    expect(contacts.find(bob.state.account)).toBeUndefined()
  })

  it('a name that the chain does not carry is refused', async () => {
    const contacts = await opened()
    server.names.set('eve', bob.state.account)
    await expect(contacts.named('eve')).rejects.toMatchObject({ code: 'integrity' })
  })

  it('an account that nobody knows is not invented; a line that is cut is no answer', async () => {
    const contacts = await opened()
    await contacts.ensure([{ account: new Uint8Array(32), seq: 0 }])
    expect(contacts.find(new Uint8Array(32))).toBeUndefined()
    const offline: Call = async () => {
      throw new SottoError('offline')
    }
    const cut = openContacts(await openMemoryStore(memoryDisk()), provider, offline, () => 1_000_000)
    await expect(cut.ensure([{ account: bob.state.account, seq: 0 }])).rejects.toMatchObject({
      code: 'offline',
    })
  })
})

describe('the server', () => {
  type SignatureKeyPair = Awaited<ReturnType<typeof provider.signatureGenerate>>
  type Answer = (input: { readonly nonce: Uint8Array; readonly session: Uint8Array }) => Promise<unknown>
  const host = 'chat.example.org'
  const token = 'a'.repeat(43)
  const keyPair = () => provider.signatureGenerate('Ed25519')
  const signed = async (pair: SignatureKeyPair, message: Uint8Array) =>
    ({ signature: await provider.sign('Ed25519', pair.privateKey, message) }) as const
  const refuses = (code: FailureCode) => async (): Promise<never> => {
    throw new SottoError(code)
  }
  const proves =
    (pair: SignatureKeyPair): Answer =>
    ({ nonce }) =>
      signed(pair, serverProofMessage(nonce, host))
  const tellsSession =
    (pair: SignatureKeyPair, hasEnded: boolean): Answer =>
    async ({ nonce, session }) => ({
      hasEnded,
      ...(await signed(pair, sessionProofMessage(nonce, session, hasEnded))),
    })
  /** Whatever is at the address: it names a key, and answers questions about it. */
  const at = (logKey: Uint8Array, proof: Answer, session: Answer = refuses('internal')): ServerAddress => ({
    server: `https://${host}:8443`,
    provider,
    transport: {
      call: (async (op: Operation, input: Parameters<Answer>[0]) => {
        if (op.name === operations.proveServer.name) return proof(input)
        if (op.name === operations.proveSession.name) return session(input)
        return { protocol: 'sotto/1', logKey, timeMs: 5000 }
      }) as ServerAddress['transport']['call'],
      live: () => ({ send: () => {}, close: () => {} }),
    },
  })
  let ours: SignatureKeyPair
  let other: SignatureKeyPair
  const met = async (...addresses: readonly ServerAddress[]) => {
    const store = await openMemoryStore(memoryDisk())
    const outcomes: unknown[] = []
    for (const address of addresses)
      outcomes.push(
        await meetServer(address, store, 2000).then(
          (contact) => contact.kind,
          ({ code, detail }: SottoError) => [code, detail['obstacle']],
        ),
      )
    return { outcome: outcomes.at(-1), pin: await serverPinRow.read(store) }
  }
  beforeAll(async () => {
    ;[ours, other] = [await keyPair(), await keyPair()]
  })

  it('is pinned at first contact, where it has the key that it names', async () => {
    const contact = await meetServer(
      at(ours.publicKey, proves(ours)),
      await openMemoryStore(memoryDisk()),
      2000,
    )
    expect(contact).toMatchObject({ kind: 'known', pin: { logKey: ours.publicKey }, aheadMs: 3000 })
    expect((await met(at(ours.publicKey, proves(other)))).pin).toBeNull()
    expect((await met(at(ours.publicKey, refuses('offline')))).pin).toBeNull()
    // A server of before the question.
    expect((await met(at(ours.publicKey, refuses('not_found')))).pin).toMatchObject({
      logKey: ours.publicKey,
    })
  })

  it('SRV-3: is another one only where it has proven another key; anything else is away for now', async () => {
    const first = at(ours.publicKey, proves(ours))
    const unproven = ['offline', 'not_sotto']
    for (const [name, next, outcome] of [
      ['the same', at(ours.publicKey, refuses('internal')), 'known'],
      ['another, which proves its key', at(other.publicKey, proves(other)), 'other'],
      ['the right one, behind an answer that was changed', at(other.publicKey, proves(ours)), unproven],
      ['what names a key that it has not', at(new Uint8Array(32).fill(7), proves(other)), unproven],
      ['what cannot prove anything', at(other.publicKey, refuses('not_found')), unproven],
      ['what does not answer the question', at(other.publicKey, refuses('timeout')), ['timeout', undefined]],
    ] as const)
      expect((await met(first, next)).outcome, name).toEqual(outcome)
    expect((await met(first, at(other.publicKey, proves(other)), first)).outcome).toBe('known')
  })

  it('SES-12: a session has ended where the server has signed that, and nowhere else', async () => {
    const ended = (session: Answer, proof: Answer = refuses('internal')) =>
      hasSessionEnded(at(ours.publicKey, proof, session), ours.publicKey, token).catch(
        ({ code }: SottoError) => code,
      )
    const other32 = new Uint8Array(32).fill(1)
    for (const [name, asked, outcome] of [
      ['signed', ended(tellsSession(ours, true)), true],
      ['signed that it is open', ended(tellsSession(ours, false)), false],
      ['signed by somebody else', ended(tellsSession(other, true)), false],
      [
        'signed for an earlier question',
        ended(({ session }) => tellsSession(ours, true)({ nonce: other32, session })),
        false,
      ],
      [
        'signed for another session',
        ended(({ nonce }) => tellsSession(ours, true)({ nonce, session: other32 })),
        false,
      ],
      [
        'turned round',
        ended(async (input) => ({ ...((await tellsSession(ours, false)(input)) as object), hasEnded: true })),
        false,
      ],
      ['refused once more', ended(refuses('session_expired')), 'session_expired'],
      ['an older server that proves itself', ended(refuses('not_found'), proves(ours)), true],
      ['an older server that does not', ended(refuses('not_found'), proves(other)), 'offline'],
      ['one that knows no proofs', ended(refuses('not_found'), refuses('not_found')), false],
    ] as const)
      expect(await asked, name).toBe(outcome)
  })
})
