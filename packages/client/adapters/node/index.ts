export { type NodeClientOptions, openNodeClient } from './nodeClient.ts'
export { moveProfile } from './moveProfile.ts'
export { createBot, type NodeBotOptions } from './bot.ts'
export { type NodeSottoOptions, openSotto } from './sotto.ts'

/** The parts, for programs that put a client together themselves. */
export { netTransport } from '../net/index.ts'
export { newId } from '../net/bus.ts'
export { joseLibrary } from '../net/jose.ts'
export { timerScheduler } from '../net/timerScheduler.ts'
export { openLaneStore } from './laneStore.ts'
export { openSqliteStore } from './sqliteStore.ts'
