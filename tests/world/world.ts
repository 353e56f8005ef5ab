import type { Change } from '@sotto/client'
import type { Acknowledgement } from '@sotto/protocol'
import type { RoomChange } from '../../packages/server/src/delivery/store.ts'
import { lookIntervalMs } from '../../packages/server/src/steadyClock.ts'
import type { MemoryData } from '../../packages/server/test/memory/data.ts'
import { type Answer, answersIn, type RoomAnswer } from './answers.ts'
import { check } from './checkers/check.ts'
import { checkReplacing } from './checkers/openRoom.ts'
import { type Clock, makeClock } from './clock.ts'
import { type Device, makeDevice } from './device.ts'
import { copyDisk, type DiskCopy } from './disk.ts'
import { type Fault, isFault } from './faults.ts'
import { isConverged } from './calm.ts'
import { knownGivenUp } from './givenUp.ts'
import { makePrograms, type Programs } from './lane/programs.ts'
import { prepareSchema } from './lane/server.ts'
import { type Deceived, makeLiar } from './lies.ts'
import { strike } from './mischief.ts'
import { breaksWithinMs, fairWeather, makeLink } from './network.ts'
import { makeOpenRoomLife, type OpenRoomLife, waitingInVain } from './openRoom.ts'
import { logIn, perform, register, stackOf } from './people.ts'
import { seededProvider } from './provider.ts'
import { type Random, seededRandom } from './random.ts'
import { type Seals, watchSeals } from './seals.ts'
import { makeWorldServer, type ServerSecrets, serverSecrets, type WorldServer } from './server.ts'
import { type StepKind, stepsFrom } from './steps.ts'
import { makeTrace, type Trace } from './trace.ts'
import { makeTruth, type Truth } from './truth.ts'
import { hex } from './words.ts'

export interface WorldOptions {
  readonly seed: number
  readonly steps: number
  readonly devices: number
  readonly faults: ReadonlySet<Fault>
  /** What the steps are drawn from, where that is more than what is done. */
  readonly planned?: ReadonlySet<Fault>
  /** What happens more often than otherwise. */
  readonly more?: readonly StepKind[]
  /** Steps that are left out. */
  readonly without?: ReadonlySet<number>
  readonly roomsMax: number
  /** Programs on the open lane; none by default. */
  readonly programs?: number
  /** Whether people open a room to all, and wish to come in; not by default. */
  readonly openRoom?: boolean
  /** Lines of the trace that are kept for the reader. */
  readonly linesKept: number
}

export interface Violation {
  readonly rule: string
  readonly what: string
}

export interface Stats {
  messages: number
  acked: number
  decrypts: number
  /** Messages that are shown with reactions, by device. */
  reacted: number
  crashes: number
  unreadable: number
  /** Payloads that a liar had changed. */
  spoiled: number
  missed: number
  /** What programs said and the server acknowledged, and what they were shown. */
  laneAcked: number
  laneShown: number
  events: number
  readonly refusals: Record<string, number>
  readonly frozen: Record<string, number>
}

export interface Outcome {
  readonly seed: number
  readonly hash: string
  readonly violations: readonly Violation[]
  readonly stats: Stats
  readonly lines: readonly string[]
}

export interface Removal {
  readonly room: string
  /** The entry by which it was done. */
  readonly seq: number
  readonly id: string
  readonly disk: DiskCopy
}

export interface World {
  readonly options: WorldOptions
  readonly clock: Clock
  readonly trace: Trace
  readonly truth: Truth
  readonly server: WorldServer
  readonly devices: readonly Device[]
  readonly liars: readonly Deceived[]
  /** The newest name of each device's account. */
  readonly names: Map<number, string>
  /** What people have answered to rooms, the newest last: by the id of the device and the room. */
  readonly answers: Map<string, readonly Answer[]>
  /** Names of accounts whose devices have forgotten them. */
  readonly oldNames: string[]
  readonly backups: Map<number, { readonly disk: DiskCopy }>
  serverBackup: MemoryData | null
  calmSinceMs: number
  /** Faults after which honest clients may have to stop, as far as they have really happened. */
  readonly used: Set<Fault>
  /** Devices, by index, that were set back. */
  readonly setBacks: Map<number, Fault[]>
  /** Devices whose keys for invitations are gone: until they are brought in anew, they miss what is said. */
  readonly keyless: Set<number>
  /** Devices, by index, whose account was to be forgotten once. */
  readonly forgetful: Set<number>
  /** Devices, by index, that were lied to. */
  readonly lied: Set<number>
  readonly seals: Seals
  readonly secrets: ServerSecrets
  /** What was on the disks of devices when they were removed from a room. */
  readonly removals: Removal[]
  /** Null where there is no open lane. */
  readonly programs: Programs | null
  readonly openRoom: OpenRoomLife | null
  /** Every GroupInfo of a room, the newest last. */
  readonly groupInfos: Map<string, Uint8Array[]>
  readonly stats: Stats
  /** Shows some of the devices another server, with the same past and the same keys. */
  fork(random: Random): void
  fail(rule: string, what: string): void
  nameFor(device: Device): string
  registered(device: Device): void
  /** The device gives its next account another name. */
  renamed(device: Device): void
  /** Time passes while all but the server sleep, as long as certificates hold. */
  leap(durationMs: number): void
  /** Notes what the user of a device has made of a room. */
  answered(device: Device, what: RoomAnswer): void
  /** Notes who the device is now. */
  know(device: Device): void
  forgotten(device: Device, id: string): void
  setBack(device: Device, fault: Fault, count: number): void
}

