import { beforeEach, describe, expect, it } from 'vitest'
import {
  equalBytes,
  H,
  type Operation,
  operations,
  type SignedLink,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { buildGenesis, buildSetName, keyPairSigner, verifyChain } from '@sotto/trust'
import { nodeProvider } from '@sotto/mls/provider/node'
import { type Call, openContacts } from '../src/account/contacts.ts'
import { meetServer } from '../src/account/serverPin.ts'
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

  it('another account under a known name is an alarm, and stays one', async () => {
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

  it('a chain that does not extend what was known is an alarm', async () => {
    const contacts = await opened()
    const [one, other] = [await bob.rename('robert'), await bob.rename('roberta')]
    publish(bob, one)
    await contacts.ensure([{ account: bob.state.account, seq: 1 }])
    server.chains.set(toHex(bob.state.account), [bob.genesis, other, other])
    await contacts.ensure([{ account: bob.state.account, seq: 2 }])
    expect(contacts.find(bob.state.account)).toMatchObject({ alarm: true, state: { seq: 1, name: 'robert' } })
  })

  it('what the server has lost of a chain is handed back to it, after a restart too', async () => {
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
  const transportOf = (logKey: Uint8Array) => ({
    call: async () => ({ protocol: 'sotto/1', logKey, timeMs: 5000 }) as never,
    live: () => ({ send: () => {}, close: () => {} }),
  })
  const key = (byte: number) => new Uint8Array(32).fill(byte)

  it('is pinned at first contact, and another key is refused ever after', async () => {
    const disk = memoryDisk()
    const store = await openMemoryStore(disk)
    const first = await meetServer(store, transportOf(key(1)), 'http://a', 2000)
    expect(first).toMatchObject({ pin: { logKey: key(1) }, aheadMs: 3000 })
    const next = await openMemoryStore(disk)
    await expect(meetServer(next, transportOf(key(2)), 'http://a', 0)).rejects.toMatchObject({
      code: 'integrity',
      detail: { rule: 'log_key' },
    })
    await expect(meetServer(next, transportOf(key(1)), 'http://a', 0)).resolves.toMatchObject({
      pin: { logKey: key(1) },
    })
  })
})
