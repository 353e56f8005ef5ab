import type { Output } from '../output.ts'
import { printableLine } from '../printable.ts'

/** Any page may ask as often as it likes under as many names. */
const originsMax = 8
const originCharactersMax = 200

/**
 * Tells of pages that have asked the gateway and were refused, each once: a browser tells a page of another origin nothing,
 * so that nobody else could say why an old page that is served elsewhere does not get in.
 */
export const makeStrangers = (output: Pick<Output, 'notice'>) => {
  const told = new Set<string>()
  return (origin: string | undefined): void => {
    if (origin === undefined || told.has(origin) || told.size >= originsMax) return
    told.add(origin)
    const page = printableLine(origin.slice(0, originCharactersMax))
    output.notice(
      { notice: 'origin_refused', origin: page },
      `A page of ${page} has asked the gateway and was refused: it answers programs and its own page only.`,
    )
  }
}