/** 2026-01-01 */
const startMs = 1_767_225_600_000

export const runWorld = async (options: WorldOptions): Promise<Outcome> => {
  if (options.programs) await prepareSchema()
  const clock = makeClock(startMs)
  const uninstall = clock.install(seededRandom(options.seed, 'platform'))
  const violations: Violation[] = []
  const onRejection = (error: unknown): void => {
    violations.push({ rule: 'bug', what: `unhandled: ${stackOf(error)}` })
  }
  process.on('unhandledRejection', onRejection)
  try {
    const world = await makeWorld(options, clock, violations)
    await live(world)
    await check(world)
    world.programs?.close()
    return {
      seed: options.seed,
      hash: world.trace.hash(),
      violations,
      stats: { ...world.stats, events: world.trace.events() },
      lines: world.trace.lines,
    }
  } finally {
    uninstall()
    process.off('unhandledRejection', onRejection)
  }
}

/** Looking into a disk takes time. */
const removalsMax = 8

/** All leaps together: an invitation that nobody has answered for 120 days is void, and so is the key to what was said. */
const leapMaxMs = 119 * 86_400_000

const makeWorld = async (options: WorldOptions, clock: Clock, violations: Violation[]): Promise<World> => {
  const { seed } = options
  const trace = makeTrace(clock.nowMs, options.linesKept)
  const truth = makeTruth()
  const stats: Stats = {
    messages: 0,
    acked: 0,
    decrypts: 0,
    reacted: 0,
    crashes: 0,
    unreadable: 0,
    spoiled: 0,
    missed: 0,
    laneAcked: 0,
    laneShown: 0,
    events: 0,
    refusals: {},
    frozen: {},
  }
  const groupInfos = new Map<string, Uint8Array[]>()
  const removals: Removal[] = []
  const noteRemovals = (room: string, seq: number, change: RoomChange & { kind: 'committed' }): void => {
    const back = new Set(change.joined.map(({ device }) => hex(device)))
    for (const left of change.left.map(hex)) {
      const name = back.has(left) ? undefined : truth.owners.get(left)?.device
      const device = name === undefined ? undefined : devices[name]
      const account = device?.state()?.account
      // Whoever has forgotten the device and begun anew holds the keys of another one.
      const isOther = account?.kind === 'signed_in' && account.device !== left
      if (device && !isOther && removals.length < removalsMax)
        removals.push({ room, seq, id: left, disk: copyDisk(device.disk) })
    }
  }
  const fail = (rule: string, what: string): void => {
    if (violations.length < 50) violations.push({ rule, what })
  }
  const programs = options.programs
    ? await makePrograms({ count: options.programs, seed, clock, trace, faults: options.faults, fail })
    : null
  const secrets = serverSecrets(seededRandom(seed, 'secrets'))
  const servers: WorldServer[] = []
  const start = (name: string, onPromise: (ack: Acknowledgement) => void): WorldServer => {
    const made = makeWorldServer({
      clock,
      trace,
      secrets,
      random: seededRandom(seed, name),
      provider: () => seededProvider(seededRandom(seed, `${name} provider`).bytes),
      onPromise,
      onAppended: (batch) => {
        truth.appended(batch)
        for (const append of batch) {
          const { room, entry, change } = append
          const knowledge = {
            data: made.data(),
            devices,
            owners: truth.owners,
            senderTagKey: secrets.senderTagKey,
          }
          truth.knownGivenUp.set(hex(entry.hash), knownGivenUp(knowledge, append))
          trace.note('entry', name, room, entry.seq, entry.hash)
          if (change?.kind === 'committed' && name === 'server') noteRemovals(hex(room), entry.seq, change)
          if (change?.kind === 'committed' || change?.kind === 'created') {
            const known = groupInfos.get(hex(room)) ?? []
            groupInfos.set(hex(room), [...known, change.groupInfo])
          }
        }
      },
      onCrash: () => void (stats.crashes += 1),
      onOpenRoomReplaced: (before, next, data) => checkReplacing(world, before, next, data),
      ...(programs && name === 'server' ? { lane: programs.server } : {}),
    })
    servers.push(made)
    return made
  }
  const server = start('server', ({ room, seq, hash }) => {
    const promise = { room: hex(room), seq, hash: hex(hash) }
    truth.promises.set(`${promise.room}/${seq}/${promise.hash}`, promise)
  })
  const seals = watchSeals()
  const liars: Deceived[] = []
  const devices = Array.from({ length: options.devices }, (_, index): Device => {
    const name = `${['anna', 'bert', 'cleo', 'dora', 'emil', 'fred', 'gina', 'hugo'][index % 8]}${index}`
    const liar = makeLiar(server)
    liars.push(liar)
    const link = makeLink({
      name,
      clock,
      trace,
      liar,
      random: seededRandom(seed, `link ${index}`),
      onMessage: (message) => seals.left(name, message),
    })
    const provider = seals.watch(seededProvider(seededRandom(seed, `device ${index}`).bytes))
    const onCommit = (changes: readonly Change[]): void => {
      const own = devices[index]
      if (own) for (const one of answersIn(own.disk, changes)) world.answered(own, one)
    }
    return makeDevice({ index, name, clock, trace, link, provider, onCommit })
  })
  let leaptMs = 0
  const generations = new Map<number, number>()
  /** The device id that each device had last. */
  const known = new Map<number, string>()
  const world: World = {
    options,
    clock,
    trace,
    truth,
    server,
    devices,
    liars,
    names: new Map(),
    answers: new Map(),
    oldNames: [],
    backups: new Map(),
    serverBackup: null,
    calmSinceMs: 0,
    used: new Set(),
    setBacks: new Map(),
    keyless: new Set(),
    forgetful: new Set(),
    lied: new Set(),
    groupInfos,
    seals,
    secrets,
    removals,
    programs,
    openRoom: options.openRoom ? makeOpenRoomLife(seed) : null,
    stats,
    fork: (random) => {
      if (world.used.has('lie_forked')) return
      world.used.add('lie_forked')
      const other = start('fork', () => {})
      other.restore(server.backup())
      other.start()
      for (const [index, liar] of liars.entries()) {
        if (random.chance(0.5)) continue
        world.lied.add(index)
        liar.show(other)
        const { link } = devices[index] as Device
        link.cut()
        clock.after(random.between(0, 1000), link.mend)
      }
      trace.note('the server forks')
    },
    fail,
    nameFor: (device) => {
      const before = known.get(device.index)
      // Erased, and the answer was cut off.
      if (before !== undefined) world.forgotten(device, before)
      const generation = generations.get(device.index) ?? 0
      return `${device.name}${'abcdefghij'[generation] ?? ''}`
    },
    registered: (device) => {
      world.know(device)
      // Its certificate is of the time that the server had then, and is good for nothing when that is over.
      if (world.used.has('server_clock')) world.forgetful.add(device.index)
    },
    know: (device) => {
      const account = device.state()?.account
      if (account?.kind !== 'signed_in') return
      world.names.set(device.index, account.name)
      known.set(device.index, account.device)
      truth.owners.set(account.device, {
        name: account.name,
        account: account.account,
        device: device.index,
      })
    },
    answered: ({ index }, { room, answer }) => {
      const whose = `${known.get(index)} ${room}`
      world.answers.set(whose, [...(world.answers.get(whose) ?? []), answer])
    },
    renamed: ({ index }) => void generations.set(index, (generations.get(index) ?? 0) + 1),
    leap: (durationMs) => {
      const rest = Math.max(0, leapMaxMs - leaptMs)
      leaptMs += Math.min(rest, durationMs)
      const endMs = clock.nowMs() + Math.floor(Math.min(rest, durationMs))
      while (clock.nowMs() < endMs) {
        clock.leap(Math.min(lookIntervalMs, endMs - clock.nowMs()))
        for (const one of servers) one.look()
      }
    },
    forgotten: (device, id) => {
      truth.revoked.set(id, clock.nowMs())
      const name = world.names.get(device.index)
      if (name !== undefined) world.oldNames.push(name)
      world.names.delete(device.index)
      known.delete(device.index)
      world.renamed(device)
    },
    setBack: (device, fault, count) => {
      if (count > 0) world.setBacks.set(device.index, [...(world.setBacks.get(device.index) ?? []), fault])
    },
  }
  return world
}

