import { posix } from 'node:path'
import type { Source } from '../architecture/sources.ts'
import { commentsIn, titlesIn } from './words.ts'

/** What a reference can lead to. */
export interface Known {
  readonly files: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
  /** Numbers of decision records. */
  readonly decisions: ReadonlySet<string>
  /** Numbers of rules, laws, attacks and capabilities. */
  readonly rules: ReadonlySet<string>
  /** Headings of each document, as links name them. */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>
}

const isDocument = (path: string): boolean => path.endsWith('.md')

/** The texts in which a source speaks about the program: documents whole; of code its comments and the titles of its tests. */
export const textsOf = (source: Source): readonly string[] => {
  if (isDocument(source.path)) return [source.text]
  if (source.path.endsWith('.css')) return source.text.match(/\/\*[^]*?\*\//g) ?? []
  const isTest = /\.(?:test|spec)\.tsx?$/.test(source.path)
  return [...commentsIn(source), ...(isTest ? titlesIn(source) : [])]
}

/** One way to refer to something: gives the references in a text that lead nowhere. */
type Check = (text: string, path: string, known: Known) => readonly string[]

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([whole, part]) => part ?? whole)

/** Made by a build or a test, or named by a pattern. */
const isMade = (place: string): boolean => /\/(?:dist|NAME\b.*)$/.test(place) || place.includes('*')

const places: Check = (text, _, { files, folders }) =>
  found(text, /(?<![\w./@-])(?:bench|docs|examples|packages|tests|tools)\/[\w./*-]*\w/g).filter((place) => {
    if (files.has(place) || folders.has(place) || isMade(place)) return false
    // A module may be named without the end of its file's name.
    return !['.ts', '.tsx', '.test.ts', '.spec.ts', '.mjs', '.md'].some((end) => files.has(place + end))
  })

const fileNames: Check = (text, _, { files }) => {
  const all = [...files]
  return found(text, /`([\w./-]+\.(?:tsx?|mjs|css|md))`/g).filter(
    (name) =>
      !/^NAME\b|\/NAME\b/.test(name) && !files.has(name) && !all.some((file) => file.endsWith(`/${name}`)),
  )
}

/** Documents of the root, by their names in capitals. */
const pages: Check = (text, _, { files }) =>
  found(text, /(?<![\w/])[A-Z]{5,}\.md\b/g).filter((page) => !files.has(page))

const links: Check = (text, path, { files, folders, anchors }) => {
  if (!isDocument(path)) return []
  return found(text.replaceAll(/^```[^]*?^```/gm, ''), /\]\(([^)\s]+)\)/g).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '')
    if (!files.has(target) && !folders.has(target)) return true
    return anchor !== undefined && isDocument(target) && !anchors.get(target)?.has(anchor)
  })
}

const decisions: Check = (text, _, known) =>
  [...text.matchAll(/\bdecisions? (\d+)(?:(?:, \d+)* (?:and|to) (\d+))?\b/gi)]
    .flatMap(([, first, last]) => [first, last].filter((number) => number !== undefined))
    .filter((number) => !known.decisions.has(number))
    .map((number) => `decision ${number}`)

/** Numbers of rules (SES-10), of commits (C3a), of laws (I8), of attacks (T-AUTH-1), of capabilities (C46). */
const numbers: Check = (text, _, { rules }) => {
  const families = new Set([...rules].flatMap((rule) => /^([A-Z]+)-\d/.exec(rule)?.[1] ?? []))
  const isOurs = (number: string): boolean =>
    number.includes('-') ? number.startsWith('T-') || families.has(number.split('-')[0] ?? '') : true
  return found(
    text,
    /(?<![\w/.#-])(?:[A-Z]{2,}-\d+[a-z]?|T-[A-Z]+(?:-\d+)?|[CDFHILMOST]\d{1,2}[a-z]?)(?![\w-])/g,
  )
    .filter((number) => isOurs(number) && !rules.has(number))
    .filter((number) => ![...rules].some((rule) => rule.startsWith(`${number}-`) || rule === `${number}a`))
}

const standard = /\b(?:RFC|UTS|UTR|FIPS|ECMA|Fetch|SQLite|SP 800|draft)\b/

/** A section (§) is one of a standard that is named; in the engine, of RFC 9420. */
const sections: Check = (text, path) => {
  if (!text.includes('§') || (path.startsWith('packages/mls/') && !isDocument(path))) return []
  const parts = isDocument(path) ? text.split(/\n(?:\n|- |\| )/) : [text]
  return parts
    .filter((part) => part.includes('§') && !standard.test(part))
    .flatMap((part) => found(part, /\S* ?§ ?[\w.]*/g))
}

const checks: readonly Check[] = [places, fileNames, pages, links, decisions, numbers, sections]

/** What a source refers to and the repository does not have. */
export const faultsOf = (source: Source, known: Known): readonly string[] => [
  ...new Set(
    textsOf(source).flatMap((text) =>
      checks.flatMap((check) => check(text, source.path, known).map((what) => `${source.path}: ${what}`)),
    ),
  ),
]

/** How a heading is named by links to it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

const headingsIn = (text: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const heading of found(text.replaceAll(/^```[^]*?^```/gm, ''), /^#+ +(.+)$/gm)) {
    const anchor = anchorOf(heading)
    let count = 0
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count++
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`)
  }
  return anchors
}

/** Numbers that a document defines: `- **CL-1** …`, `1. **KP-1** …`, and rows of its tables that begin with one. */
export const numbersDefinedIn = (text: string): readonly string[] => [
  ...found(text, /\*\*([A-Z]+(?:-\d+|\d+)[a-z]?)\*\*/g),
  ...found(text, /^\*\*(C\d+)[,*]/gm),
  ...found(text, /^\| ([A-Z]+\d+|T-[A-Z]+(?:-\d+)?)\b/gm),
]

const definingDocuments = /^docs\/(?:spec\/.*|laws|capabilities)\.md$/

export const knownFrom = (documents: readonly Source[], paths: readonly string[]): Known => ({
  files: new Set(paths),
  folders: new Set(
    paths.flatMap((path) => {
      const parts = path.split('/').slice(0, -1)
      return parts.map((__, at) => parts.slice(0, at + 1).join('/'))
    }),
  ),
  decisions: new Set(paths.flatMap((path) => /^docs\/decisions\/0*(\d+)-/.exec(path)?.slice(1, 2) ?? [])),
  rules: new Set(
    documents
      .filter(({ path }) => definingDocuments.test(path))
      .flatMap(({ text }) => numbersDefinedIn(text)),
  ),
  anchors: new Map(documents.map(({ path, text }) => [path, headingsIn(text)])),
})
