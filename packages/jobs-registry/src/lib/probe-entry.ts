import { isBuiltin, registerHooks } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { askParams, paramsJsonSchema } from '@lorc/event-client'
import { RegistryError } from './errors.ts'
import { loadJob } from './load-job.ts'
import type { ProbeAnswer, ProbeOrder, Probed } from './probe-message.ts'

const order = workerData as ProbeOrder
const own = `${pathToFileURL(order.dir).href}/`
const files = new Set<string>()
const packages = new Set<string>()

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    const isOwn = (url: string | undefined): boolean => url?.startsWith(own) === true && !url.startsWith(`${own}node_modules/`)
    if (isOwn(resolved.url)) files.add(fileURLToPath(resolved.url))
    if (isOwn(context.parentURL) && !/^(?:[./#]|[a-z]+:)/i.test(specifier) && !isBuiltin(specifier)) packages.add(nameIn(specifier))
    return resolved
  },
})

parentPort?.postMessage(await answer())

async function answer(): Promise<ProbeAnswer> {
  try {
    const spec = await loadJob(order)
    const params = spec.params === undefined ? { type: 'object', properties: {} } : paramsJsonSchema(spec)
    const asked = params === undefined ? await askParams(spec) : undefined
    const { retry, summary, timeoutMs } = spec
    const probed: Probed = {
      retry: { max: retry.max, delayMs: retry.delayMs },
      ...(summary === undefined ? {} : { summary }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      // What a schema is made of need not be JSON.
      ...(params === undefined ? {} : { params: JSON.parse(JSON.stringify(params)) as Record<string, unknown> }),
      ...(asked === undefined ? {} : { asked }),
      imports: { files: [...files], packages: [...packages] },
    }
    return { probed }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const { code, message, fix } = error
    return { error: { code, message, fix } }
  }
}

/** `@scope/name` of `@scope/name/sub/path`. */
function nameIn(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
