/** An object of lorc's own as JSON for programs: the names of its fields are in snake_case, what they hold is as it was. */
export function snakeCased(fields: object): object {
  const entries: [string, unknown][] = Object.entries(fields)
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(entries.map(([name, value]) => [snake(name), value]))
}
