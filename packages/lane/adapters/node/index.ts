export { openLaneStore, type RowSealer } from './laneStore.ts'
