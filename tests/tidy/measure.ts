import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, shippedSources } from '../architecture/sources.ts'
import { functionLinesMax, functionsOf, type Summary, summaryOf } from './functions.ts'

/** Prints how long the functions of each package are, and writes it to docs/measures.md. */
const functions = shippedSources().flatMap(functionsOf)
const ofPackages = Map.groupBy(functions, ({ path }) => path.split('/')[1] ?? '')

const rowOf = ({ name, functions: count, median, p90, max, within20, within70 }: Summary): string =>
  `| ${name} | ${count} | ${median} / ${p90} / ${max} | ${within20} % | ${within70} % |`

const long = functions
  .filter(({ lines }) => lines > functionLinesMax)
  .toSorted((a, b) => b.lines - a.lines)
  .map(({ path, name, lines }) => `- ${lines}: \`${name}\` in ${path}`)

const text = `# Measures

How long the functions are that have a name, in lines from their first to their last, with what stands in them; of what
ships (\`src\`, \`adapters\`, \`provider\` of each package). Written by \`npm run measure\`; \`tests/tidy/functions.test.ts\`
holds the bound of ${functionLinesMax} lines.

| package | functions | median / p90 / max | at most 20 lines | at most 70 |
| --- | --: | --- | --: | --: |
${[...ofPackages]
  .toSorted(([a], [b]) => a.localeCompare(b))
  .map(([name, own]) => rowOf(summaryOf(name, own)))
  .join('\n')}

${long.length === 0 ? `No function is longer than ${functionLinesMax} lines.` : `Longer than ${functionLinesMax} lines:\n\n${long.join('\n')}`}
`

const file = join(root, 'docs/measures.md')
/** From here on, the page is written by hand. */
const [, byHand] = readFileSync(file, 'utf8').split('<!-- end of functions -->\n')

writeFileSync(file, `${text}\n<!-- end of functions -->\n${byHand ?? ''}`)
process.stdout.write(text)
