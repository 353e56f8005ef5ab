import { PassThrough } from 'node:stream'
import { SottoError } from '@sotto/client'
import { expect, it } from 'vitest'
import { lineOutput } from '../src/output.ts'
import { tellOnce } from '../src/toldOnce.ts'
import { ReaderGone } from '../src/written.ts'

it('names the command where what nobody was told of could not be taken back', async () => {
  const output = lineOutput('json', { put: () => Promise.reject(new ReaderGone()) }, new PassThrough())
  const told = tellOnce(output, { id: 7 }, 'secret', {
    what: 'access token 7',
    revoke: 'sotto token revoke 7',
    takeBack: () => Promise.reject(new SottoError('offline')),
  })
  await expect(told).rejects.toMatchObject({
    code: 'bad_request',
    detail: { stream: 'stdout', revoke: 'sotto token revoke 7' },
  })
})
