import type { Provider } from '@sotto/mls'
import { limits, operations, SottoError, toHex } from '@sotto/protocol'
import { buildRevokeDevice, type DeviceKind } from '@sotto/trust'
import { whenReachable } from './account/arrival.ts'
import { type Call, type Contacts, openContacts } from './account/contacts.ts'
import { type Blocks, openBlocks } from './account/blocks.ts'
import { gate } from './account/gate.ts'
import { isBotAccount } from './account/deviceKinds.ts'
import { type KeyPackagePool, keyPackagePool } from './account/keyPackages.ts'
import { openNotes } from './account/notes.ts'
import { eraseEverything, type Profile, profileRow, serverPinRow, sessionRow } from './account/profile.ts'
import {
  type AccountDeps,
  finishRegistration,
  login,
  checkClocks,
  register,
  type SignedIn,
} from './account/registration.ts'
import { hasSessionEnded, meetServer, type ServerAddress } from './account/serverPin.ts'
import type { Entrance, Scopes } from './commands/command.ts'
import { facadeOf, type FindScope } from './commands/facade.ts'
import { type Device, openDevice } from './device.ts'
import { retryDelayMaxMs } from './forNow.ts'
import { type ClientLimits, clientLimits } from './limits.ts'
import type { Jose } from './ports/jose.ts'
import type { Keychain } from './ports/keychain.ts'
import type { PasswordProtocol } from './ports/password.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { Store } from './ports/store.ts'
import type { Transport } from './ports/transport.ts'
import type { Line } from './room/line.ts'
import { openQuestions } from './questions.ts'
import { makeStage } from './stage.ts'
import { type Connection, openConnection, type Ready } from './sync/connection.ts'
import type { AccountView, Client } from './view.ts'
import { openWaits } from './waits.ts'

export interface ClientOptions {
  /** Origin of the server. */
  readonly server: string
  /** Holds what the client writes; sealed at rest, see `sealedStore`. */
  readonly store: Store
  readonly keychain: Keychain
  readonly transport: Transport
  readonly scheduler: Scheduler
  readonly provider: Provider
  /** For hooks: what scripts post is JOSE. */
  readonly jose: Jose
  readonly password: PasswordProtocol
  readonly deviceKind: DeviceKind
  /** Default: those of `protocol/limits`. */
  readonly limits?: Partial<ClientLimits>
  /** Takes what is to be called whenever something outside says that the server may be reachable again. */
  readonly onHope?: (hurry: () => void) => void
}

/**
 * Opens the client of a profile: whatever the last run left half done goes on by itself, as soon as there is a line
 * to the server.
 *
 * @throws SottoError `storage_damaged`
 */
