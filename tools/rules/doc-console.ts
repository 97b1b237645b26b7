export interface ConsoleCommand {
  command: string
  /** What it is shown to print; empty: not shown. `...` stands for anything. */
  shown: string
}

/** Splits a `console` block: `$ ` begins a command, `> ` goes on with it, the rest is what it prints. */
export const parseConsole = (text: string): ConsoleCommand[] => {
  const commands: ConsoleCommand[] = []
  for (const line of text.trimEnd().split('\n')) {
    const last = commands.at(-1)
    if (line.startsWith('$ ')) commands.push({ command: line.slice(2), shown: '' })
    else if (last === undefined) throw new Error('a console block begins with a `$ command`')
    else if (line.startsWith('> ') && last.shown === '') last.command += `\n${line.slice(2)}`
    else last.shown += `${line}\n`
  }
  return commands
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Whether `actual` is what is shown: equal but for spaces at line ends, and for what `...` stands for. */
export const isAsShown = (actual: string, shown: string): boolean => {
  const tidy = (text: string): string => text.replace(/[ \t]+$/gm, '').trim()
  const pattern = tidy(shown).split('...').map(quoted).join('[\\s\\S]*?')
  return new RegExp(`^${pattern}$`).test(tidy(actual))
}
