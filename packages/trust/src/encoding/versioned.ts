import { type CborValue, type Shape, SottoError } from '@sotto/protocol'

/** The shape `[version, ...fields]` of a structure, for a body that is an array of its fields. */
export const versioned = <T>(version: number, body: Shape<T>): Shape<T> => ({
  read: (value, at) => {
    if (!Array.isArray(value) || value[0] !== version)
      throw new SottoError('bad_request', `${at}: expected version ${version}`)
    return body.read(value.slice(1), at)
  },
  write: (value) => [version, ...(body.write(value) as readonly CborValue[])],
  describe: () => `version ${version}:${body.describe()}`,
})
