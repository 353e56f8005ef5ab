import type { Chance } from './chance.ts'

type Mutation = (bytes: Uint8Array, chance: Chance, corpus: readonly Uint8Array[]) => Uint8Array

const bytesMax = 64 * 1024

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const changed = (bytes: Uint8Array, at: number, to: number): Uint8Array => {
  const copy = bytes.slice()
  if (copy.length > 0) copy[at % copy.length] = to
  return copy
}

const over = (bytes: Uint8Array, at: number, with_: readonly number[]): Uint8Array =>
  joined(bytes.subarray(0, at), with_, bytes.subarray(Math.min(bytes.length, at + with_.length)))

const max = (count: number): readonly number[] => Array<number>(count).fill(0xff)

/** Heads of CBOR and lengths of MLS that say something extreme. */
const extremes: readonly (readonly number[])[] = [
  [0x1b, ...max(8)],
  [0x3b, ...max(8)],
  [0x5b, ...max(8)],
  [0x5a, ...max(4)],
  [0x7a, 0x7f, 0xff, 0xff, 0xff],
  [0x9a, ...max(4)],
  [0x9b, 0, 0, 0, 0, ...max(4)],
  [0x9b, 0, 0x1f, ...max(6)],
  [0xba, 0, 0xff, 0xff, 0xff],
  [0x9f],
  [0xbf],
  [0xff],
  [0xf7],
  [0xf9, 0x7e, 0x00],
  [0xfb, ...max(8)],
  [0xc2, 0x40],
  [0xd8, 0x18],
  [0xa1, 0x69, ...new TextEncoder().encode('__proto__')],
  [0x63, 0xef, 0xbb, 0xbf],
  [0x3f],
  [0x40, 0x00],
  [0x7f, 0xff],
  [0x80, 0x00, 0x40, 0x00],
  [0xbf, ...max(3)],
  [0xc0, 0, 0, 0],
  max(4),
  max(8),
  [0, 0, 0, 0],
  [0x7f, ...max(3)],
  [0x80, 0, 0, 0],
]

const interesting = [0x00, 0x01, 0x17, 0x18, 0x1b, 0x3f, 0x40, 0x7f, 0x80, 0x9f, 0xbf, 0xf6, 0xf7, 0xff]

const flip: Mutation = (bytes, chance) => {
  const at = chance.below(Math.max(1, bytes.length))
  return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)))
}

const set: Mutation = (bytes, chance) =>
  changed(bytes, chance.below(Math.max(1, bytes.length)), chance.pick(interesting))

const step: Mutation = (bytes, chance) => {
  const at = chance.below(Math.max(1, bytes.length))
  return changed(bytes, at, (bytes[at] ?? 0) + chance.pick([-1, 1, 2, 16]))
}

const truncate: Mutation = (bytes, chance) => bytes.slice(0, chance.below(bytes.length + 1))

const extend: Mutation = (bytes, chance) => joined(bytes, chance.bytes(1 + chance.below(16)))

const remove: Mutation = (bytes, chance) => {
  const from = chance.below(bytes.length + 1)
  return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + chance.below(8)))
}

const duplicate: Mutation = (bytes, chance) => {
  const from = chance.below(bytes.length + 1)
  const part = bytes.subarray(from, from + 1 + chance.below(64))
  return joined(bytes.subarray(0, from), part, part, bytes.subarray(from + part.length))
}

const exaggerate: Mutation = (bytes, chance) =>
  over(bytes, chance.below(bytes.length + 1), chance.pick(extremes))

const insert: Mutation = (bytes, chance) => {
  const at = chance.below(bytes.length + 1)
  return joined(bytes.subarray(0, at), chance.pick(extremes), bytes.subarray(at))
}

/** One inside the other, over and over. */
const nest: Mutation = (bytes, chance) => {
  const at = chance.below(bytes.length + 1)
  const depth = chance.pick([2, 15, 16, 17, 200, 5000])
  const head = chance.pick([0x81, 0xa1, 0xc1, 0x9f, 0x82])
  return joined(bytes.subarray(0, at), Array<number>(depth).fill(head), bytes.subarray(at))
}

const splice: Mutation = (bytes, chance, corpus) => {
  const other = chance.pick(corpus)
  const [from, to] = [chance.below(bytes.length + 1), chance.below(other.length + 1)]
  return joined(bytes.subarray(0, from), other.subarray(to))
}

const transplant: Mutation = (bytes, chance, corpus) => {
  const other = chance.pick(corpus)
  const from = chance.below(other.length + 1)
  const part = other.subarray(from, from + 1 + chance.below(64))
  const at = chance.below(bytes.length + 1)
  return joined(bytes.subarray(0, at), part, bytes.subarray(at + part.length))
}

const swap: Mutation = (bytes, chance) => {
  const [a, b] = [chance.below(bytes.length + 1), chance.below(bytes.length + 1)].toSorted(
    (x, y) => x - y,
  ) as [number, number]
  const length = Math.min(b - a, 1 + chance.below(32), bytes.length - b)
  return joined(
    bytes.subarray(0, a),
    bytes.subarray(b, b + length),
    bytes.subarray(a + length, b),
    bytes.subarray(a, a + length),
    bytes.subarray(b + length),
  )
}

const repeat: Mutation = (bytes, chance) => {
  const times = chance.pick([2, 3, 100, 1000])
  const part = bytes.subarray(0, 1 + chance.below(8))
  return joined(bytes, ...Array<Uint8Array>(times).fill(part))
}

const mutations: readonly Mutation[] = [
  flip,
  flip,
  set,
  step,
  truncate,
  extend,
  remove,
  duplicate,
  exaggerate,
  exaggerate,
  insert,
  nest,
  splice,
  transplant,
  swap,
  repeat,
]

/** Something that was valid, changed in one to four ways. */
export const mutate = (chance: Chance, corpus: readonly Uint8Array[]): Uint8Array => {
  let bytes = chance.pick(corpus)
  for (let times = 1 + chance.below(4); times > 0; times--)
    bytes = chance.pick(mutations)(bytes, chance, corpus)
  return bytes.length > bytesMax ? bytes.slice(0, bytesMax) : bytes
}
