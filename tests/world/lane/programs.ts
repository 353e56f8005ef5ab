import { LaneError } from '@sotto/lane/core'
import type { Clock } from '../clock.ts'
import type { Fault } from '../faults.ts'
import { fairWeather, type Weather } from '../network.ts'
import { type Random, seededRandom } from '../random.ts'
import type { Trace } from '../trace.ts'
import { canary, hasCanary, seededCryptography } from './cryptography.ts'
import type { LaneDisk } from './disk.ts'
import { makeLaneLink } from './link.ts'
import { makeProgram, type Program } from './program.ts'
import { type LaneServer, makeLaneServer } from './server.ts'

/** Something that a program has said. */
export interface LaneSaid {
  readonly from: Program
  /** Which of its keys the sender had, and which one it believed the recipient to have. */
  readonly generation: number
  readonly text: string
  /** Numbers what one program says, in order. */
  readonly number: number
  readonly to: { readonly kind: 'letter'; readonly program: Program } | { readonly kind: 'room' }
  /** The server has acknowledged it; in a room its number there, and who held the key then. */
  acked: { readonly id: number; readonly holders: readonly string[] } | null
}

/** The programs of a world, what they have said, and the lane of the server that they say it by. */
export interface Programs {
  readonly server: LaneServer
  readonly all: readonly Program[]
  readonly said: readonly LaneSaid[]
  /** How much had been said when somebody took other keys. */
  saidBeforeNewKeys(): number
  /** From which number on each program is told what is said in the room. */
  readonly joined: ReadonlyMap<Program, number>
  /** Begins to do things, until `calm`. */
  live(): void
  /** Nothing goes wrong any more. */
  calm(): void
  /** What a calm world still waits for; asks each program for all that the server has. */
  unrest(): Promise<string | undefined>
  close(): void
}

interface Options {
  readonly count: number
  readonly seed: number
  readonly clock: Clock
  readonly trace: Trace
  readonly faults: ReadonlySet<Fault>
  fail(rule: string, what: string): void
}

const names = ['relay', 'siren', 'ticker', 'vault']
const roomName = 'Classic'
const actGapMs = 24_000
const trustMaxMs = 30_000

type Act = 'letter' | 'letters' | 'room' | 'crash' | 'power' | 'close' | 'cut' | 'keys'

const acts: readonly (readonly [weight: number, act: Act, needs?: Fault])[] = [
  [10, 'letter'],
  [3, 'letters'],
  [7, 'room'],
  [3, 'close'],
  [4, 'crash', 'client_crash'],
  [2, 'power', 'client_crash'],
  [3, 'cut', 'partition'],
  [1, 'keys'],
]

const weatherOf = (random: Random, faults: ReadonlySet<Fault>): Weather => ({
  loss: faults.has('loss') ? random.between(0, 0.02) : 0,
  duplication: faults.has('duplication') ? random.between(0, 0.2) : 0,
  reordering: 0,
  delayMaxMs: faults.has('delay')
    ? random.weighted([
        [3, 20],
        [3, 200],
        [1, 2000],
      ])
    : 20,
})

