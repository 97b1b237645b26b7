import { CliError } from '../errors.ts'

/** The instant that `--time` names: Unix milliseconds. Throws CliError CLI_OPTION_INVALID. */
export async function readTimeOption(text: string, now: number): Promise<number> {
  const { EventError, readTimeWindow } = await import('@lorc/event-client')
  try {
    const { since } = readTimeWindow({ since: text }, now)
    return since?.getTime() ?? now
  } catch (error) {
    if (!(error instanceof EventError)) throw error
    throw new CliError('CLI_OPTION_INVALID', `--time is \`${text}\`, which is not a time.`, {
      cause: error,
      ...(error.fix !== undefined && { fix: error.fix.charAt(0).toLowerCase() + error.fix.slice(1) }),
    })
  }
}