export const openClient = async (options: ClientOptions): Promise<Client> => {
  const { server, store, keychain, transport, scheduler, provider } = options
  let profile: Profile | null = await profileRow.read(store)
  let token: string | null = (await sessionRow.read(store))?.token ?? null
  let pin = await serverPinRow.read(store)
  let aheadMs: number | null = null
  let device: Device | null = null
  let contacts: Contacts
  /** The account was made a moment ago, and nobody can invite it yet. */
  let isArriving = false
  let halted: SottoError | null = null
  let closing: Promise<void> | null = null
  /** Of those who have asked for something, and of what the server is asked for them. */
  const waits = openWaits()

  /** The server's time since it was met last, however the clock of this device jumps; its own before. */
  const timeMs = (): number =>
    aheadMs === null ? scheduler.nowMs() : Math.round(scheduler.steadyMs() + aheadMs)
  const isOwnBot = (): boolean => {
    const own = profile && contacts.find(profile.account)
    return own ? isBotAccount(own.state) : options.deviceKind === 'bot'
  }
  const stage = makeStage({
    account: () => (isArriving ? { kind: 'none' } : accountView(server, profile, token, isOwnBot())),
    profile: () => profile,
    device: () => device,
    findContact: (account) => contacts.find(account),
    connection: () => {
      const view = connection.view()
      return view.kind === 'online' && (!isGreeted || isArriving) ? { kind: 'connecting' } : view
    },
  })
  const { stirred } = stage

  const address: ServerAddress = { server, transport, provider }
  const lookWho = async (): Promise<'known' | 'other'> => {
    const contact = await meetServer(address, store, scheduler.steadyMs())
    if (contact.kind === 'known') ({ pin, aheadMs } = contact)
    return contact.kind
  }
  /** @throws SottoError `integrity` {rule: 'log_key'} for another server, what keeps it from being asked */
  const meet = async (): Promise<void> => {
    if ((await lookWho()) === 'other')
      throw new SottoError('integrity', 'this is not the server that this device knows', { rule: 'log_key' })
  }

  let doubting: Promise<boolean> | null = null
  /** Anything between may say that the session is over: it is when the server has signed it. */
  const doubtSession = (): Promise<boolean> => {
    const doubted = token
    if (doubted === null) return Promise.resolve(true)
    doubting ??= (async () => {
      if (!pin || !(await hasSessionEnded(address, pin.logKey, doubted))) return false
      if (token === doubted) await endSession()
      return true
    })().finally(() => (doubting = null))
    return doubting
  }

  const questions = openQuestions(scheduler)
  const call: Call = async (op, input) => {
    if (token === null) throw new SottoError('unauthorized')
    const used = token
    try {
      // What changes something goes on: nobody knows whether it has.
      const ask = op.method === 'GET' ? questions.answerOf : <T>(asked: Promise<T>): Promise<T> => asked
      return await waits.until(() => ask(transport.call(op, input, used)))
    } catch (error) {
      if (error instanceof SottoError && isSessionOver(error)) await doubtSession().catch(() => false)
      throw error
    }
  }

  const accountDeps: AccountDeps = { ...options, timeMs, localMs: scheduler.nowMs }
  let gated = gate(store)
  let notes = openNotes(gated.store)
  let pool: KeyPackagePool
  let blocks: Blocks
  const openAccount = async (): Promise<void> => {
    pool = keyPackagePool(gated.store, provider, call, clientLimits(options.limits))
    // A machine that has slept may not have heard yet how late it is at the server: a link is from the future only where
    // both clocks say so (CHAIN-13).
    contacts = openContacts(gated.store, provider, call, () => Math.max(timeMs(), scheduler.nowMs()))
    await contacts.load()
    blocks = await openBlocks(gated.store, call)
  }

  const line: Line = {
    isOnline: () => connection.isReady() && !halted,
    isGreeted: () => isGreeted,
    submit: (room, message) => connection.submit(room, message),
    call,
    witness: () => {
      if (!pin) throw new SottoError('integrity', 'no server has been met')
      return { provider, logKey: pin.logKey }
    },
  }

  /** Something that is done once there is a line, and done again if the line breaks before it is done. */
  const whileOnline = (work: () => Promise<void>, delayMs = limits.retryDelayMinMs * 8): void => {
    if (!line.isOnline()) return
    work().catch((error: unknown) => {
      const nextMs = Math.min(delayMs * 2, retryDelayMaxMs(error))
      scheduler.after(Math.min(delayMs, nextMs), () => whileOnline(work, nextMs))
    })
  }

  let places: ReturnType<Device['rooms']['places']> = new Map()
  /** Whether the rooms know what the server had when the connection was opened, who has invited, and who was revoked. */
  let isGreeted = false
  /** Of connections. */
  let openings = 0
  const connection: Connection = openConnection({
    transport,
    scheduler,
    meet: lookWho,
    chance: () => (provider.random(1)[0] ?? 0) / 255,
    events: {
      viewed: stirred,
      opening: () => {
        places = device?.rooms.places() ?? new Map()
        isGreeted = false
        openings += 1
      },
      ready: (frame) => {
        if (device) void greeted(device, frame)
      },
      entries: ({ room, messages, ack }) => {
        device?.rooms
          .find(toHex(room))
          ?.push(messages, ack)
          // What could not be taken now, for lack of room or of a line, is read from the log.
          .catch(() => device?.rooms.find(toHex(room))?.hint(ack.seq))
      },
      behind: (room, head) => device?.behind(toHex(room), head),
      welcome: () => whileOnline(async () => device?.rooms.readWelcomes()),
      chain: (account, seq) => whileOnline(async () => device?.rooms.chainGrew(account, seq)),
      sessionDoubted: () => void doubtSession().catch(() => {}),
    },
  })

  const greeted = async ({ rooms, replenish }: Device, frame: Ready): Promise<void> => {
    aheadMs = frame.timeMs - scheduler.steadyMs()
    questions.giveUp(limits.socketOpenMs)
    const then = openings
    const known = places
    let isHeard = await rooms.headsAre(frame.heads, known).then(
      () => true,
      () => false,
    )
    rooms.wake()
    if (frame.welcomes > 0) await rooms.readWelcomes().catch(() => whileOnline(() => rooms.readWelcomes()))
    whileOnline(replenish)
    whileOnline(blocks.follow)
    whileOnline(async () => device?.lookForOpenRoom())
    whileOnline(async () => {
      // A store that was full could not keep all of it; a room that has not heard its head uses a key twice (S1).
      if (!isHeard) await rooms.headsAre(frame.heads, known)
      isHeard = true
      await rooms.followChains()
      // Of another connection something else may have to be known first.
      if (then !== openings) return
      isGreeted = true
      rooms.proceed()
      device?.greeted()
      stirred()
    })
  }

  const halt = (error: unknown): void => {
    if (halted) return
    halted = error instanceof SottoError ? error : new SottoError('internal', String(error))
    connection.stop({ kind: 'refused', code: halted.code })
    void device?.rest(halted)
    waits.end(halted)
    stirred()
  }

  const endSession = async (): Promise<void> => {
    if (token === null) return
    token = null
    connection.stop()
    stirred()
    await store.commit([sessionRow.change(null)])
  }

  const startDevice = async (): Promise<void> => {
    if (profile?.kind !== 'ready') return
    const own = gated
    const opened: Device = await openDevice({
      store: own.store,
      provider,
      jose: options.jose,
      scheduler,
      signer: await keychain.signer(),
      profile,
      contacts,
      blocks,
      pool,
      line,
      call,
      senderOf: stage.senderOf,
      timeMs,
      meet,
      lineSettled: connection.settled,
      changed: stage.tell,
      stirred,
      // What comes too late for an account that was erased stops nobody.
      halt: (error) => {
        if (!own.isShut()) halt(error)
      },
    })
    device = opened
    stirred()
  }

  /** One registration or login at a time: two of one name would each prepare keys, and only those of one be known. */
  let entering: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = entering.then(work, work)
    entering = next.catch(() => {})
    return next
  }

  const signedIn = async ({ profile: ready, session }: SignedIn): Promise<void> => {
    usable()
    profile = ready
    ;({ token } = session)
    if (!device) await startDevice()
    connection.start(token)
  }

  /** An account is told of when others can invite it. A crash before leaves one that puts its key packages up at its next start. */
  const signedUp = async (entered: SignedIn): Promise<void> => {
    isArriving = true
    try {
      await signedIn(entered)
      await whenReachable(scheduler, async () => device?.replenish())
    } finally {
      isArriving = false
      stirred()
    }
  }

  const usable = (): void => {
    if (halted) throw halted
    if (closing) throw new SottoError('closed')
  }
  const working = (): Device => {
    usable()
    if (!device) throw new SottoError('no_account')
    return device
  }
  const signedInDevice = (): Device => {
    const found = working()
    if (token === null) throw new SottoError('unauthorized')
    return found
  }

  const erase = async (): Promise<void> => {
    await device?.rest(new SottoError('no_account'))
    device = null
    profile = null
    pin = null
    await gated.shut()
    await store.commit([eraseEverything])
    await keychain.destroy()
    gated = gate(store)
    notes = openNotes(gated.store)
    await openAccount()
    stirred()
  }

  /** A device that is forgotten takes itself out of the account, so that its leaves can be removed. */
  const revokeSelf = async (): Promise<void> => {
    if (profile?.kind !== 'ready') return
    const own = contacts.find(profile.account)
    if (!own) return
    checkClocks(accountDeps)
    const link = await buildRevokeDevice({
      provider,
      state: own.state,
      timeS: Math.floor(timeMs() / 1000),
      device: profile.device,
      reason: 'logout',
      by: { kind: 'device', signer: await keychain.signer() },
    })
    await call(operations.appendLink, { link })
  }

  await openAccount()
  await startDevice()
  options.onHope?.(connection.hurry)
  if (profile?.kind === 'ready' && token !== null) connection.start(token)
  if (profile?.kind === 'registering') {
    // Cut off before the answer came: if the server has it not, it may have it now.
    const half = profile
    inTurn(async () => {
      await meet()
      await signedUp(await finishRegistration(accountDeps, half))
    }).catch(() => {})
  }

  const entrance: Entrance = {
    registrationMode: async () => {
      try {
        return (await transport.call(operations.readRegistration, {}, null)).mode
      } catch (error) {
        // A server of before: anyone may.
        if (error instanceof SottoError && error.code === 'not_found') return 'open'
        throw error
      }
    },
    register: (input) =>
      inTurn(async () => {
        usable()
        if (profile?.kind === 'ready') throw new SottoError('account_exists')
        await meet()
        // An earlier attempt may be known to the server, although its answer was lost.
        await signedUp(await register(accountDeps, await profileRow.read(store), input))
      }),
    login: (input) =>
      inTurn(async () => {
        usable()
        await meet()
        await signedIn(await login(accountDeps, await profileRow.read(store), input))
      }),
    logout: async ({ forget }) => {
      usable()
      if (forget && token !== null) await revokeSelf().catch(() => {})
      if (token !== null) {
        const ended = token
        await transport.call(operations.logout, {}, ended).catch(async (error: unknown) => {
          // A session that cannot be ended on the server ends by itself; forgetting does not wait for that.
          if (forget) return
          const isSaidToBeOver = error instanceof SottoError && isSessionOver(error)
          if (!isSaidToBeOver || !(await doubtSession())) throw error
        })
        await endSession()
      }
      if (forget) await erase()
    },
  }

  const find: FindScope = (needs) => {
    const scopes: { readonly [N in keyof Scopes]: () => Scopes[N] } = {
      client: () => {
        usable()
        return { entrance, notes, call }
      },
      account: () => working().scope,
      session: () => signedInDevice().scope,
    }
    return scopes[needs]()
  }

  const close = async (): Promise<void> => {
    const closed = new SottoError('closed')
    connection.stop()
    waits.end(closed)
    await device?.rest(closed)
    await store.close()
    stage.close()
  }

  return {
    state: stage.state,
    subscribe: stage.subscribe,
    close: () => (closing ??= close()),
    ...facadeOf(find, waits),
  }
}

const accountView = (
  server: string,
  profile: Profile | null,
  token: string | null,
  isBot: boolean,
): AccountView => {
  if (profile?.kind !== 'ready') return { kind: 'none' }
  const { name } = profile
  const account = toHex(profile.account)
  return token === null
    ? { kind: 'signed_out', server, name, account, isBot }
    : { kind: 'signed_in', server, name, account, device: toHex(profile.device), isBot }
}

const isSessionOver = ({ code }: SottoError): boolean => code === 'session_expired' || code === 'unauthorized'
