import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folderFor } from './folder.ts'

const web = join(import.meta.dirname, '../../../packages/web')

const build = async (): Promise<string> => {
  const folder = folderFor('preview')
  const vite = (await import(
    pathToFileURL(createRequire(join(web, 'package.json')).resolve('vite')).href
  )) as { build: (config: object) => Promise<unknown> }
  await vite.build({
    root: web,
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, rolldownOptions: { input: join(web, 'preview.html') } },
  })
  // A page asks its server how it is seen; this one has none that would know.
  await writeFile(join(folder, 'seen'), '{}')
  return folder
}

let built: Promise<string> | undefined

/**
 * Builds the preview of the web client, its screens over a world in memory, the way the client itself is built: once for
 * all journeys of this process. It is never part of the client's own build.
 *
 * @returns the folder it was built into
 */
export const buildPreview = (): Promise<string> => (built ??= build())
