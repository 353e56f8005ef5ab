import type { SottoError } from '@sotto/protocol'

/** Whether the serving side has spoken; it may never do. */
export interface Readiness {
  readonly ready: Promise<void>
  begin(): void
  fail(failure: SottoError): void
}

export const openReadiness = (): Readiness => {
  let begin = (): void => {}
  let fail: (failure: SottoError) => void = () => {}
  const ready = new Promise<void>((resolve, reject) => {
    begin = resolve
    fail = reject
  })
  // Whoever does not wait for it hears of it at each call.
  ready.catch(() => {})
  return { ready, begin: () => begin(), fail: (failure) => fail(failure) }
}
