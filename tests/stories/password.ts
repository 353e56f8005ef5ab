import { type ClientOptions, SottoError } from '@sotto/client'
import * as quick from '../../packages/server/test/client/password.ts'

/** OPAQUE as the product speaks it, with a hash that takes no time. */
export const quickPassword: ClientOptions['password'] = {
  registerStart: quick.startRegistration,
  registerFinish: async (state, password, response) => quick.finishRegistration(state, password, response),
  loginStart: quick.startLogin,
  loginFinish: async (state, password, response) => {
    const finished = quick.finishLogin(state, password, response)
    if (!finished) throw new SottoError('invalid_credentials')
    return finished
  },
}
