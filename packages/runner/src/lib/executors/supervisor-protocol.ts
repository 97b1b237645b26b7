/** What a supervisor is told. `python/lorc_supervisor.py` says what each means, and how each is written. */
export type SupervisorCommand =
  | {
      op: 'spawn'
      id: number
      argv: readonly string[]
      env: Readonly<Record<string, string>>
      cwd: string
      log: string
      grace: number
      cap: number
    }
  /** What is to be replaced in the log of the child that the next command spawns: see SecretMask. */
  | { op: 'mask'; id: number; forms: readonly string[] }
  | { op: 'kill'; id: number; signal: number }
  | { op: 'watch'; pid: number }
  | { op: 'unwatch'; pid: number }

/** What a supervisor reports, one JSON object a line. Times are milliseconds; null: it cannot tell. */
export type SupervisorEvent =
  | { ev: 'ready' }
  | { ev: 'spawned'; id: number; pid: number; start: string | null }
  | { ev: 'refused'; id: number; errno: number | null; message: string }
  | {
      ev: 'exited'
      id: number
      code: number | null
      signal: number | null
      user: number | null
      sys: number | null
      rss: number | null
      /** The first bytes of standard output, base64. */
      out: string
      /** All that was written to standard output. */
      bytes: number
      /** Whether standard output went to the log. */
      logged: boolean
    }

/** A command as it is written to a supervisor. No text of it may have a NUL. */
export function writeCommand(command: SupervisorCommand): string {
  switch (command.op) {
    case 'spawn': {
      const { id, argv, env, cwd, log, grace, cap } = command
      let words = argv.join('\0')
      let count = 7 + argv.length
      for (const name in env) {
        words += `\0${name}=${env[name]}`
        count++
      }
      return `${count}\0spawn\0${id}\0${cwd}\0${log}\0${grace}\0${cap}\0${argv.length}\0${words}\0`
    }
    case 'mask':
      return `${2 + command.forms.length}\0mask\0${command.id}\0${command.forms.map((form) => `${form}\0`).join('')}`
    case 'kill':
      return `3\0kill\0${command.id}\0${command.signal}\0`
    default:
      return `2\0${command.op}\0${command.pid}\0`
  }
}

/** Cuts what is written to a supervisor into commands. */
export class CommandReader {
  #rest = ''

  /** The commands that `text` completes. */
  push(text: string): SupervisorCommand[] {
    const fields = (this.#rest + text).split('\0')
    const commands: SupervisorCommand[] = []
    let begin = 0
    while (begin + 1 < fields.length) {
      const end = begin + 1 + Number(fields[begin])
      if (end >= fields.length) break
      commands.push(commandOf(fields.slice(begin + 1, end)))
      begin = end
    }
    this.#rest = fields.slice(begin).join('\0')
    return commands
  }
}

function commandOf([op, ...fields]: string[]): SupervisorCommand {
  if (op === 'mask') return { op, id: Number(fields[0]), forms: fields.slice(1) }
  if (op === 'kill') return { op, id: Number(fields[0]), signal: Number(fields[1]) }
  if (op === 'watch' || op === 'unwatch') return { op, pid: Number(fields[0]) }
  const [id, cwd = '', log = '', grace, cap, argc, ...words] = fields
  const argv = words.slice(0, Number(argc))
  const env = Object.fromEntries(words.slice(Number(argc)).map(nameAndValue))
  return { op: 'spawn', id: Number(id), argv, env, cwd, log, grace: Number(grace), cap: Number(cap) }
}

function nameAndValue(word: string): [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}
