import { limits } from '@sotto/client'

/** Keeps an account connected for whoever has asked something in its name and is about to come. */
export type Linger = (name: string, leave: () => Promise<void>) => void

export const makeLinger = (): Linger => {
  const staying = new Map<string, () => void>()
  return (name, leave) => {
    staying.get(name)?.()
    const end = (): void => {
      clearTimeout(timer)
      if (staying.get(name) === end) staying.delete(name)
      leave().catch(() => {})
    }
    const timer = setTimeout(end, limits.gatewayRegisteredMs)
    timer.unref()
    staying.set(name, end)
  }
}
