import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { OpenApiDocument } from '../openapi/document.ts'
import type { Service } from '../service.ts'
import { serveFile } from './own-files.ts'
import { route } from './route.ts'

/** Its own files alone; Swagger UI styles elements one by one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lorc: HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null, tryItOutEnabled: true })\n`

/** Of Swagger UI, what the page loads. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js'] as const

/** The document of the service, and pages that show it and try it out. They need no key, and nothing from elsewhere. */
export function docsRoutes(app: FastifyInstance, { version }: Service): void {
  let document: OpenApiDocument | undefined
  route(app, 'GET /openapi.json').answers(async () => {
    document ??= (await import('../openapi/document.ts')).openApiDocument(version)
    return { status: 200, body: { ...document } }
  })

  const config = { scope: 'public' } as const
  app.get('/docs', { config }, (_, reply) => reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(PAGE))
  app.get('/docs/start.js', { config }, (_, reply) => reply.type('text/javascript; charset=utf-8').send(START))
  const root = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')), 'static')
  for (const name of ASSETS) serveFile(app, `/docs/assets/${name}`, { root, name })
}