export const makePrograms = async (options: Options): Promise<Programs> => {
  const { seed, clock, trace, faults, fail } = options
  const random = seededRandom(seed, 'lane')
  const bug = (what: string): void => fail('bug', what)
  const server = makeLaneServer({ clock, trace, random: seededRandom(seed, 'lane server'), bug })
  const all: Program[] = []
  const said: LaneSaid[] = []
  const joined = new Map<Program, number>()
  let isCalm = false
  let saidBeforeNewKeys = Number.POSITIVE_INFINITY

  const named = (name: string): Program | undefined => all.find((one) => one.name === name)

  const believedGeneration = ({ rows }: LaneDisk, name: string): number | undefined => {
    const row = rows.get(`pin/${name}`)
    const at = named(name)?.identities.findIndex(({ receiving }) => row?.includes(receiving['x'] as string))
    return at === undefined || at < 0 ? undefined : at
  }

  /** A person has compared the fingerprints, by another way than the server. */
  const trust = (program: Program, name: string): void => {
    const lane = program.lane()
    const other = named(name)
    const told = program.changed.get(name)
    if (!lane || !other || told === undefined) return
    void seededCryptography(random.bytes)
      .thumbprint(other.identities.at(-1)?.receiving ?? {})
      .then((right) => lane.trust(name, right))
      .then(
        () => program.changed.delete(name),
        (error: unknown) => noted(program, 'trust', error),
      )
  }

  const noted = (program: Program, what: string, error: unknown): void => {
    const code = error instanceof LaneError ? error.code : undefined
    trace.note(program.name, 'did not', what, code ?? String(error))
    if (code === undefined) bug(`${program.name} ${what}: ${String(error)}`)
  }

  const textOf = (number: number): string => `${canary} ${number} ${random.bytes(6).join('')}`

  const note = (from: Program, to: LaneSaid['to']): LaneSaid => {
    const number = said.length
    const one = {
      from,
      generation: from.identities.length - 1,
      text: textOf(number),
      number,
      to,
      acked: null,
    }
    said.push(one)
    return one
  }

  const sayLetter = (from: Program): void => {
    const to = random.pick(all.filter((one) => one !== from))
    const lane = from.lane()
    if (!lane) return
    const one = note(from, { kind: 'letter', program: to })
    lane.send(to.name, one.text).then(
      () => void (one.acked = { id: 0, holders: [to.name] }),
      (error: unknown) => noted(from, 'send', error),
    )
  }

  const holdersIn = ({ disk }: Program, room: number): readonly string[] => {
    const row = disk.rows.get(`place/room:${room}`)
    const { keys } = JSON.parse(row ?? '{"keys":[]}') as { readonly keys: readonly { holders: string[] }[] }
    return keys[0]?.holders ?? []
  }

  const sayInRoom = (from: Program): void => {
    const lane = from.lane()
    if (!lane) return
    const one = note(from, { kind: 'room' })
    const saying = async (): Promise<void> => {
      const room = await lane.joinRoom(roomName)
      if (!joined.has(from)) joined.set(from, Number(from.disk.rows.get(`last/${room}`) ?? 0))
      const { id } = await lane.sendToRoom(room, one.text)
      one.acked = { id, holders: holdersIn(from, room) }
    }
    saying().catch((error: unknown) => noted(from, 'say in the room', error))
  }

  const takeKeys = (program: Program): void => {
    if (saidBeforeNewKeys !== Number.POSITIVE_INFINITY) return
    saidBeforeNewKeys = said.length
    const taking = async (): Promise<void> => {
      await program.close()
      await program.takeNewKeys()
      program.start()
    }
    void taking()
  }

  const act = (): void => {
    const possible = acts
      .filter(([, , needs]) => needs === undefined || faults.has(needs))
      .map(([weight, kind]) => [weight, kind] as const)
    const [kind, program] = [random.weighted(possible), random.pick(all)]
    trace.note('lane act', kind, program.name)
    if (!program.isUp()) program.start()
    switch (kind) {
      case 'letter':
        return sayLetter(program)
      case 'letters':
        for (let count = 2 + random.below(4); count > 0; count--) sayLetter(program)
        return
      case 'room':
        return sayInRoom(program)
      case 'close':
        return void program.close().then(() => clock.after(random.between(0, 20_000), program.start))
      case 'crash':
        return program.cutAt({
          at: random.pick(['before_commit', 'after_commit', 'word']),
          nth: 1 + random.below(6),
        })
      case 'power':
        return program.losePower(random.below(4))
      case 'cut':
        program.link.cut()
        return void clock.after(random.between(500, 30_000), program.link.mend)
      case 'keys':
        return takeKeys(program)
    }
  }

  const live = (): void => {
    if (isCalm) return
    act()
    clock.after(random.between(0, actGapMs), live)
  }

  for (const name of names.slice(0, options.count)) {
    const own = seededRandom(seed, `program ${name}`)
    const link = makeLaneLink({
      name,
      clock,
      trace,
      server,
      random: seededRandom(seed, `lane link ${name}`),
      onWords: (text) => {
        if (hasCanary(text)) fail('L4', `${name} lets pass in the clear: ${text.slice(0, 200)}`)
      },
    })
    link.weather = weatherOf(own, faults)
    const onKeyChanged = (other: string): void => {
      clock.after(random.between(1000, trustMaxMs), () => trust(program, other))
    }
    const program = await makeProgram({
      name,
      clock,
      random: own,
      trace,
      link,
      believedGeneration,
      onKeyChanged,
      bug,
    })
    all.push(program)
  }

  const restless = async (program: Program): Promise<string | undefined> => {
    if (!program.isUp()) program.start()
    const lane = program.lane()
    if (!lane) return 'does not run'
    for (const name of program.changed.keys()) trust(program, name)
    if (program.changed.size > 0) return 'has not said whether it trusts a key'
    let isDone = false
    lane.caughtUp().then(
      () => (isDone = true),
      (error: unknown) => noted(program, 'catch up', error),
    )
    for (let waits = 0; waits < 40 && !isDone; waits++)
      await new Promise<void>((resolve) => void clock.after(500, resolve))
    return isDone ? undefined : 'does not catch up'
  }

  return {
    server,
    all,
    said,
    saidBeforeNewKeys: () => saidBeforeNewKeys,
    joined,
    live: () => {
      for (const program of all) program.start()
      live()
    },
    calm: () => {
      isCalm = true
      for (const { link, cutAt } of all.map((one) => ({ link: one.link, cutAt: one.cutAt }))) {
        link.weather = fairWeather
        link.cut()
        link.mend()
        cutAt(null)
      }
    },
    unrest: async () => {
      for (const program of all) {
        const why = await restless(program)
        if (why !== undefined) return `${program.name} ${why}`
      }
      return undefined
    },
    close: server.close,
  }
}
