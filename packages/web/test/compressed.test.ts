import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressedForms } from '../build/compressed.ts'

test('a compressed form holds what it was made of', () => {
  const text = Buffer.from('export const sotto = "sotto"\n'.repeat(50))
  const forms = compressedForms(text)
  expect(brotliDecompressSync(forms.get('.br') ?? '')).toEqual(text)
  expect(gunzipSync(forms.get('.gz') ?? '')).toEqual(text)
})

test('what would not become smaller has none', () => {
  expect(compressedForms(Buffer.from('x')).size).toBe(0)
})
