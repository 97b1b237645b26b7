import * as z from 'zod'

/**
 * What a key has to allow: `read` looks, `run` starts runs, `operate` steers those there are and settles the service.
 * `public` needs no key.
 */
export type Scope = 'public' | 'read' | 'run' | 'operate'

export type Method = 'GET' | 'POST' | 'DELETE'

/** `GET /runs/{run_id}`: the method and the path, as OpenAPI writes it. */
export type RouteName = `${Method} /${string}`

/** An answer that is not JSON, or one that is sent bit by bit. */
export interface Stream {
  readonly mediaType: string
  readonly description: string
}

/** Everything that is said of a route: what checks requests, types handlers and the client, and makes the OpenAPI document. */
export interface RouteSpec {
  readonly summary: string
  readonly description?: string
  /** Groups routes in the documents. */
  readonly tag: string
  readonly scope: Scope
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  /** Names in lower case. */
  readonly headers?: z.ZodObject
  readonly body?: z.ZodType
  /** What comes back where all went well, by its status. */
  readonly answers: { readonly [status: number]: z.ZodType | Stream }
}

export type RouteTable = Readonly<Record<RouteName, RouteSpec>>

const NO_QUERY = z.strictObject({})

/**
 * Keeps the types of each route. One that answers in JSON and says nothing of a query takes none: what is misspelt, or belongs into
 * the body, would count for nothing. Whoever may ask for `public` ones, a load balancer, say, may add what it likes.
 */
export function defineRoutes<const Routes extends RouteTable>(routes: Routes): Routes {
  const all = Object.entries<RouteSpec>(routes).map(([name, spec]) => {
    const takesAny = spec.query !== undefined || spec.scope === 'public' || !Object.values(spec.answers).every((answer) => answer instanceof z.ZodType)
    return [name, takesAny ? spec : { ...spec, query: NO_QUERY }]
  })
  return Object.fromEntries(all) as Routes
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** What a handler gets of a request, checked. */
export interface CheckedRequest<Spec extends RouteSpec> {
  readonly params: Parsed<Spec['params']>
  readonly query: Parsed<Spec['query']>
  readonly headers: Parsed<Spec['headers']>
  readonly body: Parsed<Spec['body']>
}

/** What a handler answers with: a status of the route's, and the body that goes with it. */
export type Answer<Spec extends RouteSpec> = {
  [Status in keyof Spec['answers'] & number]: {
    readonly status: Status
    readonly headers?: Readonly<Record<string, string>>
    readonly body: Spec['answers'][Status] extends z.ZodType ? z.input<Spec['answers'][Status]> : never
  }
}[keyof Spec['answers'] & number]
