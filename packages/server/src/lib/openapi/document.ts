import * as z from 'zod'
import { contract } from '../contract.ts'
import { problemSchema } from '../contract/problem.ts'
import type { RouteSpec, Stream } from '../contract/route-spec.ts'
import { JsonSchemas, type JsonSchema } from './json-schemas.ts'

/** An OpenAPI document (3.1), as far as this code says what is in it. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly securitySchemes: object; readonly schemas: Readonly<Record<string, JsonSchema>> }
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security?: readonly []
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

/** What a wildcard of a path is called in the document, where it has to have a name. */
const REST = 'path'

/** Describes the service by the same contract that checks its requests. `version` is lorc's. */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas = new JsonSchemas()
  const problem = { description: 'What went wrong (RFC 9457).', content: { 'application/problem+json': { schema: schemas.of(problemSchema, 'output') } } }
  const paths: Record<string, Record<string, Operation>> = {}
  for (const [name, spec] of Object.entries(contract) as [string, RouteSpec][]) {
    const [method = '', path = ''] = name.split(' ')
    const methods = (paths[path.replace('*', `{${REST}}`)] ??= {})
    methods[method.toLowerCase()] = operation(name, spec, schemas, problem)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'lorc', version, description: 'Runs recipes, jobs and modules as durable graphs of steps.' },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key of `lorc keys add`, or a token, where the service asks for one.' } },
      schemas: schemas.named,
    },
  }
}

function operation(name: string, spec: RouteSpec, schemas: JsonSchemas, problem: Operation['responses'][string]): Operation {
  const { summary, description, tag, scope, body } = spec
  const scoped = scope === 'public' ? description : [description, `Needs the scope \`${scope}\`.`].filter(Boolean).join(' ')
  const parameters = [...parametersOf(spec.params, 'path', schemas), ...parametersOf(spec.query, 'query', schemas), ...parametersOf(spec.headers, 'header', schemas)]
  const answers = Object.entries(spec.answers).map(([status, answer]) => [status, answerOf(answer, schemas)] as const)
  return {
    operationId: operationId(name),
    summary,
    ...(scoped !== undefined && { description: scoped }),
    tags: [tag],
    ...(scope === 'public' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: schemas.of(body, 'input') } } } }),
    responses: { ...Object.fromEntries(answers), default: problem },
  }
}

function answerOf(answer: z.ZodType | Stream, schemas: JsonSchemas): Operation['responses'][string] {
  if (answer instanceof z.ZodType) return { description: 'It went well.', content: { 'application/json': { schema: schemas.of(answer, 'output') } } }
  const { mediaType, description } = answer
  return { description, content: { [mediaType]: { schema: { type: 'string' } } } }
}

function parametersOf(schema: z.ZodObject | undefined, place: Parameter['in'], schemas: JsonSchemas): Parameter[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemas.of(schema, 'input')
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name: name === '*' ? REST : name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }))
}

/** `GET /runs/{run_id}/events`: `get_runs_run_id_events`. */
function operationId(name: string): string {
  return name.toLowerCase().replace('*', REST).split(/[^a-z0-9]+/).filter(Boolean).join('_')
}
