import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions as FastifyRoute } from 'fastify'
import { contract, type Contract } from '../contract.ts'
import type { Answer, CheckedRequest, RouteSpec, Scope } from '../contract/route-spec.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name of the route in the contract. */
    route?: string
    scope?: Scope
  }
}

export interface RouteOptions {
  /** Of the body, in bytes. Default: the service's. */
  bodyLimit?: number
}

type Checked<Name extends keyof Contract> = CheckedRequest<Contract[Name]> & { readonly raw: FastifyRequest }

export interface Registration<Name extends keyof Contract> {
  /** With a handler that gives a status of the route's, and the body that goes with it. */
  answers(handler: (request: Checked<Name>) => Answer<Contract[Name]> | Promise<Answer<Contract[Name]>>): void
  /** With a handler that sends the reply by itself and returns it. */
  streams(handler: (request: Checked<Name>, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>): void
}

/** Registers a route of the contract, which says what is checked and what a key has to allow. */
export function route<Name extends keyof Contract>(app: FastifyInstance, name: Name, options: RouteOptions = {}): Registration<Name> {
  return {
    answers: (handler) => {
      app.route({
        ...registration(name, options),
        handler: async (raw, reply) => {
          const answer: { status: number; headers?: Readonly<Record<string, string>>; body: unknown } = await handler(checked<Name>(raw))
          if (answer.headers) reply.headers(answer.headers)
          return reply.status(answer.status).send(answer.body)
        },
      })
    },
    streams: (handler) => {
      app.route({ ...registration(name, options), handler: async (raw, reply) => handler(checked<Name>(raw), reply) })
    },
  }
}

function registration(name: keyof Contract, { bodyLimit }: RouteOptions): Omit<FastifyRoute, 'handler'> {
  const spec: RouteSpec = contract[name]
  const [method = '', path = ''] = name.split(' ')
  return {
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { route: name, scope: spec.scope },
    ...(bodyLimit !== undefined && { bodyLimit }),
    schema: {
      ...(spec.params && { params: spec.params }),
      ...(spec.query && { querystring: spec.query }),
      ...(spec.headers && { headers: spec.headers }),
      ...(spec.body && { body: spec.body }),
    },
  }
}

/** The parts of a request were checked by the schemas that these types are inferred from. */
function checked<Name extends keyof Contract>(raw: FastifyRequest): Checked<Name> {
  const { params, query, headers, body } = raw
  return { params, query, headers, body, raw } as unknown as Checked<Name>
}
