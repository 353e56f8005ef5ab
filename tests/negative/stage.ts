import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClientLimits, memoryDisk, memoryKeys, type Transport } from '@sotto/client'
import { netTransport } from '@sotto/client/node'
import { decode, decodeKeyPackage, type KeyPackage } from '@sotto/mls'
import { operations } from '@sotto/protocol'
import { type RunningServer, startServer } from '@sotto/server'
import { roles, withRole } from '@sotto/trust'
import { smallStock } from '../stories/stock.ts'
import { invitation, meet, online, room, until, untilMessages } from '../stories/talk.ts'
import { openDevice, password } from '../stories/world.ts'
import { commitBy, contextWith, payloadOf, type Place, sayBy } from './forge.ts'
import {
  deviceOf,
  identityIn,
  type Insider,
  insiderOf,
  type Kept,
  type Persona,
  personaOf,
  policyIn,
} from './insider.ts'
import type { ServerKeys } from './liar.ts'
import { submit } from './paths/door.ts'

export type MemberName = 'olga' | 'adam' | 'mia' | 'gus' | 'victor' | 'zed'
const memberNames: readonly MemberName[] = ['olga', 'adam', 'mia', 'gus', 'victor', 'zed']

/**
 * One room on a real server, with one member of each kind: `olga` owns it, `adam` is an admin, `mia`, `victor` and
 * `zed` are members, `gus` is a guest; `nora` is not in it and may be invited. Each of them was a real client. What
 * they hold is kept: so any of them can turn into one who breaks the rules, and each case begins with `victor`, who
 * never does, and with the server, as they were.
 */
export interface Stage {
  readonly id: string
  /** The last entry of the true log. */
  readonly place: Place
  readonly members: Readonly<Record<MemberName, Insider>>
  /** Olga as she was in the epoch before. */
  readonly earlier: Insider
  readonly victor: Kept
  /** Victor's device from a backup: it does not know any more that it has spoken since. */
  readonly victorSetBack: Kept
  readonly nora: Kept
  /** By what nora can be added; it was claimed once, for all cases. */
  readonly newcomer: { readonly account: Uint8Array; readonly keyPackage: KeyPackage }
  /** By what victor's device could be added once more. */
  readonly spare: KeyPackage
  readonly keys: ServerKeys
  /** Nora, with everything that her device holds. */
  readonly outsider: Persona
  /** What a device says to the server, past its client. */
  readonly line: Transport
  readonly url: string
  /** Opens somebody's client on what it held, with a server in between. */
  open(kept: Kept, between: (inner: Transport) => Transport): Promise<{ client: Client; now(): Kept }>
  nowMs(): number
  /** Turns the server's clock forward. */
  pass(ms: number): void
  /** The server as it was when the stage was set. */
  restore(): Promise<void>
  close(): Promise<void>
}

/** What everyone in the room has read when a case begins. */
export const spoken = ['the roles are given', 'victor is here', 'victor was here']

/** Of Nora's key packages nobody may take so many that none are left. */
const stockOf = (name: string): Partial<ClientLimits> => (name === 'nora' ? {} : smallStock)

