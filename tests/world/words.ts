import type { Random } from './random.ts'

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

/** Stands in most of what people write and in the names of rooms; where it is found outside of devices, something has leaked. */
export const canary = 'canary-kanarienvogel'

/** Texts that programs trip over. */
const naughty: readonly string[] = [
  ' ',
  '\u200b',
  '\u0000',
  'null',
  'undefined',
  '0',
  '-1e309',
  '../../../../etc/passwd',
  "'; DROP TABLE rooms; --",
  '<script>alert(1)</script>',
  '\u202Eright to left\u202C',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞',
  '👨‍👩‍👧‍👦🏳️‍🌈',
  'الكل في المجمو عة (5)',
  '\n\r\t\v\f',
  '%s%s%n${jndi:ldap://x}',
  '{"t":"text"}',
  '\uFEFFbom',
]

const longCharacters = 16_384

export const textFrom = (random: Random): string => {
  const mark = `${canary} ${random.below(1e9).toString(36)}`
  return random.weighted([
    [60, () => `${mark} ${random.pick(naughty)}`],
    [25, () => mark],
    [10, () => random.pick(naughty)],
    [5, () => `${mark} ${'€'.repeat(random.below(longCharacters / 3))}`],
  ])()
}

export const roomNameFrom = (random: Random): string => `${canary} ${random.below(1e6).toString(36)}`
