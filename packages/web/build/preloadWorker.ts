import type { Plugin } from 'vite'

const clientWorker = /^assets\/client-worker-[\w-]+\.js$/

/** The page names the worker that every visit needs: it is on its way before the script that starts it has come. */
export const preloadWorker = (): Plugin => ({
  name: 'sotto-preload-worker',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle, filename }) => {
      if (!filename.endsWith('/index.html')) return []
      const worker = Object.keys(bundle ?? {}).find((name) => clientWorker.test(name))
      if (worker === undefined) throw new Error('the build has no client worker')
      return [
        {
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: '', href: `/${worker}` },
          injectTo: 'head',
        },
      ]
    },
  },
})
