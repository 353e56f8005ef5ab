import { type OfferedCommand, slashHelp } from '@sotto/client'
import { printableLine } from '../printable.ts'

/** What can be said in a conversation, as its help shows it. */
export const chatHelp = (offered: readonly OfferedCommand[]): string => {
  const lines = slashHelp('terminal', offered)
  const width = Math.max(...lines.map(({ said }) => said.length))
  return lines.map(({ said, does }) => `${said.padEnd(width + 2)}${printableLine(does)}`).join('\n')
}
