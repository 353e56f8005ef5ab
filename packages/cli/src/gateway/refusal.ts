import { SottoError } from '@sotto/client'
import { LaneError } from '@sotto/lane'
import { timestamp } from '../time.ts'
import type { Refusal } from './dialect.ts'

export const refused = (code: string, error: string, field?: string): Refusal => ({
  ok: false,
  code,
  error,
  ...(field === undefined ? {} : { field }),
})

/** A refusal that is thrown: it ends what was asked for. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal'
  readonly refusal: Refusal

  constructor(code: string, error: string, field?: string) {
    super(error)
    this.refusal = refused(code, error, field)
  }
}

/** A failure as an acknowledgement carries it. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof GatewayRefusal) return error.refusal
  if (error instanceof LaneError) return refused(error.code, error.message)
  if (error instanceof SottoError) return refused(error.code.toUpperCase(), error.message)
  return refused('INTERNAL', 'Something went wrong on our side')
}

/** The same where the words of a refusal stand under several names: in answers over HTTP and events. */
export const refusalBody = ({ code, error, field }: Refusal) => ({
  success: false,
  error,
  message: error,
  code,
  timestamp: timestamp(Date.now()),
  ...(field === undefined ? {} : { field }),
})
