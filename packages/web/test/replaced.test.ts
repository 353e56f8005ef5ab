import { expect, test } from 'vitest'
import { namesAnother } from '../src/client/replaced.ts'

const page = (script: string): string => `<!doctype html><script type="module" src="${script}"></script>`
const own = '/assets/index-Bdla5-_J.js'

test.each([
  ['the same page', page(own), false],
  ['a later page', page('/assets/index-kisFRSse.js'), true],
  ['the page of a network that wants a login', '<!doctype html><script src="/login.js"></script>', false],
  ['nothing', '', false],
])('%s', (_what, html, expected) => expect(namesAnother(html, own)).toBe(expected))
