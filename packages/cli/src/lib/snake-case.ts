/** An object of lorc's own as JSON for programs: the names of its fields are in snake_case, what they hold is as it was. */
export function snakeCased(fields: object): object {
  const entries: [string, unknown][] = Object.entries(fields)
  return Object.fromEntries(entries.map(([name, value]) => [snake(name), value]))
}

/** The same at every depth, but for `details` of errors, whose fields are not lorc's to name. */
export function deeplySnakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deeplySnakeCased)
  if (typeof value !== 'object' || value === null) return value
  const entries: [string, unknown][] = Object.entries(value)
  return Object.fromEntries(entries.map(([name, held]) => [snake(name), name === 'details' ? held : deeplySnakeCased(held)]))
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
