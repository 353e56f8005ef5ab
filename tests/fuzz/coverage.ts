import { type Profiler, Session } from 'node:inspector/promises'

/** A part of our own code that has run: a block of a function, as the engine counts them. */
export type Feature = string

export interface Coverage {
  /** What has run since it was asked last. */
  take(): Promise<ReadonlySet<Feature>>
  stop(): Promise<void>
}

const isOurs = (url: string): boolean => /\/packages\/(?:protocol|trust|mls|client)\//.test(url)

const featuresOf = function* (script: string, { ranges }: Profiler.FunctionCoverage): Generator<Feature> {
  for (const { startOffset, endOffset, count } of ranges)
    if (count > 0) yield `${script}:${startOffset}:${endOffset}`
}

export const startCoverage = async (): Promise<Coverage> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    take: async () => {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const features = new Set<Feature>()
      for (const { scriptId, url, functions } of result)
        if (isOurs(url))
          for (const one of functions) for (const feature of featuresOf(scriptId, one)) features.add(feature)
      return features
    },
    stop: async () => {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
