import { describe, expect, it } from 'vitest'
import { type Encoding, encodingFor } from '../src/http/encoding.ts'

const all: readonly Encoding[] = ['identity', 'br', 'gzip']

/** RFC 9110 §12.5.3. */
const asked: readonly (readonly [accepted: string | undefined, taken: Encoding])[] = [
  [undefined, 'identity'],
  ['', 'identity'],
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0.001, gzip;q=0.002', 'gzip'],
  ['br;q=0', 'identity'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.000,*', 'gzip'],
  ['gzip;q=0, *', 'br'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['*;q=0, gzip', 'gzip'],
  ['identity;q=0', 'identity'],
  ['identity, br;q=0.5', 'identity'],
  ['identity;q=0.1, br;q=0.5', 'br'],
  ['deflate, zstd', 'identity'],
  ['br ; q=0 , gzip ; Q=0.3', 'gzip'],
  // What is no weight is none: the coding was named.
  ['br;q=nonsense', 'br'],
  ['br;level=3;q=0', 'identity'],
  [',,;;,', 'identity'],
]

describe('the form of an answer', () => {
  it.each(asked)('for %j is %s', (accepted, taken) => expect(encodingFor(accepted, all)).toBe(taken))

  it('is one that there is', () => {
    expect(encodingFor('br', ['identity', 'gzip'])).toBe('identity')
    expect(encodingFor('br, gzip;q=0.1', ['identity', 'gzip'])).toBe('gzip')
    expect(encodingFor('br;q=1, *;q=0', ['identity'])).toBe('identity')
  })
})
