import type { HtmlTagDescriptor, Plugin } from 'vite'

const everyVisit = /^assets\/client-worker-[\w-]+\.js$/
const forPasswords = /^assets\/opaque-worker-[\w-]+\.js$/

/**
 * The page names its workers, so that their hashes stand in it. The one that every visit needs is on its way before the
 * script that starts it has come; of the other one browsers make nothing.
 */
export const workers = (): Plugin => ({
  name: 'sotto-workers',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle, filename }) => {
      if (!filename.endsWith('/index.html')) return []
      const link = (rel: string, file: RegExp): HtmlTagDescriptor => {
        const name = Object.keys(bundle ?? {}).find((one) => file.test(one))
        if (name === undefined) throw new Error(`the build has no ${file.source}`)
        return { tag: 'link', attrs: { rel, crossorigin: '', href: `/${name}` }, injectTo: 'head' }
      }
      return [link('modulepreload', everyVisit), link('sotto-worker', forPasswords)]
    },
  },
})
