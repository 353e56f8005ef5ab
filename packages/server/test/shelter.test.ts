import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { lastOf } from '../src/http/origin.ts'
import { believesIn } from '../src/http/proxies.ts'
import { inTheClear } from '../src/http/shelter.ts'

interface Case {
  readonly from: string
  readonly encrypted?: boolean
  readonly headers?: Record<string, string>
  readonly trustProxy?: readonly string[]
  readonly trustNetwork?: readonly string[]
  readonly publicUrl?: string
}

const verdictOn = ({
  from,
  encrypted,
  headers = {},
  trustProxy = [],
  trustNetwork = [],
  publicUrl,
}: Case): boolean =>
  inTheClear({
    believes: believesIn(trustProxy),
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
    trustNetwork,
    hostOf: (request) => lastOf(request.headers.host),
  })({
    headers,
    socket: { remoteAddress: from, ...(encrypted ? { encrypted } : {}) },
  } as unknown as IncomingMessage)

const elsewhere = '203.0.113.9'
const forwarded = (proto?: string) => ({
  'x-forwarded-for': elsewhere,
  ...(proto === undefined ? {} : { 'x-forwarded-proto': proto }),
})
const publicUrl = 'https://chat.example.org'

describe('SRV-4: a password goes over a network in the clear', () => {
  it.each<readonly [string, Case]>([
    ['from elsewhere, by an address', { from: elsewhere, headers: { host: '198.51.100.1:5000' } }],
    ['from a private network', { from: '192.168.1.7' }],
    ['from elsewhere by IPv6', { from: '2001:db8::7' }],
    ['from elsewhere by IPv4 written as IPv6', { from: '::ffff:203.0.113.9' }],
    [
      'past the proxy, at the port of the server',
      { from: elsewhere, headers: { host: 'chat.example.org:5000' }, publicUrl },
    ],
    ['past the proxy, by an address', { from: elsewhere, headers: { host: '198.51.100.1' }, publicUrl }],
    ['from somebody who only says that there was TLS', { from: elsewhere, headers: forwarded('https') }],
    [
      'by a proxy that says http',
      { from: '127.0.0.1', headers: forwarded('http'), trustProxy: ['loopback'] },
    ],
    ['by a proxy that says nothing', { from: '127.0.0.1', headers: forwarded(), trustProxy: ['loopback'] }],
    [
      'by a public URL without TLS',
      { from: elsewhere, headers: { host: 'a.example' }, publicUrl: 'http://a.example' },
    ],
    ['from another network than the trusted one', { from: elsewhere, trustNetwork: ['10.0.0.0/8'] }],
    ['from where nobody knows', { from: '' }],
  ])('%s', (_, given) => {
    expect(verdictOn(given)).toBe(true)
  })

  it.each<readonly [string, Case]>([
    ['by TLS', { from: elsewhere, encrypted: true }],
    ['from this machine', { from: '127.0.0.1' }],
    ['from this machine by another of its addresses', { from: '127.0.0.2' }],
    ['from this machine by IPv6', { from: '::1' }],
    ['from this machine by IPv4 written as IPv6', { from: '::ffff:127.0.0.1' }],
    [
      'by a proxy that says https',
      { from: '10.0.0.7', headers: forwarded('https'), trustProxy: ['10.0.0.7'] },
    ],
    ['by a proxy that says wss', { from: '127.0.0.1', headers: forwarded('wss'), trustProxy: ['loopback'] }],
    ['by a proxy for the public URL', { from: '10.0.0.7', headers: { host: 'chat.example.org' }, publicUrl }],
    [
      'with its port',
      { from: '10.0.0.7', headers: { host: 'chat.example.org:8443' }, publicUrl: `${publicUrl}:8443` },
    ],
    ['from a trusted network', { from: '10.1.2.3', trustNetwork: ['10.0.0.0/8'] }],
    ['from a trusted network by IPv6', { from: 'fd00::7', trustNetwork: ['private'] }],
  ])('not %s', (_, given) => {
    expect(verdictOn(given)).toBe(false)
  })
})
