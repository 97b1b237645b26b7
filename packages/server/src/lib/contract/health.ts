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
  'GET /metrics': {
    summary: 'Measure the service, for Prometheus',
    tag: 'service',
    scope: 'read',
    answers: { 200: { mediaType: 'text/plain', description: 'In the text format of Prometheus.' } },
  },
  'GET /openapi.json': {
    summary: 'Describe the service (OpenAPI 3.1)',
    tag: 'service',
    scope: 'public',
    answers: { 200: z.looseObject({ openapi: z.literal('3.1.0') }) },
  },
})
