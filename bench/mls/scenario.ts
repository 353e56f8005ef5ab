import type { Member, Peer } from './peer.ts'

/** Milliseconds, or bytes where the name says so. */
export const measures = [
  'key package',
  'create, add all',
  'join',
  'add one',
  'process add',
  're-key',
  'process re-key',
  're-key bytes',
  'encrypt',
  'decrypt',
  'state bytes',
] as const
export type Measure = (typeof measures)[number]

export interface Result {
  readonly peer: string
  readonly size: number
  /** Medians; a measure is absent where the engine does not tell. */
  readonly medians: Readonly<Partial<Record<Measure, number>>>
}

const median = (samples: readonly number[]): number | undefined =>
  samples.toSorted((a, b) => a - b)[samples.length >> 1]

/** How often each thing is done: less often where it takes long. */
const repetitionsFor = (size: number): number => (size <= 10 ? 20 : size <= 100 ? 10 : 3)
const messageCount = 200

/**
 * A group of `size` whose creator adds all others in one commit, so that the tree is cold: it has no
 * keys between root and leaves. Then more join one by one, keys are renewed, and 100 bytes are said.
 */
export const runScenario = async (peer: Peer, size: number): Promise<Result> => {
  const samples = new Map<Measure, number[]>()
  const note = (measure: Measure, value: number): void => {
    samples.set(measure, [...(samples.get(measure) ?? []), value])
  }
  const timed = async <T>(measure: Measure, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    note(measure, performance.now() - start)
    return result
  }
  const repetitions = repetitionsFor(size)

  const [creator, ...others] = await members(peer, size)
  if (!creator) throw new Error('an empty group')
  const keyPackages: Uint8Array[] = []
  for (const other of others) keyPackages.push(await timed('key package', () => other.keyPackage()))
  const added = await timed('create, add all', async () => {
    await creator.create()
    return creator.add(keyPackages)
  })
  const joiners = others.slice(-Math.min(repetitions, 5))
  for (const joiner of joiners) await timed('join', () => joiner.join(added))
  const follower = joiners.at(-1)
  if (!follower) throw new Error('a group of one')

  for (let i = 0; i < repetitions; i++) {
    const newcomer = await peer.member(size + i)
    const keyPackage = await newcomer.keyPackage()
    const { commit } = await timed('add one', () => creator.add([keyPackage]))
    await timed('process add', () => follower.process(commit))
  }
  for (let i = 0; i < repetitions; i++) {
    const { commit } = await timed('re-key', () => creator.update())
    note('re-key bytes', commit.length)
    await timed('process re-key', () => follower.process(commit))
  }
  const data = new Uint8Array(100).fill(7)
  for (let i = 0; i < messageCount; i++) {
    const message = await timed('encrypt', () => creator.encrypt(data))
    const opened = await timed('decrypt', () => follower.decrypt(message))
    if (opened.length !== data.length) throw new Error('a message came out as another one')
  }
  const stateBytes = await follower.stateBytes()
  if (stateBytes !== undefined) note('state bytes', stateBytes)

  const medians: Partial<Record<Measure, number>> = {}
  for (const [measure, values] of samples) {
    const value = median(values)
    if (value !== undefined) medians[measure] = value
  }
  return { peer: peer.name, size, medians }
}

const members = async (peer: Peer, count: number): Promise<readonly Member[]> => {
  const all: Member[] = []
  for (let i = 0; i < count; i++) all.push(await peer.member(i))
  return all
}
