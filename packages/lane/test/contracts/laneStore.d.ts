import type { LaneStore } from '../../src/ports/store.ts'
interface Rule {
  readonly title: string
  run(open: () => LaneStore): void
}
/** What every store of a lane does, whatever keeps its rows. */
export declare const laneStoreContract: readonly Rule[]
export {}
