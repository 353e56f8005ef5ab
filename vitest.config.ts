import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'tests/{architecture,bots,chaos,crowd,fuzz,launcher,negative,open,proxy,siege,spec,stories,tidy,tools,world}/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
