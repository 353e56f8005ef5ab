import { createHash } from 'node:crypto'

/**
 * Scripts of our own and nothing else, by name of the Trusted Types policy `sotto`. What is written here is what a
 * hole in the web client could still do.
 */
const policyWith = (scripts: string, workers: string): string =>
  [
    `default-src 'none'`,
    `script-src ${scripts}`,
    `worker-src ${workers}`,
    `style-src 'self'`,
    `img-src 'self' blob:`,
    `media-src blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `manifest-src 'self'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types sotto`,
  ].join('; ')

const ordinary = policyWith(`'self'`, `'none'`)
/**
 * A worker begins with what the page has checked and with nothing that is fetched then (`web/bootstrap/workers`). It has
 * the policy of the page, which therefore may compile the WebAssembly of OPAQUE; no other answer may.
 */
const policyOfPage = (html: string): string =>
  policyWith([`'self' 'wasm-unsafe-eval'`, ...importMapsIn(html)].join(' '), 'blob:')

/** The import maps of a page, by their hashes: the policy takes no other inline script, and none that is changed. */
const importMapsIn = (html: string): readonly string[] =>
  [...html.matchAll(/<script type="importmap">([^<]*)<\/script>/g)].map(
    ([, map = '']) => `'sha256-${createHash('sha256').update(map).digest('base64')}'`,
  )

const features = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'x-frame-options': 'DENY',
  'permissions-policy': features.map((feature) => `${feature}=()`).join(', '),
}

const twoYearsS = 63_072_000

/**
 * The headers of every answer (security.md 5.4).
 *
 * @param isSecure whether the request came by TLS: elsewhere a browser must not be told to insist on it (RFC 6797 §7.2)
 */
export const securityHeaders = (isSecure: boolean): Readonly<Record<string, string>> => ({
  ...always,
  'content-security-policy': ordinary,
  ...(isSecure ? { 'strict-transport-security': `max-age=${twoYearsS}; includeSubDomains` } : {}),
})

/** What comes with a page: every script that it names or imports carries the hash of what was built. */
export const pageHeadersOf = (html: string): Readonly<Record<string, string>> => ({
  'content-security-policy': policyOfPage(html),
  'integrity-policy': 'blocked-destinations=(script)',
})

/** Built assets have a hash of their content in their name; everything else may be another file tomorrow. */
export const cachingOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
