/** Where two JSON values first differ. Undefined: there is nothing on that side. */
export interface Difference {
  /** `$.rows[3].date` */
  path: string
  a: unknown
  b: unknown
}

/** In the order of A's fields, then B's; undefined where the values are equal. The order of fields does not count. */
export function firstDifference(a: unknown, b: unknown, path = '$'): Difference | undefined {
  if (Object.is(a, b)) return undefined
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index++) {
      const found = firstDifference(a[index], b[index], `${path}[${index}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isObject(a) || !isObject(b)) return { path, a, b }
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const step = /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
    const found = firstDifference(own(a, name), own(b, name), path + step)
    if (found !== undefined) return found
  }
  return undefined
}

function own(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
