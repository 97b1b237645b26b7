import * as z from 'zod'
import { defineRoutes } from './route-spec.ts'

export const healthRoutes = defineRoutes({
  'GET /health': {
    summary: 'Tell that the process answers',
    tag: 'service',
    scope: 'public',
    answers: { 200: z.object({ status: z.literal('ok'), version: z.string() }) },
  },
  'GET /ready': {
    summary: 'Tell whether requests are taken in',
    description: '503 while the service starts or stops, and where its store cannot be read.',
    tag: 'service',
    scope: 'public',
    answers: { 200: z.object({ status: z.literal('ready') }) },
  },
})
