import { SottoError } from '@sotto/protocol'
import { type ClientCommands, commands } from '../src/commands/table.ts'

/** Every command, each of which is refused: for clients that do but a few things. */
export const refusing = Object.fromEntries(
  Object.keys(commands).map((name) => [name, () => Promise.reject(new SottoError('internal'))]),
) as unknown as ClientCommands
