import type { Source } from '../architecture/sources.ts'

/** Habits of the repository that no linter holds. Each gives its complaints about a file in words. */
export type Habit = (source: Source) => readonly string[]

export const linesMax = 500

/** Files that are longer, each with the reason why it is still one idea. */
export const longFiles: Readonly<Record<string, string>> = {}

const isTest = (path: string): boolean => /(?:^|\/)tests?\//.test(path) || /\.(?:test|spec)\.tsx?$/.test(path)
const isCode = (path: string): boolean => /\.(?:tsx?|mjs|css)$/.test(path)

export const isShort: Habit = ({ path, text }) => {
  const lines = text.split('\n').length - 1
  if (!isCode(path) || isTest(path) || lines <= linesMax || path in longFiles) return []
  return [`${path} has ${lines} lines: is it still one idea?`]
}

const unfinished = /\b(?:TODO|FIXME|XXX|HACK)\b/

export const isFinished: Habit = ({ path, text }) =>
  text
    .split('\n')
    .flatMap((line, at) =>
      isCode(path) && unfinished.test(line) ? [`${path}:${at + 1} is not finished`] : [],
    )

const focused = /\b(?:test|it|describe|suite)(?:\.\w+)*\.only\b/
const skipped = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|todo|fixme|fails)\b/
const skippedIf = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skipIf|runIf)\((?:true|false|1|0)\)/
const reason = /\b(?:not|without|absent|skipped|only|needs)\b/

export const isRun: Habit = ({ path, text }) =>
  text.split('\n').flatMap((line, at) => {
    if (!isTest(path)) return []
    if (focused.test(line)) return [`${path}:${at + 1} keeps the other tests from running`]
    const isLeftOut = skippedIf.test(line) || (skipped.test(line) && !reason.test(line))
    return isLeftOut ? [`${path}:${at + 1} leaves a test out without a reason`] : []
  })

const mocked = /\bvi\.(?:mock|doMock)\(/

export const isReal: Habit = ({ path, text }) =>
  mocked.test(text) && isTest(path) ? [`${path} puts something else in the place of a module`] : []

/** A fixed wait is too long on one machine and too short on another. */
const wait = /^\s*await new Promise\(\(?\w*\)? => setTimeout\(\w+, [\d_]+\)\)/

export const isPatient: Habit = ({ path, text }) =>
  text
    .split('\n')
    .flatMap((line, at) =>
      /\.(?:test|spec)\.tsx?$/.test(path) && wait.test(line) ? [`${path}:${at + 1} waits a fixed time`] : [],
    )

/** Folders of one machine, and hosts that packages came from: neither belongs to anyone else. */
const local = [
  /(?<![\w.])\/(?:home|Users|root|work|mnt)\/\w/,
  /\b[\w-]*registry[\w-]*\.(?:npmjs|yarnpkg|npmmirror|github|corp|internal|local)\b/,
  /^\s*registry\s*=/m,
  /"resolved": "https?:/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

export const isAtHomeAnywhere: Habit = ({ path, text }) =>
  local.flatMap((pattern) => {
    const found = pattern.exec(text)?.[0]
    return found === undefined ? [] : [`${path} names something of one machine: ${found}`]
  })

const catchAll = /(?:^|\/)(?:commons?|utils?|helpers?|types|misc|shared|stuff)(?:\.tsx?$|\/)/

export const isNamed: Habit = ({ path }) =>
  isCode(path) && catchAll.test(path) ? [`${path} has a name that says nothing`] : []

/** Only the bundled languages of the browser part have JSX; Node strips types and nothing more. */
export const isStrippable: Habit = ({ path, text }) => {
  if (path.endsWith('.tsx'))
    return path.startsWith('packages/web/') ? [] : [`${path} has JSX outside of the web client`]
  if (!path.endsWith('.ts')) return []
  return /^\s*(?:export )?(?:const )?enum \w|^\s*(?:export )?namespace \w/m.test(text)
    ? [`${path} has what cannot be stripped`]
    : []
}

export const habits: readonly Habit[] = [
  isShort,
  isFinished,
  isRun,
  isReal,
  isPatient,
  isAtHomeAnywhere,
  isNamed,
  isStrippable,
]
