import { SottoError } from '@sotto/client'
import type { KeyKind } from '@sotto/lane'
import { Option } from 'commander'
import type { Enrolment } from './enroll.ts'

export interface EnrolmentOptions {
  readonly server?: string | undefined
  readonly key: KeyKind
  readonly sign?: 'EdDSA'
}

export const serverOption = (): Option =>
  new Option('--server <url>', 'address of the server (SOTTO_SERVER)').default(
    process.env['SOTTO_SERVER'] || undefined,
  )

export const keyOption = (): Option =>
  new Option('--key <kind>', 'of the new key that receives')
    .choices(['P-256', 'RSA-3072', 'RSA-4096'])
    .default('P-256')

export const signOption = (): Option =>
  new Option('--sign <kind>', 'a key of its own to sign with; otherwise the same one does both').choices([
    'EdDSA',
  ])

/** @throws SottoError `bad_request` */
export const enrolmentOf = (name: string, { server, key, sign }: EnrolmentOptions): Enrolment => {
  if (server === undefined) throw new SottoError('bad_request', 'give the address with --server URL')
  return { name, server, keyKind: key, signer: sign }
}
