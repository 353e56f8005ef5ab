import { readReport } from './totals.mjs'

const reasonLinesMax = 6

const colours = new RegExp(String.raw`\u001B\[[0-9;]*m`, 'g')

const inShort = (reason) => reason.replace(colours, '').split('\n').slice(0, reasonLinesMax).join('\n  ')

const line = (name, reason) => (reason ? `${name}\n  ${inShort(reason)}` : name)

const ofVitest = ({ testResults }) =>
  testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed')
      if (failed.length === 0) return [line(name, message)]
      return failed.map(({ fullName, failureMessages }) => line(fullName, failureMessages[0]))
    })

const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)]

const ofPlaywright = ({ suites }) =>
  suites
    .flatMap(specsOf)
    .filter(({ ok }) => !ok)
    .map(({ file, title, tests }) =>
      line(`${file}: ${title}`, tests.flatMap(({ results }) => results).at(-1)?.error?.message),
    )

/**
 * What has failed in the last run of the tests, each with the beginning of its reason, from the reports of their
 * runners: in a long log the place where it was said first is often cut off.
 */
export const readFailures = () => [
  ...ofVitest(readReport('vitest.json') ?? { testResults: [] }),
  ...ofPlaywright(readReport('journeys.json') ?? { suites: [] }),
]
