import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { earlyTheme } from './build/earlyTheme.ts'
import { integrity } from './build/integrity.ts'

const server = process.env['SOTTO_SERVER'] ?? 'http://localhost:5000'

/** Workers keep the name of their source: the server gives `opaque-worker*` a policy of its own. */
const workerFiles = 'assets/[name]-[hash].js'

export default defineConfig({
  plugins: [react(), earlyTheme(), integrity()],
  build: {
    outDir: 'dist',
    // One style sheet and no inlined assets: a data: address is refused by the content policy.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: workerFiles, chunkFileNames: workerFiles } },
  },
  server: { proxy: { '/v1': { target: server, ws: true } } },
})
