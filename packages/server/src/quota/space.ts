import type { ServerLimits } from '../configuration.ts'

/** How much more the disk and the bound of the database take, and how much there was in the beginning. */
export interface Space {
  readonly freeBytes: number
  readonly wholeBytes: number
}

/** The part of the space that only reading, clearing up and ending things may touch. */
export interface Reserve {
  /** Whether nothing but the reserve is left. */
  isReached(): boolean
  /** Bytes that are being added: an answer of before holds until many have been. */
  note(bytes: number): void
}

/** Other programs write to the disk too. */
const lookIntervalMs = 1000
/** The log warns while there is still twice as much. */
const partRefused = 2
/** An eighth of the whole at most is held back. */
const shareOfWhole = 8
/** An answer holds while no more than this part of the distance to the reserve has been written. */
const trustedPart = 4

export const makeReserve = (
  look: () => Space,
  { diskReserveBytes }: Pick<ServerLimits, 'diskReserveBytes'>,
  nowMs: () => number = () => performance.now(),
): Reserve => {
  let trustedBytes = 0
  let trustedUntilMs = 0
  let isReached = false

  const lookAgain = (): void => {
    const { freeBytes, wholeBytes } = look()
    const reserveBytes = Math.min(diskReserveBytes / partRefused, wholeBytes / shareOfWhole)
    isReached = freeBytes < reserveBytes
    // Near the reserve each answer is good for once.
    trustedBytes = Math.max(0, freeBytes - reserveBytes) / trustedPart
    trustedUntilMs = nowMs() + lookIntervalMs
  }

  return {
    isReached: () => {
      if (isReached || trustedBytes <= 0 || nowMs() >= trustedUntilMs) lookAgain()
      return isReached
    },
    note: (bytes) => {
      trustedBytes -= bytes
    },
  }
}
