import { createHash } from 'node:crypto'
import { type ClientOptions, SottoError } from '@sotto/client'
import type { Opaque } from '../../packages/server/src/authentication/opaque.ts'

/**
 * A password protocol without randomness, for the two ports at which OPAQUE stands. It proves nothing to an eavesdropper
 * and is not meant to: what the world asks of it is that the right password opens and a wrong one does not.
 */
const digest = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('/')
  return new Uint8Array(hash.digest())
}

export const worldPassword: ClientOptions['password'] = {
  registerStart: async (password) => ({ state: '', request: digest('request', password) }),
  registerFinish: async (_state, password, _response, name) => ({
    record: digest('record', password, name),
    exportKey: digest('export', password, name),
  }),
  loginStart: async (password) => ({ state: '', request: digest('request', password) }),
  loginFinish: async (_state, password, response, name) => {
    const finish = digest('record', password, name)
    if (Buffer.compare(digest('challenge', finish), response) !== 0)
      throw new SottoError('invalid_credentials')
    return { finish, exportKey: digest('export', password, name) }
  },
}

export const worldOpaque: Opaque = {
  register: (name) => digest('response', name),
  challenge: (name, record) => ({
    state: record ? Buffer.from(record).toString('hex') : '',
    response: record ? digest('challenge', record) : digest('nobody', name),
  }),
  verify: (state, finish) => state !== '' && state === Buffer.from(finish).toString('hex'),
}
