/** An instruction of a Dockerfile, on one line. `name` is in capitals. */
export interface Instruction {
  name: string
  text: string
}

/** The instructions of a Dockerfile, without comments; lines that go on are one. */
export const instructionsOf = (text: string): Instruction[] =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? []
      return { name: name.toUpperCase(), text: rest.trim() }
    })

/** What a build takes from the folder that it is given: the sources of every COPY that is not from another stage. */
export const copiedSources = (instructions: readonly Instruction[]): string[] =>
  instructions
    .filter(({ name, text }) => name === 'COPY' && !text.includes('--from='))
    .flatMap(({ text }) => text.split(/\s+/).filter((word) => !word.startsWith('--')).slice(0, -1))

/** Whether a path is left out by a .dockerignore: the last pattern that fits counts. */
export const isIgnored = (ignore: string, path: string): boolean => {
  let ignored = false
  for (const line of ignore.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const keeps = line.startsWith('!')
    if (patternOf(keeps ? line.slice(1) : line).test(path)) ignored = !keeps
  }
  return ignored
}

/** A pattern fits a path, and all that lies below it. */
const patternOf = (pattern: string): RegExp => {
  const source = pattern
    .split('/')
    .map((part) => (part === '**' ? '**' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')))
    .join('/')
    .replaceAll('**/', '(?:.*/)?')
  return new RegExp(`^${source}(?:/.*)?$`)
}
