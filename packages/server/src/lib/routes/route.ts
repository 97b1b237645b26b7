import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions as FastifyRoute } from 'fastify'
import type { Contract } from '../contract.ts'
import { knownRoutes } from '../contract/route-families.ts'
import type { Answer, CheckedRequest, RouteSpec, Scope } from '../contract/route-spec.ts'
import { checkRequest } from '../request-checks.ts'

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
  const { scope, spec: load } = knownRoutes.get(name)!
  let known: RouteSpec | undefined
  const check = (spec: RouteSpec, raw: FastifyRequest): Checked<Name> => checkRequest(raw, spec) as unknown as Checked<Name>
  const register = (handle: (request: Checked<Name>, reply: FastifyReply) => unknown): void => {
    const handler = async (raw: FastifyRequest, reply: FastifyReply): Promise<unknown> => handle(check((known ??= await load()), raw), reply)
    app.route({ ...registration(name, options), config: { route: name, scope }, handler })
  }
  return {
    answers: (handler) => {
      register(async (request, reply) => {
        const answer: { status: number; headers?: Readonly<Record<string, string>>; body: unknown } = await handler(request)
        if (answer.headers) reply.headers(answer.headers)
        return reply.status(answer.status).send(answer.body)
      })
    },
    streams: register,
  }
}

function registration(name: string, { bodyLimit }: RouteOptions): Pick<FastifyRoute, 'method' | 'url' | 'bodyLimit'> {
  const [method = '', path = ''] = name.split(' ')
  return {
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    ...(bodyLimit !== undefined && { bodyLimit }),
  }
}
