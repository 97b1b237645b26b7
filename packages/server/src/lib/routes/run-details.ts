import type { FastifyInstance } from 'fastify'
import { takesEncoding } from '../accepted-encoding.ts'
import { contextAnswer } from '../answers/context-answer.ts'
import { mediaTypeOf } from '../artifacts/media-type.ts'
import { sendArtifact } from '../artifacts/send-artifact.ts'
import { beginStream } from '../live/answer-stream.ts'
import { RequestInvalid } from '../problem.ts'
import { streamLogs, type LogLine } from '../logs/log-stream.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function runDetailRoutes(app: FastifyInstance, { runner, readers, artifacts }: Service): void {
  route(app, 'GET /runs/{run_id}/events').streams(async ({ params: { run_id: runId }, query, headers, raw }, reply) => {
    const known = headers['last-event-id']
    const from = known === undefined ? (query.from ?? 0) : known + 1
    readers.assertRoom()
    const more = await readers.hasMore(runId, from)
    if (more === 'ahead') {
      const path = known === undefined ? '/query/from' : '/headers/last-event-id'
      throw new RequestInvalid([{ path, message: `The journal has no event ${from - 1} yet.`, fix: 'Begin with 0, or after the last event that was sent.' }])
    }
    if (!more) return reply.status(204).send()
    const gzip = takesEncoding('gzip', raw.headers['accept-encoding'])
    const to = beginStream(reply, 'text/event-stream', { vary: 'accept-encoding', ...(gzip && { 'content-encoding': 'gzip' }) })
    void readers.sendEvents(runId, from, to, { follow: query.follow ?? true, gzip })
    return reply
  })

  route(app, 'GET /runs/{run_id}/logs').streams(async ({ params: { run_id: runId }, query }, reply) => {
    const { step, attempt, text, follow = false } = query
    readers.assertRoom()
    // What is asked for in vain is told before the answer begins.
    await (step === undefined ? runner.view(runId) : runner.logPath(runId, step, 1))
    void readers.send(beginStream(reply, 'application/x-ndjson'), (connection) =>
      streamLogs(runner, runId, { step, attempt, text, follow }, {
        take: (lines) => connection.write(lines.map(lineOf).join('')),
        isThere: () => !connection.gone.aborted,
        pause: (ms) => connection.pause(ms),
      }),
    )
    return reply
  })

  route(app, 'GET /runs/{run_id}/context').answers(async ({ params: { run_id: runId }, query }) => ({
    status: 200,
    body: await contextAnswer(runner, runId, query),
  }))

  route(app, 'GET /runs/{run_id}/artifacts').answers(async ({ params: { run_id: runId } }) => {
    const items = (await artifacts.list(runId)).map(({ step, name, path, bytes, sha256 }) => {
      const { type, shown } = mediaTypeOf(path)
      const url = `/runs/${encodeURIComponent(runId)}/artifacts/${name.split('/').map(encodeURIComponent).join('/')}`
      return { step, name, path, bytes, sha256, media_type: type, shown, url }
    })
    return { status: 200, body: { items, next_cursor: null } }
  })

  route(app, 'GET /runs/{run_id}/artifacts/*').streams(async ({ params, headers }, reply) => {
    const artifact = await artifacts.find(params.run_id, params['*'])
    return sendArtifact(reply, artifact, await artifacts.locate(params.run_id, artifact), headers)
  })
}

function lineOf(line: LogLine): string {
  return `${JSON.stringify(line)}\n`
}
