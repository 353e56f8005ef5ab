import { expect, it } from 'vitest'
import { allowedOrigins } from '../src/http/allowedOrigins.ts'

it.each([
  '*',
  'https://*.example.org',
  'https://app.example.org/path',
  'https://user@app.example.org',
  'https://app.example.org?x',
  'https://app.example.org:443',
  'HTTPS://app.example.org',
  'app.example.org',
  'ftp://app.example.org',
  'file:///app.html',
  'null',
  '',
])('%o is no origin that can be named', (origin) => {
  expect(() => allowedOrigins([origin])).toThrow(/SOTTO_ALLOW_ORIGIN/)
})

it('exactly the origins that are named are found, as browsers write them', () => {
  const { of, any } = allowedOrigins(['https://app.example.org/', 'http://localhost:3000'])
  expect(any).toBe(true)
  for (const origin of ['https://app.example.org', 'http://localhost:3000'])
    expect(of({ origin })).toBe(origin)
  for (const origin of [
    'http://app.example.org',
    'https://app.example.org:8443',
    'http://localhost',
    'null',
    '*',
  ])
    expect(of({ origin })).toBeUndefined()
  expect(of({})).toBeUndefined()
  expect(allowedOrigins([]).any).toBe(false)
})
