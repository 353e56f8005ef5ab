import type { Device } from '../device.ts'
import type { World } from '../world.ts'

/** Devices that were set back or lied to may have lost something; they say so, and are not silent about it. */
export const isExcusedDevice = (world: World, device: Device): boolean =>
  world.setBacks.has(device.index) ||
  world.lied.has(device.index) ||
  world.used.has('server_restore') ||
  world.used.has('lie_forked')
