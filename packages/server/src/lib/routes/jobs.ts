import type { JsonObject } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import type * as z from 'zod'
import type { jobItemSchema } from '../contract/jobs.ts'
import { startedAnswer } from '../intake/started-answer.ts'
import { idempotencyOf, isAwaited } from '../intake/request-options.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function jobRoutes(app: FastifyInstance, service: Service): void {
  const { jobs, intake, clock } = service

  route(app, 'GET /jobs').answers(async () => {
    const { packages, problems } = await jobs.list()
    const items = packages.flatMap((one) => one.jobs.map((job) => jobItem({ ...job, package: one.name, version: one.version })))
    const wrong = problems.map(({ code, package: packageName, job, message, fix }) => ({ code, package: packageName, job: job ?? null, message, fix: fix ?? null }))
    return { status: 200, body: { items, problems: wrong, next_cursor: null } }
  })

  route(app, 'GET /jobs/{package}/{job}').answers(async ({ params }) => {
    const found = await jobs.describe(params.package, params.job)
    const schema = found.params as JsonObject | null
    return { status: 200, body: { ...jobItem({ ...found, name: found.job }), params: schema, docs: found.docs ?? null, timeout_ms: found.timeoutMs ?? null } }
  })

  route(app, 'POST /jobs/{package}/{job}/runs').answers(async ({ params, body = {}, headers, raw }) => {
    const plan = await jobs.plan(params.package, params.job, { ...body, params: body.params ?? {} }, clock.now())
    const run = await intake.accept(plan, idempotencyOf(raw, headers['idempotency-key']), { isAwaited: isAwaited(headers.prefer) })
    return startedAnswer(service, run, headers.prefer)
  })
}

function jobItem(job: { package: string; version: string; name: string; summary?: string }): z.input<typeof jobItemSchema> {
  return { package: job.package, version: job.version, name: job.name, summary: job.summary ?? null }
}
