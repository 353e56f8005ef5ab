/**
 * Sets the clock of this process. Certificates and sessions in golden data end, so a test that opens the data goes back to
 * their time. A process that is started with `--import` of this file takes its time from `GOLDEN_NOW_MS`.
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

/** The environment of a child process that is to have the clock of this one. */
export const sameClock = (): Record<string, string> => ({
  NODE_OPTIONS: `--import ${import.meta.url}`,
  GOLDEN_NOW_MS: String(Date.now()),
})

const nowMs = process.env['GOLDEN_NOW_MS']
if (nowMs !== undefined) setClock(Number(nowMs))
