/** What a package.json asks for, of others. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Wanted {
  readonly name: string
  readonly version: string
}

export const wantedBy = (manifest: string): readonly Wanted[] => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(manifest) as Manifest
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).map(
    ([name, version]) => ({ name, version }),
  )
}

const entry = /^- \*\*`(?<name>[^`]+)`\*\* — (?<purpose>.+)\n {2}Why: (?<reason>.+)$/gm

/** The names that answer for themselves in both of their lines. */
export const answeredFor = (page: string): readonly string[] =>
  [...page.matchAll(entry)].map(({ groups }) => groups?.['name'] ?? '')

/** What is missing on the page, too much on it, or not pinned. */
export const dependencyFaults = (wanted: readonly Wanted[], page: string): readonly string[] => {
  const answered = answeredFor(page)
  const names = new Set(wanted.map(({ name }) => name))
  return [
    ...[...names].filter((name) => !answered.includes(name)).map((name) => `${name} has no entry`),
    ...answered.filter((name) => !names.has(name)).map((name) => `${name} is used by nobody`),
    ...answered.filter((name, at) => answered.indexOf(name) !== at).map((name) => `${name} has two entries`),
    ...wanted
      .filter(({ version }) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(({ name, version }) => `${name} is not pinned: ${version}`),
  ]
}
