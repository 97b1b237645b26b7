import { type Command, defineCommand } from '../command.ts'
import { candidatesFor, type Commands } from '../completion/candidates.ts'
import { workspaceSources } from '../completion/sources.ts'
import { EXIT } from '../exit-codes.ts'
import { oneLine } from '../render/text.ts'

/** What the scripts of `lorc completion` ask: a candidate a line, with what it is after a tab. Never fails. */
export function completeWords(commands: Commands): Command {
  return defineCommand({
    description: 'Completes the last of the words: what the scripts of `lorc completion` ask.',
    arguments: { words: { label: 'WORD', summary: 'What stands after `lorc`', required: false, many: true } },
    options: {},
    examples: [["__complete -- run ''", 'what may follow `lorc run`']],
    async run(invocation) {
      const { words } = invocation.arguments
      const found = await candidatesFor(words, commands, workspaceSources(invocation))
      const lines = found.map(({ text, about }) => (about === undefined ? text : `${text}\t${oneLine(about)}`))
      if (lines.length > 0) invocation.io.stdout.write(`${lines.join('\n')}\n`)
      return EXIT.ok
    },
  })
}
