import type { Plugin } from 'vite'

/** Runs before the first paint, so that a chosen theme does not begin with a flash of the other one. */
const source = `try {
  const theme = JSON.parse(localStorage.getItem('sotto.preferences') ?? '{}').theme
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
`

/** A strict content policy refuses inline scripts; this one is a file of its own. */
export const earlyTheme = (): Plugin => {
  let address = '/early-theme.js'
  return {
    name: 'sotto-early-theme',
    configureServer(server) {
      server.middlewares.use(address, (_request, response) => {
        response.setHeader('content-type', 'text/javascript')
        response.end(source)
      })
    },
    buildStart() {
      if (this.environment.mode !== 'build') return
      const file = this.emitFile({ type: 'asset', name: 'early-theme.js', source })
      address = `/${this.getFileName(file)}`
    },
    // Integrity-Policy takes no hash of what is asked for without CORS.
    transformIndexHtml: () => [
      { tag: 'script', attrs: { crossorigin: '', src: address }, injectTo: 'head-prepend' },
    ],
  }
}
