import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process, { argv, exit, stdout } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fastify } from 'fastify'

/** Fastify as its documentation shows it, and a table: what a service by hand would be. `folder`, and how many rows to begin with. */
const [folder = '', rows = '0'] = argv.slice(2)

const db = new DatabaseSync(join(folder, 'rows.db'))
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
db.exec('CREATE TABLE runs (id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, status TEXT NOT NULL, params TEXT NOT NULL, created_at INTEGER NOT NULL)')
const insert = db.prepare('INSERT INTO runs (run_id, name, status, params, created_at) VALUES (?, ?, ?, ?, ?)')
const one = db.prepare('SELECT * FROM runs WHERE run_id = ?')
const page = db.prepare('SELECT * FROM runs ORDER BY id DESC LIMIT 50')

/** One row, in a transaction of its own that is synced before this returns. */
function add(name, params) {
  const id = randomUUID()
  insert.run(id, name, 'running', JSON.stringify(params), Date.now())
  return id
}

db.exec('BEGIN')
for (let row = 0; row < Number(rows); row++) add('filled', { row })
db.exec('COMMIT')

const app = fastify()
const params = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
const body = { type: 'object', additionalProperties: false, properties: { params: { type: 'object', additionalProperties: true } } }
const response = { 202: { type: 'object', properties: { run_id: { type: 'string' }, status: { type: 'string' } } } }

app.post('/recipes/:name/runs', { schema: { params, body, response } }, (request, reply) => {
  const id = add(request.params.name, request.body.params ?? {})
  return reply.status(202).header('location', `/runs/${id}`).send({ run_id: id, status: 'running' })
})
app.get('/runs', () => ({ items: page.all(), next_cursor: null }))
app.get('/runs/:id', (request) => one.get(request.params.id))

const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('SIGTERM', () => void app.close().then(() => exit(0)))
stdout.write(`${JSON.stringify({ url })}\n`)