const weatherFor = (world: World, index: number) => {
  const random = seededRandom(world.options.seed, `weather ${index}`)
  const { faults } = world.options
  const rate = (fault: Fault, max: number): number => {
    const drawn = random.chance(0.6) ? random.between(0, max) : 0
    return faults.has(fault) ? drawn : 0
  }
  return {
    loss: rate('loss', 0.08),
    duplication: rate('duplication', 0.1),
    reordering: rate('reordering', 0.2),
    delayMaxMs: faults.has('delay')
      ? random.weighted([
          [3, 20],
          [3, 200],
          [1, 3000],
        ])
      : 20,
  }
}

/** More than can happen in one pause of a world that works. */
const eventsMax = 200_000

const pass = async (world: World, durationMs: number): Promise<void> => {
  const { clock } = world
  let arrived = false
  clock.after(durationMs, () => (arrived = true))
  for (let events = 0; !arrived && (await clock.step()); events++)
    if (events > eventsMax) throw new Error(`no end after ${events} events in ${durationMs} ms`)
}

const live = async (world: World): Promise<void> => {
  const { options, devices, server } = world
  server.start()
  for (const device of devices) {
    device.link.weather = weatherFor(world, device.index)
    void device.open()
  }
  world.programs?.live()
  world.openRoom?.live(world)
  await pass(world, 1000)
  for (const step of stepsFrom(
    options.seed,
    options.steps,
    devices.length,
    options.planned ?? options.faults,
    options.more,
  )) {
    if (options.without?.has(step.index)) continue
    await pass(world, step.gapMs)
    const device = devices[step.device] as Device
    world.trace.note('step', step.index, step.kind, device.name)
    for (const one of devices) world.know(one)
    const random = seededRandom(options.seed, `step ${step.index}`)
    if (isFault(step.kind)) {
      if (options.faults.has(step.kind)) strike(world, step.kind, device, random)
    } else perform(world, step, device, random)
  }
  await pass(world, 5000)
  await calmDown(world)
}

