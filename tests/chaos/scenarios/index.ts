import type { Scenario } from '../scenario.ts'
import { badLine } from './badLine.ts'
import { deviceDiskFull } from './deviceDiskFull.ts'
import { deviceKills } from './deviceKills.ts'
import { frozenProcesses } from './frozenProcesses.ts'
import { oldBackup } from './oldBackup.ts'
import { serverDiskFull } from './serverDiskFull.ts'
import { serverKills } from './serverKills.ts'
import { slowSockets } from './slowSockets.ts'
import { tornLog } from './tornLog.ts'
import { unrulyFrames } from './unrulyFrames.ts'

/** In the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  serverKills,
  deviceKills,
  serverDiskFull('disk'),
  serverDiskFull('limit'),
  deviceDiskFull('disk'),
  deviceDiskFull('limit'),
  tornLog,
  oldBackup,
  frozenProcesses,
  slowSockets,
  badLine,
  unrulyFrames,
]
