/** Prints a whole room, page by page, and shows what a failure looks like. */
import { SottoError } from '@sotto/client'
import { openSotto } from '@sotto/client/node'

const { PROFILE = 'alice', ROOM = 'General' } = process.env

const sotto = await openSotto({ profile: PROFILE })
try {
  for (let before: number | null | undefined; before !== null;) {
    const page = await sotto.history(ROOM, before === undefined ? {} : { before })
    for (const { seq, sender, text } of page.messages.toReversed())
      process.stdout.write(`${seq} ${sender.name}: ${text}\n`)
    ;({ before } = page)
  }
} catch (error) {
  // `code` is one of a closed union: a switch over it is checked by the compiler.
  if (!(error instanceof SottoError) || error.code !== 'room_unknown') throw error
  process.stdout.write(`There is no room ${ROOM}\n`)
} finally {
  await sotto.close()
}
