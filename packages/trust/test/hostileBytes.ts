/** Other ways of writing the same CBOR, and bytes that are near to it: all of what a strict decoder refuses. */

interface Header {
  readonly at: number
  readonly major: number
  readonly argument: number
  /** Bytes of the header. */
  readonly width: number
}

const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]))

/** The header of every item of well-formed CBOR, in order. */
const headersOf = (bytes: Uint8Array): readonly Header[] => {
  const headers: Header[] = []
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] as number
    const info = first & 31
    const extra = info < 24 ? 0 : 2 ** (info - 24)
    const argument = bytes
      .slice(at + 1, at + 1 + extra)
      .reduce((sum, byte) => sum * 256 + byte, extra ? 0 : info)
    const major = first >> 5
    headers.push({ at, major, argument, width: 1 + extra })
    at += 1 + extra + (major === 2 || major === 3 ? argument : 0)
  }
  return headers
}

/** The header in the next longer form. */
const longer = ({ major, argument, width }: Header): readonly number[] | undefined => {
  switch (width) {
    case 1:
      return [(major << 5) | 24, argument]
    case 2:
      return [(major << 5) | 25, 0, argument]
    case 3:
      return [(major << 5) | 26, 0, 0, argument >> 8, argument & 255]
  }
  return undefined
}

/** Each with what was done to it, so that a test can say which of them passed. */
export const variantsOf = (bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] => {
  const variants: (readonly [string, Uint8Array])[] = [
    ['trailing byte', concat(bytes, [0])],
    ['twice', concat(bytes, bytes)],
    ['empty', new Uint8Array(0)],
    ['tag in front', concat([0xc1], bytes)],
    ['indefinite array', concat([0x9f], bytes.slice(1), [0xff])],
  ]
  for (let end = 1; end < bytes.length; end += Math.max(1, Math.floor(bytes.length / 40)))
    variants.push([`cut at ${end}`, bytes.slice(0, end)])
  for (const header of headersOf(bytes)) {
    const { at, major, argument, width } = header
    const [before, after] = [bytes.slice(0, at), bytes.slice(at + width)]
    const long = longer(header)
    if (long && major <= 5) variants.push([`long form at ${at}`, concat(before, long, after)])
    variants.push([`tag at ${at}`, concat(before, [0xc1], bytes.slice(at))])
    if (major === 0 && width === 1) {
      variants.push([`undefined at ${at}`, concat(before, [0xf7], after)])
      variants.push([`half float at ${at}`, concat(before, [0xf9, 0x3c, 0x00], after)])
    }
    if (major === 2 || major === 3) {
      const [value, rest] = [after.slice(0, argument), after.slice(argument)]
      const chunk = bytes.slice(at, at + width)
      variants.push([`chunks at ${at}`, concat(before, [(major << 5) | 31], chunk, value, [0xff], rest)])
    }
  }
  return variants
}
