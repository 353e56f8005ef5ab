import assert from 'node:assert/strict'
import { Reader, Writer } from '../../../src/codec.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface DeserializationCase {
  readonly vlbytes_header: string
  readonly length: number
}

export const deserialization = vectorFile<DeserializationCase>('deserialization.json', (vector) => {
  const reader = new Reader(fromHex(vector.vlbytes_header))
  assert.equal(reader.length(), vector.length)
  reader.end()

  const writer = new Writer()
  writer.length(vector.length)
  assert.equal(toHex(writer.take()), vector.vlbytes_header)
})
