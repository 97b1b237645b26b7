/** Whether a package's name is among `patterns`: names, in which `*` stands for any letters (`@acme/*`, `*-jobs`). */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`))
  return (name) => exact.has(name) || wild.some((pattern) => pattern.test(name))
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
