import { client, ready } from '@serenity-kit/opaque'
import { type ClientOptions, SottoError } from '@sotto/client'

const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 1024, parallelism: 1 } } as const

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64url'))

/** OPAQUE as the product speaks it, with a hash that takes no time. */
export const quickPassword: ClientOptions['password'] = {
  registerStart: async (password) => {
    await ready
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
    return { state: clientRegistrationState, request: bytes(registrationRequest) }
  },
  registerFinish: async (state, password, response) => {
    const finished = client.finishRegistration({
      clientRegistrationState: state,
      password,
      registrationResponse: text(response),
      keyStretching,
    })
    return { record: bytes(finished.registrationRecord), exportKey: bytes(finished.exportKey) }
  },
  loginStart: async (password) => {
    await ready
    const { clientLoginState, startLoginRequest } = client.startLogin({ password })
    return { state: clientLoginState, request: bytes(startLoginRequest) }
  },
  loginFinish: async (state, password, response) => {
    const finished = client.finishLogin({
      clientLoginState: state,
      password,
      loginResponse: text(response),
      keyStretching,
    })
    if (!finished) throw new SottoError('invalid_credentials')
    return { finish: bytes(finished.finishLoginRequest), exportKey: bytes(finished.exportKey) }
  },
}
