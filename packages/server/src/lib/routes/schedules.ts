import type { FastifyInstance } from 'fastify'
import { schedulesOf } from '../schedules/list-schedules.ts'
import { brokenAnswer, scheduleAnswer } from '../schedules/schedule-answer.ts'
import type { Service } from '../service.ts'
import { route } from './route.ts'

export function scheduleRoutes(app: FastifyInstance, { recipes, workspace, runner, config, clock }: Service): void {
  route(app, 'GET /schedules').answers(async ({ query }) => {
    const listed = await schedulesOf(recipes, { workspace, store: runner.store, now: clock.now(), count: query.next, firings: query.firings })
    const { schedules, broken } = listed
    return { status: 200, body: { running: config.server.schedules, items: schedules.map(scheduleAnswer), broken: broken.map(brokenAnswer), next_cursor: null } }
  })
}
