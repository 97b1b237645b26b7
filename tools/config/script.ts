import { hash } from 'node:crypto'
import { init, parse } from 'es-module-lexer'

/** What the code of a script calls what it is given. */
export const SCRIPT_NAMES = { url: '__scriptUrl', importModule: '__scriptImport' } as const

/**
 * A CommonJS module as a script whose value is a function of `exports`, `require`, `module`, the URL that `import.meta.url`
 * would be, and `import` itself, which scripts do not have. It ends with 16 letters that are others for other code, and is
 * all ASCII. Throws for what is not a CommonJS module.
 */
export async function asScript(code: string, file: string): Promise<string> {
  await init()
  let text = ''
  let end = 0
  for (const { type, importStart: start } of parse(code)[0]) {
    if (type !== 'dynamic') throw new Error(`${file} has an import, or import.meta, at ${start}: it is not a CommonJS module`)
    text += `${ascii(code.slice(end, start))}${SCRIPT_NAMES.importModule}`
    end = start + 'import'.length
  }
  text += ascii(code.slice(end))
  const whole = `(function(exports,require,module,${SCRIPT_NAMES.url},${SCRIPT_NAMES.importModule}){${text}\n})\n//`
  return `${whole}${hash('sha256', whole, 'hex').slice(0, 16)}`
}

/** The bundler has escaped all but what regular expressions hold, where it means the same. */
const ascii = (code: string): string => code.replaceAll(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
