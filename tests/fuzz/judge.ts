import { getHeapStatistics } from 'node:v8'
import type { Fault, Target } from './target.ts'

/** How long a reader may work: an hour of a machine must not be had for a message. */
const timeMsMax = 250
/** What it may allocate, however short the bytes are that ask for it. */
const allocatedBytesMax = 24 << 20

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Of the processor, whatever else the machine has to do. */
const workedMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const heldBytes = (): number => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

const complaint = async (
  { read, write, isRefusal }: Target,
  bytes: Uint8Array,
): Promise<Fault | undefined> => {
  let value: unknown
  try {
    value = read(bytes)
    if (value instanceof Promise) value = await value
  } catch (error) {
    if (isRefusal(error)) return undefined
    return { kind: 'threw', what: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
  if (!write) return undefined
  try {
    const again = write(value as never)
    return sameBytes(again, bytes) ? undefined : { kind: 'not_canonical', becomes: hex(again) }
  } catch (error) {
    return { kind: 'threw', what: `while writing: ${String(error)}` }
  }
}

/** Gives a reader the bytes, whatever they are, and says what is wrong with how it took them. */
export const judge = async (target: Target, bytes: Uint8Array): Promise<Fault | undefined> => {
  const before = heldBytes()
  const began = workedMs()
  const fault = await complaint(target, bytes)
  const ms = workedMs() - began
  const allocated = heldBytes() - before
  if (fault) return fault
  if (allocated > allocatedBytesMax) return { kind: 'large', bytes: allocated }
  return ms > timeMsMax && (await isSlowAgain(target, bytes))
    ? { kind: 'slow', ms: Math.round(ms) }
    : undefined
}

/** Memory may have been tidied up meanwhile: so it is asked twice more. */
const isSlowAgain = async (target: Target, bytes: Uint8Array): Promise<boolean> => {
  for (let times = 0; times < 2; times++) {
    const began = workedMs()
    await complaint(target, bytes)
    if (workedMs() - began <= timeMsMax) return false
  }
  return true
}
