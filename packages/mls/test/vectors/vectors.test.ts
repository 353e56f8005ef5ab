import { describe, it } from 'vitest'
import { loadVectors } from './load.ts'
import { registry } from './registry.ts'

for (const { file, run } of registry) {
  describe(`vectors of ${file}`, () => {
    const vectors = loadVectors(file)
    if (!vectors) {
      it.skip(`${file} is not beside the clone (../shared/vectors/mls)`, () => {})
      return
    }
    for (const [index, vector] of vectors.entries()) it(`case ${index} holds`, () => run(vector))
  })
}
