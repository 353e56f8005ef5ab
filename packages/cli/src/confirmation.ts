import { confirm, isCancel } from '@clack/prompts'
import { SottoError } from '@sotto/client'

/**
 * Asks for consent on the terminal.
 *
 * @throws SottoError `bad_request` where nobody can be asked, or the answer is no
 */
export const confirmed = async (
  question: string,
  refusal: { readonly unasked: string; readonly no: string },
) => {
  if (!process.stdin.isTTY) throw new SottoError('bad_request', refusal.unasked)
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  if (isCancel(answer) || !answer) throw new SottoError('bad_request', refusal.no)
}
