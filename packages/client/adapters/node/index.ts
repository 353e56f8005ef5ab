export { type NodeClientOptions, openNodeClient } from './nodeClient.ts'
export { moveProfile } from './moveProfile.ts'
export { type KeysOfProfile, keysOfProfile, moveKeys } from './keys/keysOfProfile.ts'
export { type KeyMeans, type KeyPlace, keyPlaces, passphraseInFile } from './keys/means.ts'
export { createBot, type NodeBotOptions } from './bot.ts'
export { type NodeSottoOptions, openSotto } from './sotto.ts'

/** The parts, for programs that put a client together themselves. */
export { netTransport } from '../net/index.ts'
export { newId } from '../net/bus.ts'
export { joseLibrary } from '../net/jose.ts'
export { timerScheduler } from '../net/timerScheduler.ts'
export { type LaneSealer, openLaneSealer } from './keys/laneSealer.ts'
export { openSqliteStore } from './sqliteStore.ts'
