import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folderFor } from './folder.ts'

const web = join(import.meta.dirname, '../../../packages/web')

/**
 * Builds the preview of the web client, its screens over a world in memory, the way the client itself is built. It is
 * never part of the client's own build.
 *
 * @returns the folder it was built into
 */
export const buildPreview = async (): Promise<string> => {
  const folder = folderFor('preview')
  const { build } = (await import(
    pathToFileURL(createRequire(join(web, 'package.json')).resolve('vite')).href
  )) as { build: (config: object) => Promise<unknown> }
  await build({
    root: web,
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, rolldownOptions: { input: join(web, 'preview.html') } },
  })
  return folder
}
