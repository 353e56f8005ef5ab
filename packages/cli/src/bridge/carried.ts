import { limits } from '@sotto/client'

/** The two sides of a bridge, by the word with which each is told from the other. */
export type Side = 'encrypted' | 'classic'

export const otherSide = (side: Side): Side => (side === 'encrypted' ? 'classic' : 'encrypted')

const kiB = 1024

/**
 * How much of a text goes into one message, by where it goes to, in bytes as JSON writes them. A classic room takes arrays of
 * numbers, which are four times as long.
 */
const partBytesMax: Record<Side, number> = {
  encrypted: limits.textBytesMax - 8 * kiB,
  classic: 12 * kiB,
}

/** Everything that some program shows as the beginning of a line. */
const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u

const quote = '> '

const weigh = (line: string): number => Buffer.byteLength(JSON.stringify(line)) + quote.length

/** A line in pieces that fit, cut between characters. */
const piecesOf = (line: string, bytesMax: number): readonly string[] => {
  if (weigh(line) <= bytesMax) return [line]
  const pieces: string[] = []
  let piece: string[] = []
  let bytes = weigh('')
  for (const character of line) {
    const more = weigh(character) - weigh('')
    if (bytes + more > bytesMax) {
      pieces.push(piece.join(''))
      piece = []
      bytes = weigh('')
    }
    piece.push(character)
    bytes += more
  }
  return [...pieces, piece.join('')]
}

/** Lines in as few parts as they fit into, in their order. */
const partsOf = (lines: readonly string[], bytesMax: number): readonly (readonly string[])[] => {
  const parts: string[][] = [[]]
  let bytes = 0
  for (const line of lines) {
    if (bytes + weigh(line) > bytesMax) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(line)
    bytes += weigh(line)
  }
  return parts
}

/**
 * What is said on one side as it is said on the other: a line that only the bridge writes, with who said it and where, and
 * below it each line as a quotation. No text can so look like the words of somebody else, or turn the direction of the name;
 * none is cut, and what is too long for one message goes on in the next.
 *
 * @param from the side that it was said on
 */
export const carried = (from: Side, name: string, text: string): readonly string[] => {
  const bytesMax = partBytesMax[otherSide(from)]
  const lines = text.toWellFormed().split(lineEnds)
  const parts = partsOf(
    lines.flatMap((line) => piecesOf(line, bytesMax)),
    bytesMax,
  )
  return parts.map((part, at) => {
    const head = at === 0 ? `${name} (${from}):` : `${name} (${from}), continued:`
    return [head, ...part.map((line) => `${quote}${line}`)].join('\n')
  })
}
