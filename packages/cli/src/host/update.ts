import { join } from 'node:path'
import type { UpdateNews } from '@sotto/server/control'

/** An update that is over at once needs no word for each of its steps. */
const silenceMs = 1000

const megabytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 1e6))} MB`

const begun = ({ migrations, copy }: Extract<UpdateNews, { kind: 'begun' }>, directory: string): string =>
  [
    `The data is from an earlier version of Sotto and is being updated: ${migrations} ${migrations === 1 ? 'step' : 'steps'}. That version cannot open it afterwards.`,
    copy === null
      ? `No copy is made: there is too little space on the disk.`
      : `First it is copied (${megabytes(copy.bytes)}), to ${join(directory, copy.folder)}: to go back, see docs/operate/update.md.`,
  ].join('\n')

/** Says what goes on while data are updated: the beginning, the end, and every second or later where it is. */
export const updateWords = (
  directory: string,
  say: (text: string) => void,
  nowMs: () => number = () => performance.now(),
): ((news: UpdateNews) => void) => {
  let saidMs = 0
  const saying = (text: string): void => {
    saidMs = nowMs()
    say(text)
  }
  return (news) => {
    switch (news.kind) {
      case 'begun':
        return saying(begun(news, directory))
      case 'step':
        if (nowMs() - saidMs >= silenceMs) saying(`Updating: ${news.number} of ${news.count} (${news.name}).`)
        return undefined
      case 'ended':
        return saying('The data has been updated.')
    }
  }
}
