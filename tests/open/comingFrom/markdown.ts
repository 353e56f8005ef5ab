import type { Origin } from '../../../packages/server/src/open/documents/comingFrom/index.ts'

const table = (heads: readonly [string, string], rows: readonly (readonly [string, string])[]): string =>
  [heads, ['---', '---'] as const, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** The page of one system as it lies in `docs/coming-from`. */
export const markdownOf = ({ title, before, words, way, program, givenUp }: Origin): string =>
  [
    `# Coming from: ${title}`,
    before,
    '## What is called what',
    table(['there', 'here'], words),
    '## The shortest way',
    way.map((step, at) => `${at + 1}. ${step}`).join('\n'),
    program.about,
    `\`\`\`${program.language}\n${program.text}\`\`\``,
    '## What is not here any more, and why',
    table(['what', 'why'], givenUp),
    '',
  ].join('\n\n')

/** The list of all of them. */
export const markdownIndex = (all: readonly Origin[]): string =>
  [
    '# Coming from another system',
    'What is called what here, the shortest way, and what was given up and why. The programs are run by the tests as they stand.',
    all.map(({ id, title }) => `- [${title}](${id}.md)`).join('\n'),
    '',
  ].join('\n\n')
