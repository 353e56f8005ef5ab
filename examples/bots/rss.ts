/** Posts the new entries of an RSS or Atom feed into a room. */
import { parseXml, XmlElement } from '@rgrove/parse-xml'
import { createBot } from '@sotto/client/node'
import { listAt, oneLine, parsed } from './json.ts'
import { type Reading, readOutside } from './outside.ts'
import { botSettings, setting } from './settings.ts'

const feed = setting('FEED_URL')
const room = setting('SOTTO_ROOM')
const everyMs = Number(setting('FEED_MINUTES', '10')) * 60_000
const entriesMax = 50
/** Whoever writes the feed must not have the machines beside this one asked; a feed of one's own network is said to be one. */
const reading: Reading = {
  bytesMax: 4 * 1024 * 1024,
  timeMs: 30_000,
  redirectsMax: 5,
  mayBeInside: setting('FEED_INSIDE', 'no') === 'yes',
}
const bot = await createBot({ ...botSettings('rss'), scope: 'post' })

const elements = (parent: XmlElement, name: string): readonly XmlElement[] =>
  parent.children.flatMap((child) => {
    if (!(child instanceof XmlElement)) return []
    return child.name === name ? [child] : elements(child, name)
  })

interface Entry {
  readonly key: string
  readonly text: string
}

/** `item` in RSS, `entry` in Atom; the oldest first. */
const entriesOf = (xml: string): readonly Entry[] => {
  const { root } = parseXml(xml)
  if (!root) return []
  return [...elements(root, 'item'), ...elements(root, 'entry')]
    .slice(0, entriesMax)
    .map((entry) => {
      const textOf = (name: string): string => oneLine(elements(entry, name)[0]?.text ?? '')
      const link = textOf('link') || oneLine(elements(entry, 'link')[0]?.attributes['href'] ?? '')
      return { key: textOf('guid') || textOf('id') || link, text: `**${textOf('title')}**\n${link}` }
    })
    .toReversed()
}

/** What was there when the bot began is not news. Afterwards each entry has a key: what was said is not said again. */
const look = async (): Promise<void> => {
  const entries = entriesOf(await readOutside(feed, reading))
  const old = await bot.recall('old')
  if (old === null) {
    await bot.remember('old', JSON.stringify(entries.map(({ key }) => key)))
    return
  }
  const known = new Set(listAt(parsed(old)))
  for (const { key, text } of entries) if (!known.has(key)) await bot.post(room, text, key)
}

const lookAgain = (): void => {
  look()
    .catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    .finally(() => setTimeout(lookAgain, everyMs))
}
lookAgain()
process.stdout.write(`Reading ${feed}\n`)
