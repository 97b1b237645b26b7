import { type Command, defineCommand, type Surroundings } from '../command-line/command.ts'
import { candidatesFor, type Commands } from '../completion/candidates.ts'
import { expandHome, workspaceSources } from '../completion/sources.ts'
import { EXIT } from '../exit-codes.ts'
import { oneLine } from '../render/text.ts'
import { loadWorkspace } from '../workspace.ts'

/** What the scripts of `lorc completion` ask: a candidate a line, with what it is after a tab. Never fails. */
export function completeWords(commands: Commands): Command {
  return defineCommand({
    description: 'Completes the last of the words: what the scripts of `lorc completion` ask.',
    arguments: { words: { label: 'WORD', summary: 'What stands after `lorc`', required: false, many: true, mayBeEmpty: true } },
    options: {},
    examples: [["__complete -- run ''", 'what may follow `lorc run`']],
    async run(invocation) {
      const typed = invocation.arguments.words.map(unquoted)
      // What is being typed stays as it begins: the shell puts the candidate in its place.
      const words = [...typed.slice(0, -1).map((word) => expandHome(word, invocation.io.env)), ...typed.slice(-1)]
      const found = await candidatesFor(words, commands, workspaceSources(inWorkspaceOf(words, invocation)))
      const lines = found.map(({ text, about }) => (about === undefined ? text : `${text}\t${oneLine(about)}`))
      if (lines.length > 0) invocation.io.stdout.write(`${lines.join('\n')}\n`)
      return EXIT.ok
    },
  })
}

/** A word as it stands in a line that is being typed: quotes may be open. */
function unquoted(word: string): string {
  return word.replace(/\\(.)|['"]/gs, '$1')
}

/** That which `-C DIR` names among the words. */
function inWorkspaceOf(words: readonly string[], surroundings: Surroundings): Surroundings {
  const at = words.findIndex((word) => word === '-C' || word === '--workspace')
  const chosen = at < 0 ? undefined : words[at + 1]
  const { io } = surroundings
  return chosen === undefined || chosen === '' ? surroundings : { ...surroundings, workspace: () => loadWorkspace(io.cwd, chosen, io.env) }
}
