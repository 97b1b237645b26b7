import type { JsonValue } from '../json.ts'

declare const valueType: unique symbol
const CEL = Symbol('cel')

/**
 * Stands for a value that is known when the step starts: `params.day`, `ctx['sales.rows_v1'][0].amount`. Where it is
 * put into a value it becomes `${{ }}`, also within a text in backquotes; in `cel` it is part of the expression.
 */
export type Ref<T> = RefTo<T> &
  (unknown extends T
    ? unknown
    : NonNullable<T> extends readonly (infer U)[]
      ? { readonly [index: number]: Ref<U> }
      : NonNullable<T> extends object
        ? { readonly [K in keyof NonNullable<T>]-?: Ref<NonNullable<T>[K]> }
        : unknown)

/** What all references to a `T` have in common. */
export interface RefTo<T> {
  readonly [valueType]: T
  toString(): string
}

/** JSON in which references may stand for values; members without a value are left out. */
export type Templated = JsonValue | undefined | RefTo<unknown> | readonly Templated[] | { readonly [key: string]: Templated }

/** What expressions can see, by the types of what they hold. */
export interface Refs<Params, Context, Steps extends string, Item> {
  readonly params: { readonly [K in keyof Params]-?: Ref<Params[K]> }
  /** Keys that steps before this one produce. */
  readonly ctx: { readonly [K in keyof Context]: Ref<Context[K]> }
  readonly steps: { readonly [K in Steps]: Ref<{ status: string; outputs: string[]; attempts: number; error: { code: string; message: string } | null; result: unknown }> }
  readonly run: Ref<{ id: string; name: string; attempt: number; seed: number; time: string; failure: { step: string | null; code: string; message: string } | null }>
  readonly env: { readonly [name: string]: Ref<string> }
  /** Of a `forEach` step. */
  readonly item: Ref<Item>
  readonly index: Ref<number>
}

/** An expression in CEL: ``cel`${params.top} > 5 && size(${ctx['sales.rows_v1']}) > 0` ``. Other values become literals of it. */
export function cel<T = unknown>(texts: TemplateStringsArray, ...values: readonly (RefTo<unknown> | JsonValue)[]): Ref<T> {
  return refTo(texts.reduce((text, next, i) => `${text}${celText(values[i - 1] as JsonValue)}${next}`)) as Ref<T>
}

/** What stands for everything that expressions can see. */
export const REFS = Object.fromEntries(
  ['params', 'ctx', 'steps', 'run', 'env', 'item', 'index'].map((root) => [root, refTo(root)]),
) as unknown as Refs<never, never, never, never>

/** The text of an expression that is given as a text or as a reference. */
export function celOfRef(given: unknown): string {
  return typeof given === 'string' ? given : celText(given)
}

/** The value with `${{ }}` for each reference. An object of a class stays what it is, to be refused as any value that is not JSON. */
export function templated(value: unknown): JsonValue {
  if (isRef(value)) return `\${{ ${value[CEL]} }}`
  if (Array.isArray(value)) return value.map(templated)
  if (typeof value !== 'object' || value === null || isOfClass(value)) return value as JsonValue
  return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, templated(member)]])))
}

function isOfClass(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && Object.getPrototypeOf(prototype) !== null
}

function celText(value: unknown): string {
  return isRef(value) ? value[CEL] : JSON.stringify(value)
}

function isRef(value: unknown): value is { [CEL]: string } {
  return typeof value === 'object' && value !== null && CEL in value
}

function refTo(text: string): object {
  return new Proxy(
    { [CEL]: text },
    {
      get(target, name) {
        if (name === CEL) return target[CEL]
        if (name === Symbol.toPrimitive || name === 'toString') return () => `\${{ ${text} }}`
        if (typeof name === 'symbol') return undefined
        return refTo(/^\d+$/.test(name) ? `${text}[${name}]` : /^[A-Za-z_]\w*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`)
      },
    },
  )
}
