/** What honest people have met in one phase. */
export interface Service {
  /** From handing a message in to its signed acknowledgement. */
  readonly waitsMs: readonly number[]
  /** Codes of what was refused to them. */
  readonly refused: readonly string[]
  /** Messages that were acknowledged and did not reach the other one. */
  readonly missing: number
}

export interface Measured {
  readonly quiet: Service
  readonly siege: Service
  readonly residentBytesMax: number
}

/** What must hold while strangers, members, hooks and slow peers do all that they may. */
export const bounds = { residentBytesMax: 400 * 1024 * 1024, slowdownMax: 4 } as const

/** Fewer waits say nothing about one in a hundred. */
const waitsMin = 200

export const percentile = (values: readonly number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * of) - 1)] ?? 0

/** How often longer one in a hundred waits under siege. */
export const slowdownOf = ({ quiet, siege }: Measured): number =>
  percentile(siege.waitsMs, 0.99) / percentile(quiet.waitsMs, 0.99)

/** Whether nothing but the waits is beyond its bound: what else runs on the machine may have done that. */
export const isSlowOnly = (measured: Measured): boolean =>
  slowdownOf(measured) > bounds.slowdownMax &&
  violationsOf({ ...measured, siege: { ...measured.siege, waitsMs: measured.quiet.waitsMs } }).length === 0

/** @returns in words, what did not hold */
export const violationsOf = (measured: Measured): readonly string[] => {
  const { quiet, siege, residentBytesMax } = measured
  const slowdown = slowdownOf(measured)
  const few = [quiet, siege].some(({ waitsMs }) => waitsMs.length < waitsMin)
  const megabytes = Math.round(residentBytesMax / 1024 / 1024)
  return [
    ...(few ? [`too little was sent: ${quiet.waitsMs.length} and ${siege.waitsMs.length}`] : []),
    ...(slowdown > bounds.slowdownMax ? [`honest people wait ${slowdown.toFixed(1)} times as long`] : []),
    ...(residentBytesMax > bounds.residentBytesMax ? [`the server held ${megabytes} MB`] : []),
    ...[quiet, siege].flatMap(({ refused }) =>
      refused.map((what) => `an honest person was refused: ${what}`),
    ),
    ...[quiet, siege].flatMap(({ missing }) => (missing > 0 ? [`${missing} messages did not arrive`] : [])),
  ]
}
