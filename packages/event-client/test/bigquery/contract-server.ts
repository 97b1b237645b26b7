import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, notFound } from './api-error.ts'
import { Contract } from './contract.ts'
import { type JobRequest, Jobs } from './jobs.ts'
import { type RowFault, type StoredTable, Warehouse } from './warehouse.ts'

export interface ContractServerOptions {
  /** 0: any that is free. */
  port?: number
  /** Milliseconds before each answer. */
  latencyMs?: number
  /** Whether an insertId that came before is dropped, as BigQuery mostly does. Default false: the worst case. */
  dedupe?: boolean
  /** Of this many inserts one is checked and kept, the others are only counted: for measuring. Default 1: all are. */
  sample?: number
}

interface Insert {
  rows?: { insertId?: string; json?: Record<string, unknown> }[]
  skipInvalidRows?: boolean
}

/** The part of BigQuery's API that the sink uses, over real HTTP. */
export class ContractServer {
  readonly contract = new Contract()
  readonly warehouse = new Warehouse()
  readonly jobs = new Jobs(this.warehouse)
  /** Of each insertAll: how many rows. */
  readonly inserts: number[] = []
  readonly #options: ContractServerOptions
  readonly #server: Server
  readonly #insertIds = new Set<string>()
  #asked = 0

  constructor(options: ContractServerOptions = {}) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  /** Resolves to the address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#options.port ?? 0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = new URL(request.url ?? '', 'http://x').pathname.replace(/^\/bigquery\/v2/, '')
      const run = this.#route(request, path)
      const body = await bodyOf(request)
      const { latencyMs = 0 } = this.#options
      if (latencyMs > 0) await wait(latencyMs)
      const answer = run(body)
      send(response, answer === undefined ? 204 : 200, answer)
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(500, 'contractServer', String((error as Error).stack))
      if (known.reason === 'contractServer') this.contract.violations.push(known.message)
      send(response, known.status, known.body, known.retryAfter)
    }
  }

  #route(request: IncomingMessage, path: string): (body: Buffer) => object | undefined {
    const method = request.method ?? 'GET'
    const insert = /^\/projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)\/insertAll$/.exec(path)
    if (insert && method === 'POST') return (body) => this.#insertAll(insert.slice(1).join('.'), body)
    const upload = /^\/upload\/bigquery\/v2\/projects\/([^/]+)\/jobs$/.exec(path)
    if (upload && method === 'POST') return (body) => this.#load(upload[1] ?? '', request.headers['content-type'] ?? '', body)
    const jobs = /^\/projects\/([^/]+)\/jobs$/.exec(path)
    if (jobs && method === 'POST') return (body) => this.#job(this.jobs.query(jobs[1] ?? '', this.contract.check('IJob', JSON.parse(String(body)) as JobRequest)))
    const job = /^\/projects\/[^/]+\/jobs\/([^/]+)(\/cancel)?$/.exec(path)
    if (job) return () => (job[2] === undefined ? this.#job(this.jobs.find(job[1] ?? '').job) : { job: this.jobs.find(job[1] ?? '').job })
    const results = /^\/projects\/([^/]+)\/queries\/([^/]+)$/.exec(path)
    if (results && method === 'GET') return () => this.contract.check('IGetQueryResultsResponse', this.jobs.results(results[1] ?? '', results[2] ?? ''))
    const table = /^\/projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(path)
    if (table) return () => this.#table(table.slice(1), method)
    const list = /^\/projects\/([^/]+)\/datasets\/([^/]+)\/tables$/.exec(path)
    if (list && method === 'GET') return () => this.#tables(list.slice(1).join('.'))
    throw new ApiError(500, 'contractServer', `The contract server has no ${method} ${path}.`)
  }

  #job(job: object): object {
    return this.contract.check('IJob', job)
  }

  #insertAll(key: string, body: Buffer): object {
    const table = this.warehouse.find(key)
    this.#asked += 1
    if (this.#asked % (this.#options.sample ?? 1) !== 0) return { kind: 'bigquery#tableDataInsertAllResponse' }
    const { rows = [], skipInvalidRows = false } = this.contract.check('ITableDataInsertAllRequest', JSON.parse(String(body)) as Insert)
    this.inserts.push(rows.length)
    const encoded = rows.map(({ json = {} }) => this.warehouse.encode(table, json))
    const refused = encoded.flatMap((row, index) => (Array.isArray(row) ? [] : [{ index, errors: [row] }]))
    // Without skipInvalidRows one wrong row stops all the others.
    const stopped = refused.length > 0 && !skipInvalidRows
    this.warehouse.db.exec('BEGIN')
    rows.forEach(({ insertId }, index) => this.#store(table, insertId, stopped ? undefined : encoded[index]))
    this.warehouse.db.exec('COMMIT')
    const others = stopped ? encoded.flatMap((row, index) => (Array.isArray(row) ? [{ index, errors: [{ reason: 'stopped', message: '' }] }] : [])) : []
    const insertErrors = [...refused, ...others]
    return this.contract.check('ITableDataInsertAllResponse', { kind: 'bigquery#tableDataInsertAllResponse', ...(insertErrors.length > 0 && { insertErrors }) })
  }

  #store(table: StoredTable, insertId: string | undefined, row: (string | number | null)[] | RowFault | undefined): void {
    if (!Array.isArray(row)) return
    if (this.#options.dedupe === true && insertId !== undefined) {
      const id = `${table.key} ${insertId}`
      if (this.#insertIds.has(id)) return
      this.#insertIds.add(id)
    }
    table.insert?.run(...row)
    table.streamed = true
  }

  /** The request of an upload has two parts: the job, and the data. */
  #load(project: string, type: string, body: Buffer): object {
    const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? ''
    const [, job = '', data = ''] = String(body).split(`--${boundary}`).map((part) => part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, ''))
    return this.#job(this.jobs.load(project, this.contract.check('IJob', JSON.parse(job) as JobRequest), data))
  }

  #table(names: readonly string[], method: string): object | undefined {
    const [projectId, datasetId, tableId] = names
    const { columns, kind } = this.warehouse.find(names.join('.'))
    if (method === 'DELETE') return void this.warehouse.drop(names.join('.'))
    return this.contract.check('ITable', { kind: 'bigquery#table', tableReference: { projectId, datasetId, tableId }, type: kind, schema: { fields: columns } })
  }

  #tables(dataset: string): object {
    if (!this.warehouse.datasets.has(dataset)) throw notFound(`Dataset ${dataset.replace('.', ':')}`)
    const tables = this.warehouse.tablesOf(dataset).map(({ key, kind }) => {
      const [projectId, datasetId, tableId] = key.split('.')
      return { kind: 'bigquery#table', id: key, tableReference: { projectId, datasetId, tableId }, type: kind }
    })
    return this.contract.check('ITableList', { kind: 'bigquery#tableList', tables, totalItems: tables.length })
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: object | undefined, retryAfter?: string): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) })
  response.end(body === undefined ? '' : JSON.stringify(body))
}
