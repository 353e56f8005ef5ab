import { type BotTrouble, SottoError } from '@sotto/client'
import type { Output } from '../output.ts'
import { printableLine } from '../printable.ts'

const codeOf = (error: unknown): string => (error instanceof SottoError ? error.code : 'internal')
const reasonOf = (error: unknown): string =>
  printableLine(error instanceof Error ? error.message : String(error))

interface Told {
  readonly record: Readonly<Record<string, unknown>>
  readonly text: string
}

const toldOf = (trouble: BotTrouble): Told => {
  switch (trouble.kind) {
    case 'handler': {
      const { id, room } = trouble.message
      return {
        record: { room, id, why: reasonOf(trouble.error) },
        text: `Message ${id} was skipped: ${reasonOf(trouble.error)}.`,
      }
    }
    case 'missed':
      return {
        record: { room: trouble.room, seq: trouble.seq },
        text: `A message in ${trouble.room.slice(0, 8)} cannot be read on this device.`,
      }
    case 'refused':
      return {
        record: { room: trouble.room, id: trouble.id, code: trouble.code },
        text: `Message ${trouble.id} was refused: ${trouble.code}.`,
      }
    case 'invitation':
      return {
        record: { room: trouble.room, code: codeOf(trouble.error) },
        text: `The invitation to ${trouble.room.slice(0, 8)} could not be accepted: ${reasonOf(trouble.error)}.`,
      }
    case 'offer':
      return {
        record: { room: trouble.room, code: codeOf(trouble.error) },
        text: `${trouble.room.slice(0, 8)} did not get the list of commands: ${reasonOf(trouble.error)}.`,
      }
    case 'session':
      return {
        record: { code: codeOf(trouble.error) },
        text: `Not signed in yet, trying again: ${reasonOf(trouble.error)}.`,
      }
  }
}

/** Says on standard error what a bot could not do, never what was said. */
export const tellBotTrouble = (output: Output, trouble: BotTrouble): void => {
  const { record, text } = toldOf(trouble)
  output.notice({ trouble: trouble.kind, ...record }, text)
}
