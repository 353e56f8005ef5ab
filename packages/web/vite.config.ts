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

const treeshake = { moduleSideEffects: (id: string): boolean => !doesNothingOnLoad.test(id) }

export default defineConfig({
  plugins: [react({ jsxImportSource: '#jsx' }), earlyTheme(), workers(), integrity(), compressed()],
  build: {
    outDir: 'dist',
    // One style sheet and no inlined assets: a data: address is refused by the content policy.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // One bundle: a script that is imported later would carry no hash.
    chunkSizeWarningLimit: 700,
    rolldownOptions: { treeshake },
  },
  worker: {
    format: 'es',
    // One file for each: what a worker imports is checked by nobody.
    rolldownOptions: { treeshake, output: { entryFileNames: workerFiles, codeSplitting: false } },
  },
  server: { proxy: { '/v1': { target: server, ws: true } } },
})
