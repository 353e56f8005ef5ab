import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '@sotto/protocol'
import { writeDurably } from './durableFile.ts'

/**
 * What the directory of the data says of them, outside of the database: which database and which secrets belong together,
 * and how far the database had come. A copy that lacks one of the parts does not fit it.
 */
export interface Mark {
  readonly store: Uint8Array
  readonly secrets: Uint8Array
  /** Of the database, which counts each mark before it is made: it never falls but where something is lost. */
  readonly generation: number
  readonly timeMs: number
  /** The generation that the file of the database had without its log, at least. */
  readonly fileGeneration: number
  readonly log: MarkedLog
}

/** Which write-ahead log belongs to the database. */
export type MarkedLog =
  /** A start is under way: the database is being opened. */
  | { readonly kind: 'any' }
  /** The server has ended, and everything is in the file. */
  | { readonly kind: 'none' }
  /** The one with these salts, 8 bytes, or the one that follows it. */
  | { readonly kind: 'one'; readonly salts: Uint8Array }

export type Marker =
  | { readonly kind: 'missing' }
  /** There is one, and it says nothing. */
  | { readonly kind: 'damaged' }
  /** The first start has begun, and nothing has been served yet. */
  | { readonly kind: 'founding' }
  | { readonly kind: 'mark'; readonly mark: Mark }

const version = 1
const markerFile = 'marker'

export const storeBytes = 16

export const newStoreId = (): Uint8Array => new Uint8Array(randomBytes(storeBytes))

const secretsPrintBytes = 32
const walSaltBytes = 8

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const parseLog = (text: string): MarkedLog =>
  text === 'any' || text === 'none' ? { kind: text } : { kind: 'one', salts: fromHex(text, walSaltBytes) }

/** @throws what says that it is no marker */
const parse = (text: string): Marker => {
  const found = JSON.parse(text) as Readonly<Record<string, unknown>>
  if (found['version'] !== version) return { kind: 'damaged' }
  if (found['state'] === 'founding') return { kind: 'founding' }
  const { store, secrets, generation, timeMs, fileGeneration, log } = found
  if (!isCount(generation) || !isCount(timeMs) || !isCount(fileGeneration)) return { kind: 'damaged' }
  const mark = {
    store: fromHex(String(store), storeBytes),
    secrets: fromHex(String(secrets), secretsPrintBytes),
    generation,
    timeMs,
    fileGeneration,
    log: parseLog(String(log)),
  }
  return { kind: 'mark', mark }
}

/** @throws Error of the file system, when it is there and cannot be read */
export const readMarker = (directory: string): Marker => {
  let text: string
  try {
    text = readFileSync(join(directory, markerFile), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' }
    throw error
  }
  try {
    return parse(text)
  } catch {
    return { kind: 'damaged' }
  }
}

/** Whole or not at all, also when the machine dies in between. */
export const writeMark = (directory: string, mark: Mark): Promise<void> =>
  write(directory, {
    version,
    store: toHex(mark.store),
    secrets: toHex(mark.secrets),
    generation: mark.generation,
    timeMs: mark.timeMs,
    fileGeneration: mark.fileGeneration,
    log: mark.log.kind === 'one' ? toHex(mark.log.salts) : mark.log.kind,
  })

export const writeFounding = (directory: string): Promise<void> =>
  write(directory, { version, state: 'founding' })

const write = (directory: string, content: object): Promise<void> =>
  writeDurably(directory, markerFile, `${JSON.stringify(content)}\n`)
