/**
 * Sets the clock of this process: what golden data hold ends some day, so who opens them goes back to their time. Processes
 * that are started with `--import` of this file go by `GOLDEN_NOW_MS`.
 */
export const setClock = (nowMs: number): void => {
  const Present = Date
  const behindMs = Present.now() - nowMs
  globalThis.Date = new Proxy(Present, {
    construct: (target, given, self) =>
      Reflect.construct(target, given.length === 0 ? [target.now() - behindMs] : given, self) as object,
    get: (target, key) => (key === 'now' ? () => target.now() - behindMs : Reflect.get(target, key)),
  })
}

/** For a process that is to have the clock of this one. */
export const sameClock = (): Record<string, string> => ({
  NODE_OPTIONS: `--import ${import.meta.url}`,
  GOLDEN_NOW_MS: String(Date.now()),
})

const nowMs = process.env['GOLDEN_NOW_MS']
if (nowMs !== undefined) setClock(Number(nowMs))
