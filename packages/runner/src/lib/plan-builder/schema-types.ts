/**
 * The shape of a value: the name of a type (`'integer'`, `'any'`), a JSON Schema, or a schema of a library that follows
 * Standard JSON Schema (https://standardschema.dev/json-schema): zod, ArkType, Valibot.
 */
export type Shape = TypeName | JsonSchemaLiteral | StandardShape

export type TypeName = keyof NamedTypes
interface NamedTypes {
  string: string
  integer: number
  number: number
  boolean: boolean
  array: readonly unknown[]
  object: Readonly<Record<string, unknown>>
  null: null
  any: unknown
}

/** Keywords whose values say what the type is are read for it; the others are kept as they are. */
export interface JsonSchemaLiteral {
  readonly [keyword: string]: unknown
}

export interface StandardShape<T = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly jsonSchema: { readonly input: (options: { target: 'draft-2020-12' }) => Record<string, unknown> }
    readonly types?: { readonly input: unknown; readonly output: T } | undefined
  }
}

/** The type of the values that a shape describes. */
export type ValueOf<S> = S extends StandardShape<infer T>
  ? T
  : S extends TypeName
    ? NamedTypes[S]
    : S extends { readonly const: infer C }
      ? C
      : S extends { readonly enum: readonly (infer E)[] }
        ? E
        : S extends { readonly anyOf: readonly (infer A)[] }
          ? ValueOf<A>
          : S extends { readonly type: readonly (infer N)[] }
            ? ValueOf<N>
            : S extends { readonly type: 'array'; readonly items: infer I }
              ? readonly ValueOf<I>[]
              : S extends { readonly type: 'object'; readonly properties: infer P }
                ? ObjectOf<P, S extends { readonly required: readonly (infer R)[] } ? R : never>
                : S extends { readonly type: infer N extends TypeName }
                  ? NamedTypes[N]
                  : unknown

type ObjectOf<P, R> = { readonly [K in keyof P & R]: ValueOf<P[K]> } & { readonly [K in Exclude<keyof P, R>]?: ValueOf<P[K]> }

/** A parameter as a recipe may write it: a default (`10`), the name of a type, or a shape. */
export type ParameterShape = Shape | number | boolean | null | readonly unknown[]
export type ParameterOf<S> = S extends number
  ? number
  : S extends boolean
    ? boolean
    : S extends TypeName
      ? NamedTypes[S]
      : S extends readonly unknown[]
        ? readonly unknown[]
        : S extends { readonly default: infer D; readonly type?: undefined }
          ? Widened<D>
          : ValueOf<S>

type Widened<D> = D extends string ? string : D extends number ? number : D extends boolean ? boolean : D
