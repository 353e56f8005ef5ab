import { SottoError } from '@sotto/client'
import type { Output } from './output.ts'
import { ReaderGone } from './written.ts'

/** Something whose secret is told once, when it is made. */
export interface ToldOnce {
  /** What it is: `hook ci`. */
  readonly what: string
  /** The command that takes it back. */
  readonly revoke: string
  takeBack(): Promise<void>
}

const causeOf = (error: unknown): SottoError => {
  if (error instanceof SottoError) return error
  if (error instanceof ReaderGone)
    return new SottoError('bad_request', 'nobody is reading standard output', { stream: 'stdout' })
  return new SottoError('internal', String(error))
}

/**
 * Tells a result with a secret that is told once, and waits until the system has it. Of what nobody could be told, nothing
 * lives on: it is taken back, or named with the command that does so. A reader that has gone is a failure here.
 *
 * @throws SottoError of what kept it from being written; its detail says `revoked`, or `revoke` with the command
 */
export const tellOnce = async (
  output: Output,
  value: unknown,
  text: string,
  { what, revoke, takeBack }: ToldOnce,
): Promise<void> => {
  try {
    await output.told(value, text)
  } catch (error) {
    const { code, message, detail } = causeOf(error)
    const isBack = await takeBack().then(
      () => true,
      () => false,
    )
    throw isBack
      ? new SottoError(code, `${message}; ${what} was revoked, because nobody got its secret`, {
          ...detail,
          revoked: what,
        })
      : new SottoError(
          code,
          `${message}; nobody got the secret of ${what}, which is still there: ${revoke}`,
          {
            ...detail,
            revoke,
          },
        )
  }
}
