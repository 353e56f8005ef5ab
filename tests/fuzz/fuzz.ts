import { chanceOf } from './chance.ts'
import type { Coverage, Feature } from './coverage.ts'
import { judge } from './judge.ts'
import { mutate } from './mutate.ts'
import type { Finding, Target } from './target.ts'

export interface Campaign {
  readonly seed: number
  /** Ends it: asked between executions. */
  isOver(executions: number): boolean
  /** Keeps what runs something new; without it, all inputs are made of the seeds alone. */
  readonly coverage?: Coverage
  /** Of one target: one fault is found by many inputs. */
  readonly findingsMax?: number
}

export interface Report {
  readonly target: string
  readonly executions: number
  readonly corpus: number
  /** Blocks of our own code that have run; 0 where nobody has counted. */
  readonly features: number
  readonly findings: readonly Finding[]
}

/** Between two looks at what has run. */
const batchLength = 256
const corpusMax = 4096

/** Makes inputs for one target until it is over. */
export const fuzz = async (target: Target, campaign: Campaign): Promise<Report> => {
  const { seed, coverage, isOver, findingsMax = 8 } = campaign
  const chance = chanceOf(seed)
  const corpus = [...(await target.seeds()), new Uint8Array(0)]
  const findings = new Map<string, Finding>()
  let executions = 0

  const run = async (bytes: Uint8Array): Promise<void> => {
    executions++
    const fault = await judge(target, bytes)
    if (!fault) return
    const what = fault.kind === 'threw' ? fault.what.replaceAll(/\d+/g, '#') : fault.kind
    if (!findings.has(what))
      findings.set(what, { target: target.name, hex: Buffer.from(bytes).toString('hex'), fault })
  }

  const batchOf = (): readonly Uint8Array[] =>
    Array.from({ length: batchLength }, () => mutate(chance, corpus))

  for (const bytes of corpus) await run(bytes)
  const known = new Set(await coverage?.take())
  while (!isOver(executions) && findings.size < findingsMax) {
    const batch = batchOf()
    for (const bytes of batch) await run(bytes)
    const fresh = new Set([...((await coverage?.take()) ?? [])].filter((feature) => !known.has(feature)))
    if (!coverage || fresh.size === 0) continue
    for (const feature of fresh) known.add(feature)
    corpus.push(...(await whoRan(target, coverage, batch, fresh)))
    if (corpus.length > corpusMax) corpus.splice(0, corpus.length - corpusMax)
  }
  return {
    target: target.name,
    executions,
    corpus: corpus.length,
    features: known.size,
    findings: [...findings.values()],
  }
}

/** The inputs of a batch that have run what is new, found by halves: each for something that no other has run. */
const whoRan = async (
  target: Target,
  coverage: Coverage,
  batch: readonly Uint8Array[],
  wanted: ReadonlySet<Feature>,
): Promise<readonly Uint8Array[]> => {
  if (wanted.size === 0 || batch.length <= 1) return wanted.size === 0 ? [] : batch
  const [first, second] = [batch.slice(0, batch.length / 2), batch.slice(batch.length / 2)]
  for (const bytes of first) await judge(target, bytes)
  const ran = await coverage.take()
  const [inFirst, later] = [new Set<Feature>(), new Set<Feature>()]
  for (const feature of wanted) (ran.has(feature) ? inFirst : later).add(feature)
  return [
    ...(await whoRan(target, coverage, first, inFirst)),
    ...(await whoRan(target, coverage, second, later)),
  ]
}
