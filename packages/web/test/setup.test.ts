import { describe, expect, it } from 'vitest'
import { faultOf, readSeen } from '../src/features/setup/seen.ts'

const at = (origin: string) => {
  const { protocol, host } = new URL(origin)
  return { protocol, host, origin }
}

describe('the setup of a server, as its page sees it', () => {
  it.each([
    ['by itself', 'http://localhost:5000', 'localhost:5000', false, null],
    ['behind a proxy that is believed', 'https://chat.example.org', 'chat.example.org', true, null],
    ['with the port that https has anyway', 'https://chat.example.org', 'chat.example.org:443', true, null],
    [
      'with its address named',
      'https://chat.example.org',
      '127.0.0.1:5000',
      true,
      'https://chat.example.org',
    ],
    [
      'named, and opened on its own machine',
      'http://localhost:5000',
      'localhost:5000',
      true,
      'https://chat.example.org',
    ],
  ] as const)('is right: %s', (_, origin, host, https, publicUrl) => {
    expect(faultOf({ host, https, publicUrl }, at(origin))).toBeUndefined()
  })

  it.each([
    [
      'the proxy is not believed',
      'https://chat.example.org',
      'chat.example.org',
      false,
      null,
      'taken_for_http',
    ],
    ['the proxy does not pass Host', 'https://chat.example.org', '127.0.0.1:5000', true, null, 'host_lost'],
    [
      'another address is named',
      'https://chat.example.org',
      'sotto:5000',
      true,
      'https://example.org',
      'host_lost',
    ],
    ['no host arrives', 'https://chat.example.org', null, true, null, 'host_lost'],
  ] as const)('is wrong: %s', (_, origin, host, https, publicUrl, fault) => {
    expect(faultOf({ host, https, publicUrl }, at(origin))).toBe(fault)
  })

  it('is not judged by what is no answer of a server', () => {
    for (const value of [null, 7, 'x', [], {}, { https: 'yes' }]) expect(readSeen(value)).toBeUndefined()
    expect(readSeen({ https: true, host: 3 })).toEqual({ https: true, host: null, publicUrl: null })
  })
})
