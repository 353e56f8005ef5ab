import type { FastifyInstance } from 'fastify'
import { asyncApiDocument } from './asyncApi.ts'
import { origins } from './comingFrom/index.ts'
import { addressOf, originPage, originsPage } from './comingFrom/page.ts'
import { openApiDocument } from './openApi.ts'
import { documentPage } from './page.ts'
import { documentStyle } from './style.ts'

/** No script, nothing of others, nothing to send anywhere. */
const policy =
  `default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ` +
  `require-trusted-types-for 'script'; trusted-types 'none'`

const json = 'application/json; charset=utf-8'

/** The documents of the open lane, and a page to read them on. */
export const serveDocuments = (app: FastifyInstance): void => {
  const files: readonly (readonly [path: string, type: string, content: string])[] = [
    ['/docs', 'text/html; charset=utf-8', documentPage()],
    ['/docs/', 'text/html; charset=utf-8', documentPage()],
    ['/docs/style.css', 'text/css; charset=utf-8', documentStyle],
    ['/docs/coming-from', 'text/html; charset=utf-8', originsPage(origins)],
    ...origins.map((one) => [addressOf(one), 'text/html; charset=utf-8', originPage(one)] as const),
    ['/docs/openapi.json', json, JSON.stringify(openApiDocument(), null, 2)],
    ['/docs/asyncapi.json', json, JSON.stringify(asyncApiDocument(), null, 2)],
  ]
  for (const [path, type, content] of files)
    app.get(path, { exposeHeadRoute: true }, async (_request, reply) =>
      reply
        .header('content-security-policy', policy)
        .header('cache-control', 'no-cache')
        .type(type)
        .send(content),
    )
}
