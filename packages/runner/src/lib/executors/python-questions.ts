import type { StepContext } from '@lorc/context'
import { stringifyFloats } from './float-text.ts'
import type { PythonMessage } from './python-protocol.ts'

/** The answer to a scriptlet's question about the context, as a line of JSON; undefined when it is none. */
export function answerTo(message: PythonMessage, context: StepContext): string | undefined {
  try {
    if (message.get !== undefined) return answerGet(message.get, context)
    if (message.has !== undefined) return line({ has: context.has(message.has) })
    if (message.keys) return line({ keys: context.keys() })
    if (message.history !== undefined) return answerHistory(message.history, context)
    return undefined
  } catch (error) {
    return line({ error: (error as Error).message })
  }
}

function answerGet(key: string, context: StepContext): string {
  const value = context.get(key)
  return value === undefined ? '{}\n' : `{"value":${stringifyFloats(value, context.floats(key))}}\n`
}

function answerHistory(key: string, context: StepContext): string {
  return line({ history: context.history(key).map(({ who, at, value }) => ({ key, who, timestamp: at / 1000, value })) })
}

function line(answer: object): string {
  return `${JSON.stringify(answer)}\n`
}
