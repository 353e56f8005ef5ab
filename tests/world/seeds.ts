import type { Fault } from './faults.ts'

/** Worlds in which something was found; each is run for good. */
export interface KeptSeed {
  readonly seed: number
  readonly steps: number
  readonly devices: number
  readonly faults: readonly Fault[]
  /** What it found, in one line. */
  readonly found: string
}

export const keptSeeds: readonly KeptSeed[] = [
  {
    seed: 1,
    steps: 300,
    devices: 6,
    faults: [],
    found:
      'a message that begins with a byte order mark could be read by nobody, and its author could not open the room',
  },
  {
    seed: 2,
    steps: 200,
    devices: 5,
    faults: ['delay'],
    found:
      'who had left and was invited again was frozen at its first word, for its counter had been forgotten',
  },
  {
    seed: 5,
    steps: 300,
    devices: 6,
    faults: [
      'loss',
      'duplication',
      'reordering',
      'delay',
      'partition',
      'client_crash',
      'server_crash',
      'client_full',
      'server_full',
      'tabs',
    ],
    found: 'two registrations of one device at once lost the keys of the one that the server had taken',
  },
  {
    seed: 36,
    steps: 300,
    devices: 6,
    faults: [
      'loss',
      'duplication',
      'reordering',
      'partition',
      'client_crash',
      'server_crash',
      'lost_write',
      'client_full',
      'server_full',
      'server_clock',
      'lost_welcome',
      'long_offline',
      'tabs',
    ],
    found:
      'a device that was brought in again by keys that it had lost too asked for its Welcome every second, for ever',
  },
]
