const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** `90s`, `30m`, `12h`, `7d`, `4w` in milliseconds; null for anything else. */
export const durationMs = (text: string): number | null => {
  const [, count = '', unit = ''] = /^([0-9]{1,6})([smhdw])$/.exec(text) ?? []
  return count === '' ? null : Number(count) * (unitsMs[unit] as number)
}
