// A module service: GET /health, GET /metadata, POST /execute. Started as `node policy-simulator.ts [PORT] [HOST]`.
import { createServer, type IncomingMessage } from 'node:http'
import { chart } from './chart.ts'
import { economies } from './economies.ts'
import { simulate } from './simulation.ts'

const NAME = 'policy-simulator'
const port = Number(process.argv[2] ?? 8101)
const host = process.argv[3] ?? '127.0.0.1'

interface Request {
  parameters?: { seed?: number }
  inputs?: { country?: string; time_horizon_years?: number; policy_parameters?: { vat_rate?: number } }
}

/** The envelope of the module contract, and its HTTP status. */
function execute({ parameters = {}, inputs = {} }: Request): [status: number, body: object] {
  const { country = '', time_horizon_years: years = 5, policy_parameters: { vat_rate: vatRate } = {} } = inputs
  const economy = economies[country]
  if (economy === undefined) return failed(`there are no figures for the country ${JSON.stringify(country)}; there are for ${Object.keys(economies).join(', ')}`)
  if (typeof vatRate !== 'number' || vatRate < 0 || vatRate > 0.5) return failed('policy_parameters.vat_rate has to be a number from 0 to 0.5')
  if (!Number.isInteger(years) || years < 1 || years > 30) return failed('time_horizon_years has to be a whole number from 1 to 30')
  const kpis = simulate(economy, { vatRate, years, seed: parameters.seed ?? 0 })
  const { path, ...numbers } = kpis
  const title = `GDP of the ${economy.name}: VAT ${percent(economy.vatRate)} → ${percent(vatRate)}`
  return [
    200,
    {
      status: 'ok',
      module: NAME,
      outputs: { kpis: numbers, path, country: economy.name, vat_rate: { from: economy.vatRate, to: vatRate } },
      artifacts: [
        { name: 'kpis.json', content: numbers },
        { name: 'plot.svg', content: chart(title, kpis) },
      ],
      evidence: { sources: economy.sources },
    },
  ]
}

function failed(error: string): [number, object] {
  return [200, { status: 'error', module: NAME, error }]
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`
}

async function bodyOf(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString()) as Request
}

const server = createServer((request, response) => {
  const send = ([status, body]: [number, object]): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const route = `${request.method ?? ''} ${request.url ?? ''}`
  if (route === 'GET /health') return send([200, { status: 'ok' }])
  if (route === 'GET /metadata') return send([200, { name: NAME, version: '1.0.0', description: 'What a change of the VAT rate does to growth and revenue' }])
  if (route !== 'POST /execute') return send([404, { status: 'error', module: NAME, error: 'no such route' }])
  bodyOf(request).then(
    (body) => send(execute(body)),
    () => send([400, { status: 'error', module: NAME, error: 'the body is not JSON' }]),
  )
})
server.on('error', (error) => {
  console.error(`${NAME} cannot serve: ${error.message}`)
  process.exitCode = 1
})
server.listen(port, host, () => console.error(`${NAME} listens on http://${host}:${(server.address() as { port: number }).port}`))
process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