export const setStage = async (): Promise<Stage> => {
  const [dataDirectory, backup] = [
    mkdtempSync(join(tmpdir(), 'sotto-stage-')),
    mkdtempSync(join(tmpdir(), 'sotto-kept-')),
  ]
  let aheadMs = 0
  const nowMs = (): number => Date.now() + aheadMs
  const start = (port: number): Promise<RunningServer> =>
    startServer({
      port,
      dataDirectory,
      webDirectory: null,
      logLevel: 'silent',
      clock: { nowMs },
      limits: {
        commitsPerRoomPerMinute: 10_000,
        joinsPerRoomPerMinute: 10_000,
        messageBurst: 10_000,
        healsPerMinute: 10_000,
      },
    })
  let server = await start(0)
  const line = netTransport({ server: server.url, route: 'websocket' })

  const device = (name: string) => {
    const held = { disk: memoryDisk(), keys: memoryKeys(), limits: stockOf(name) }
    let token = ''
    const listening = (inner: Transport): Transport => ({
      ...inner,
      call: (op, input, used) => {
        token = used ?? token
        return inner.call(op, input, used)
      },
    })
    return {
      name,
      open: () => openDevice(server.url, held, { transport: listening }),
      keep: (): Kept => ({ name, rows: new Map(held.disk.rows), keys: { ...held.keys }, token }),
    }
  }
  type Device = ReturnType<typeof device>

  /** Everyone registers, is invited, and has seen all others come. */
  const gather = async (): Promise<{
    readonly id: string
    readonly devices: ReadonlyMap<string, Device>
  }> => {
    const devices = new Map([...memberNames, 'nora'].map((name) => [name, device(name)]))
    const clients = new Map<string, Client>()
    for (const [name, { open }] of devices) {
      const client = await open()
      await client.register({ name, password })
      clients.set(name, client)
    }
    const [olga, ...guests] = memberNames.map((name) => clients.get(name) as Client)
    const [first, ...rest] = guests as [Client, ...Client[]]
    const id = await meet(olga as Client, first, 'adam')
    for (const [at, client] of rest.entries()) {
      await (olga as Client).invite({ room: id, name: memberNames[at + 2] as string })
      await invitation(client, id)
      await client.accept({ room: id })
    }
    for (const name of memberNames) {
      const client = clients.get(name) as Client
      await until(client, () => room(client, id)?.memberCount === memberNames.length)
    }
    await Promise.all([...clients.values()].map((client) => client.close()))
    return { id, devices }
  }

  const { id, devices } = await gather()
  const roomId = Uint8Array.from(Buffer.from(id, 'hex'))
  const insider = (name: MemberName): Promise<Insider> =>
    insiderOf(line, (devices.get(name) as Device).keep(), id)
  const placeNow = async (by: Insider): Promise<Place> => {
    const { head } = await line.call(operations.readLog, { room: roomId, from: 0 }, by.token)
    return { room: roomId, seq: head.seq, hash: head.hash }
  }

  // The owner gives the roles; the others read it, and victor says a word.
  const before = await insider('olga')
  const [adam, gus] = [await insider('adam'), await insider('gus')]
  const given = withRole(withRole(policyIn(before), adam.account, roles.admin), gus.account, roles.guest)
  const appointing = await commitBy(before, await placeNow(before), {
    proposals: [contextWith(before, given)],
  })
  await submit(line, roomId, appointing)
  const saying = await sayBy(appointing.after, await placeNow(before), payloadOf(spoken[0] as string))
  await submit(line, roomId, saying)
  let olga = saying.after

  const victorSetBack = await (async () => {
    const { open, keep } = devices.get('victor') as Device
    const client = await open()
    await untilMessages(client, id, 1)
    await online(client)
    await client.send({ room: id, text: spoken[1] as string })
    await untilMessages(client, id, 2)
    const kept = keep()
    await client.send({ room: id, text: spoken[2] as string })
    await untilMessages(client, id, spoken.length)
    await client.close()
    return kept
  })()
  for (const name of memberNames.filter((one) => one !== 'olga' && one !== 'victor')) {
    const client = await (devices.get(name) as Device).open()
    await untilMessages(client, id, spoken.length)
    await client.close()
  }
  // Olga's own client knows nothing of what was done in its name; her other one reads what victor said.
  olga = { ...olga, chain: before.chain }

  const entries = Object.fromEntries(
    await Promise.all(
      memberNames.map(async (name) => [name, name === 'olga' ? olga : await insider(name)] as const),
    ),
  ) as Record<MemberName, Insider>
  const place = await placeNow(olga)
  const { account: noraAccount } = await line.call(operations.lookUpAccount, { name: 'nora' }, olga.token)
  const offerOf = async (account: Uint8Array): Promise<KeyPackage> => {
    const claim = { room: roomId, account }
    const { packages } = await line.call(operations.claimKeyPackages, claim, olga.token)
    const [offered] = packages
    if (!offered) throw new Error('a key package is there')
    return decode(decodeKeyPackage, offered.keyPackage)
  }
  const noraKept = (devices.get('nora') as Device).keep()
  const newcomer = { account: noraAccount, keyPackage: await offerOf(noraAccount) }
  const spare = await offerOf(entries.victor.account)
  const outsider = await personaOf(line, noraKept, identityIn(newcomer.keyPackage))
  const { port, url } = server
  await server.close()
  cpSync(dataDirectory, backup, { recursive: true })
  const secret = (name: string) => new Uint8Array(readFileSync(join(dataDirectory, 'secrets', name)))
  const keys: ServerKeys = { log: secret('log-key'), senderTag: secret('sender-tag-key') }
  server = await start(port)

  const opened = new Set<Client>()
  return {
    id,
    place,
    members: entries,
    earlier: before,
    victor: (devices.get('victor') as Device).keep(),
    victorSetBack,
    nora: (devices.get('nora') as Device).keep(),
    newcomer,
    spare,
    outsider,
    keys,
    line,
    url,
    nowMs,
    pass: (ms) => (aheadMs += ms),
    open: async (kept, between) => {
      const held = { ...deviceOf(kept), limits: stockOf(kept.name) }
      const client = await openDevice(url, held, { transport: between })
      opened.add(client)
      return { client, now: () => ({ ...kept, rows: new Map(held.disk.rows) }) }
    },
    restore: async () => {
      await server.close()
      rmSync(dataDirectory, { recursive: true, force: true })
      cpSync(backup, dataDirectory, { recursive: true })
      aheadMs = 0
      server = await start(port)
    },
    close: async () => {
      await Promise.allSettled([...opened].map((client) => client.close()))
      await server.close()
      for (const directory of [dataDirectory, backup]) rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Does something to the server, and puts it back. */
export const restoring = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } finally {
    await stage.restore()
  }
}
