/** An array as a literal makes it, in any realm: not of a class that extends Array. */
export function isPlainArray(value: object): value is readonly unknown[] {
  if (!Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Array.prototype is itself an array, in every realm; the prototype of a subclass is not.
  return prototype === Array.prototype || (Array.isArray(prototype) && !Array.isArray(Object.getPrototypeOf(prototype)))
}

/** An object as a literal, JSON.parse or Object.create(null) makes it, in any realm: no instance of a class. */
export function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  // Built-ins such as `arguments` and Math have the same prototype and another tag.
  if (prototype === Object.prototype || prototype === null) return tagOf(value) === '[object Object]'
  if (typeof prototype !== 'object' || Object.getPrototypeOf(prototype) !== null) return false
  // Object.prototype of another realm: a root that owns isPrototypeOf.
  return Object.hasOwn(prototype, 'isPrototypeOf') && tagOf(value) === '[object Object]'
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value)
}

/** What a value that is not JSON is, for a sentence, and what to write instead. */
export function foreignKind(value: unknown): { kind: string; fix?: string } {
  switch (typeof value) {
    case 'undefined':
      return { kind: 'undefined', fix: 'Write null or leave it out.' }
    case 'bigint':
      return { kind: 'a BigInt', fix: 'Write it as a string: String(value).' }
    case 'function':
      return { kind: 'a function' }
    case 'symbol':
      return { kind: 'a symbol' }
    default:
      return foreignObject(value)
  }
}

function foreignObject(value: unknown): { kind: string; fix?: string } {
  if (value instanceof Date) return { kind: 'a Date', fix: 'Write it as a string: date.toISOString().' }
  if (value instanceof Map) return { kind: 'a Map', fix: 'Write Object.fromEntries(map).' }
  if (value instanceof Set) return { kind: 'a Set', fix: 'Write [...set].' }
  if (value instanceof Error) return { kind: 'an Error', fix: 'Write its message.' }
  if (value instanceof Promise) return { kind: 'a Promise', fix: 'Await it first.' }
  if (ArrayBuffer.isView(value)) {
    return { kind: `a ${className(value)}`, fix: 'Write it to a file, or as a plain array.' }
  }
  return { kind: `an instance of ${className(value)}`, fix: 'Write a plain object of its fields.' }
}

function className(value: unknown): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return 'an unnamed class'
  const made: unknown = Reflect.get(prototype, 'constructor')
  return typeof made === 'function' && made.name !== '' ? made.name : 'an unnamed class'
}
