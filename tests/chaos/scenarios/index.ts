import type { Scenario } from '../scenario.ts'
import { badLine } from './badLine.ts'
import { beginnings } from './beginnings.ts'
import { browserStorage } from './browserStorage.ts'
import { clearedSite } from './clearedSite.ts'
import { deviceDiskFull } from './deviceDiskFull.ts'
import { deviceKills } from './deviceKills.ts'
import { frozenProcesses } from './frozenProcesses.ts'
import { oldBackup } from './oldBackup.ts'
import { oldDevice } from './oldDevice.ts'
import { serverDiskFull } from './serverDiskFull.ts'
import { serverKills } from './serverKills.ts'
import { slowSockets } from './slowSockets.ts'
import { tabKills } from './tabKills.ts'
import { tornLog } from './tornLog.ts'
import { twoTabs } from './twoTabs.ts'
import { unrulyFrames } from './unrulyFrames.ts'

/** In the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  serverKills,
  deviceKills,
  beginnings,
  serverDiskFull('disk'),
  serverDiskFull('limit'),
  deviceDiskFull('disk'),
  deviceDiskFull('limit'),
  tornLog,
  oldBackup,
  oldDevice,
  frozenProcesses,
  slowSockets,
  badLine,
  unrulyFrames,
  tabKills,
  twoTabs,
  browserStorage,
  clearedSite,
]
