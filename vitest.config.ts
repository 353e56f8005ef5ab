import { defineConfig } from 'vitest/config'

const every = [
  'packages/*/test/**/*.test.ts',
  'tests/{architecture,bots,chaos,crowd,fuzz,golden,launcher,negative,open,proxy,siege,spec,stories,tidy,tools,world}/**/*.test.ts',
]

/** Files that leave nothing behind in their process: the next one goes on in it, and what it imports is there already. */
const tidy = [
  'packages/{client,lane,mls,protocol,trust,web}/test/**/*.test.ts',
  'tests/{architecture,negative,stories,tidy}/**/*.test.ts',
]

export default defineConfig({
  test: {
    // The keystore of whoever runs the tests is not theirs.
    env: { SOTTO_KEYS: 'file' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By itself it would leave one core of two to nobody.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'one process', include: tidy, isolate: false } },
      { extends: true, test: { name: 'each its own', include: every, exclude: tidy } },
    ],
  },
})
