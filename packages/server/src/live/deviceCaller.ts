import { SottoError } from '@sotto/protocol'
import type { Caller } from '../authentication/sessions.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'

/** @throws SottoError `device_unknown` of a session that a password alone has opened */
export const requireDevice = (caller: Caller): DeviceCaller => {
  if (!caller.device) throw new SottoError('device_unknown')
  return { ...caller, device: caller.device }
}
