import { type Command, GLOBAL_OPTIONS } from './command.ts'
import type { OptionSpec, OptionSpecs } from './option-spec.ts'
import type { Style } from '../render/style.ts'
import { padEnd, wrap } from '../render/text.ts'

/** Lines longer than this are hard to read, whatever the terminal's width. */
const MAX_WIDTH = 100

const RUN_EXITS = 'Exit status: 0 done, 1 failed, 2 bad usage or recipe (nothing was run), 130/143 interrupted.'

type Row = readonly [left: string, right: string]

/** `lorc --help`: every command in one line, under the headings of `sections`, and where to go from there. */
export function overview(sections: Readonly<Record<string, readonly Row[]>>, style: Style, columns: number): string {
  const width = Math.min(columns, MAX_WIDTH)
  const left = leftOf(Object.values(sections).flat())
  return lines(
    `${style.bold('lorc')} runs recipes durably: any crash, and \`lorc resume\` goes on from there.`,
    '',
    `${style.bold('Usage:')} lorc COMMAND [arguments] [options]`,
    '',
    ...Object.entries(sections).flatMap(([title, commands]) => [style.bold(`${title}:`), ...rows(commands, width, style, left), '']),
    style.bold('Options of every command:'),
    ...rows([...optionRows(GLOBAL_OPTIONS), ['-v, --version', 'Print the version']], width, style),
    '',
    style.bold('Examples:'),
    ...rows(
      [
        ['lorc run recipes/daily.yaml', 'run a recipe'],
        ['lorc resume last', 'go on with the last run'],
        ['lorc explain last', 'what became of it, why, and what to do'],
        ['lorc run ingester extract_gmail --since 7d', 'run a job of a package'],
        ['lorc serve', 'a dashboard and an HTTP interface'],
      ],
      width,
      style,
    ),
    '',
    ...wrap(`\`lorc help COMMAND\` explains a command. ${RUN_EXITS}`, width),
  )
}

/** `lorc GROUP --help`: the commands of a group, and what the group does by itself. */
export function groupHelp(
  { group, alone, commands }: { group: string; alone: string; commands: readonly Row[] },
  style: Style,
  columns: number,
): string {
  const width = Math.min(columns, MAX_WIDTH)
  return lines(
    `${style.bold('Usage:')} lorc ${group} COMMAND [arguments] [options]`,
    '',
    style.bold('Commands:'),
    ...rows(commands, width, style),
    '',
    ...wrap(`\`lorc ${group}\` alone is \`lorc ${alone}\`. \`lorc help ${group} COMMAND\` explains a command.`, width),
  )
}

/** `lorc COMMAND --help`. */
export function commandHelp(name: string, command: Command, style: Style, columns: number): string {
  const width = Math.min(columns, MAX_WIDTH)
  const taken = Object.values(command.arguments).map(({ label, summary }): Row => [label, summary])
  const own = optionRows(command.options)
  return lines(
    `${style.bold('Usage:')} ${usageLine(name, command)}`,
    '',
    ...wrap(command.description, width),
    ...section('Arguments:', taken, width, style),
    ...section('Options:', own, width, style),
    ...section('Options of every command:', optionRows(GLOBAL_OPTIONS), width, style),
    '',
    style.bold('Examples:'),
    ...command.examples.flatMap(([line, does]) => [style.dim(`  # ${does}`), `  lorc ${line}`]),
    '',
    ...wrap(exitText(command), width),
  )
}

/** `lorc run FILE [options]` */
export function usageLine(name: string, command: Command): string {
  const words = Object.values(command.arguments).map(({ label, required, many }) => {
    const word = many === true ? `${label}...` : label
    return required ? word : `[${word}]`
  })
  return ['lorc', name, ...words, '[options]'].join(' ')
}

function exitText(command: Command): string {
  if (command.resultLine !== true) return 'Exit status: 0 done, 1 failed, 2 bad usage.'
  return `${RUN_EXITS} Stdout gets exactly one JSON line.`
}

function section(title: string, content: readonly Row[], width: number, style: Style): string[] {
  return content.length === 0 ? [] : ['', style.bold(title), ...rows(content, width, style)]
}

function optionRows(options: OptionSpecs): Row[] {
  return Object.entries(options).map(([name, spec]) => {
    const short = spec.short === undefined ? '' : `-${spec.short}, `
    return [`${short}--${name}${valueText(spec)}`, spec.summary + defaultText(spec)]
  })
}

function valueText(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return ''
    case 'choice':
      return ` ${spec.choices.join('|')}`
    case 'list':
      return ` ${spec.label}...`
    case 'text':
    case 'repeated':
    case 'integer':
      return ` ${spec.label}`
  }
}

function defaultText(spec: OptionSpec): string {
  return 'default' in spec && spec.default !== undefined ? `. Default: ${spec.default}` : ''
}

const leftOf = (content: readonly Row[]): number => Math.min(28, Math.max(...content.map(([text]) => text.length)))

/** Two columns, the left one `left` wide; the right one is wrapped. */
function rows(content: readonly Row[], width: number, style: Style, left = leftOf(content)): string[] {
  return content.flatMap(([text, explanation]) => {
    const [first = '', ...more] = wrap(explanation, Math.max(20, width - left - 4))
    const indent = ' '.repeat(left + 4)
    const head =
      text.length > left ? [`  ${style.cyan(text)}`, indent + first] : [`  ${style.cyan(padEnd(text, left))}  ${first}`]
    return [...head, ...more.map((line) => indent + line)]
  })
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`
}