const calmCheckMs = 5000
/** Whoever is as busy as this when nothing happens any more does not come to rest. */
const calmEventsMax = 40_000
/** A server that was started with a wrong clock believes the right one after an hour. */
const calmMaxMs = 100 * 60_000

/** The liveness phase: nothing goes wrong any more, and everything has to come right by itself. */
const calmDown = async (world: World): Promise<void> => {
  const { devices, server, clock, trace } = world
  trace.note('calm')
  world.calmSinceMs = clock.nowMs()
  for (const liar of world.liars) {
    liar.lies = []
    liar.show(server)
  }
  server.setFull(false)
  server.cutAt(null)
  server.rightClock()
  if (!server.isUp()) server.start()
  for (const device of devices) {
    device.disk.isFull = false
    device.rightClock()
    device.cutAt(null)
    device.becomeCalm()
    device.link.weather = fairWeather
    // Whoever was told by a liar, or missed something, begins anew.
    device.link.cut()
    device.link.mend()
  }
  world.programs?.calm()
  world.openRoom?.calm()
  await pass(world, breaksWithinMs)
  const endMs = clock.nowMs() + calmMaxMs
  let calm = 0
  const eventsBefore = trace.events()
  while (clock.nowMs() < endMs && calm < 3 && trace.events() - eventsBefore < calmEventsMax) {
    if (!server.isUp()) server.start()
    for (const device of devices) {
      world.know(device)
      const account = device.state()?.account
      if (!device.isUp()) await device.open()
      else if (account?.kind === 'none') register(world, device)
      else if (account?.kind === 'signed_out') logIn(world, device)
    }
    await pass(world, calmCheckMs)
    calm = (await isConverged(world)) ? calm + 1 : 0
  }
  await restAskers(world)
  await restPrograms(world)
  trace.note('end')
}

/** Asked so often whether all is told: programs that start again and keys that are trusted take some turns. */
const programTurnsMax = 40

const restPrograms = async (world: World): Promise<void> => {
  const { programs } = world
  if (!programs) return
  let why: string | undefined
  for (let turns = 0; turns < programTurnsMax; turns++) {
    let isKnown = false
    void programs.unrest().then((said) => {
      why = said
      isKnown = true
    })
    while (!isKnown) await pass(world, 1000)
    if (why === undefined) return
    await pass(world, calmCheckMs)
  }
  world.fail('L6', why ?? '')
}

/** A device that did not bring somebody in tries again after ten minutes at most. */
const askerTurnsMax = 150

const restAskers = async (world: World): Promise<void> => {
  for (let turns = 0; turns < askerTurnsMax; turns++) {
    if ((await waitingInVain(world)) === undefined) return
    await pass(world, calmCheckMs)
  }
  world.fail('O1', (await waitingInVain(world)) ?? '')
}
