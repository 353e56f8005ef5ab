import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressed } from './build/compressed.ts'
import { earlyTheme } from './build/earlyTheme.ts'
import { integrity } from './build/integrity.ts'
import { workers } from './build/workers.ts'

const server = process.env['SOTTO_SERVER'] ?? 'http://localhost:5000'

/** Workers keep the name of their source: the page finds them by it. */
const workerFiles = 'assets/[name]-[hash].js'

/**
 * The packages below the screens consist of functions and constants: what the page does not use of them need not be
 * in it, and neither need what they import for it. Only a worker does something when it is loaded.
 */
const doesNothingOnLoad =
  /\/(?:packages\/(?:mls|protocol|trust|client)|node_modules\/(?:cborg|@noble))\/(?!.*-worker\.ts)/

/**
 * The first script: all that a form needs, in one file. Then all that is shown around a room, and what several dialogs share;
 * each dialog is a part of its own.
 */
const parts = [
  { name: 'index', tags: ['$initial'] as '$initial'[], priority: 2 },
  { name: 'inside', test: /\/packages\/web\/src\/app\/Inside\.tsx/, priority: 1 },
  { name: 'shared', test: /\/packages\/web\/src\//, minShareCount: 2 },
]

const treeshake = { moduleSideEffects: (id: string): boolean => !doesNothingOnLoad.test(id) }

export default defineConfig({
  plugins: [react({ jsxImportSource: '#jsx' }), earlyTheme(), workers(), integrity(), compressed()],
  build: {
    outDir: 'dist',
    // One style sheet and no inlined assets: a data: address is refused by the content policy.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // What a part needs beside itself is in the first script, or comes with it.
    modulePreload: false,
    reportCompressedSize: true,
    rolldownOptions: { treeshake, output: { codeSplitting: { groups: parts } } },
  },
  worker: {
    format: 'es',
    // One file for each: what a worker imports is checked by nobody.
    rolldownOptions: { treeshake, output: { entryFileNames: workerFiles, codeSplitting: false } },
  },
  server: { proxy: { '/v1': { target: server, ws: true } } },
})
