import { SottoError } from '@sotto/protocol'
import { setTimeout as delay } from 'node:timers/promises'

const triesMax = 100
const waitMaxMs = 5000

/** Does something that is rationed, as somebody who keeps to what is asked for. @throws whatever else it fails with */
export const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SottoError) || error.code !== 'rate' || tries === triesMax) throw error
      await delay(Math.min(waitMaxMs, Number(error.detail['retryAfterMs'] ?? 500)))
    }
  }
}
