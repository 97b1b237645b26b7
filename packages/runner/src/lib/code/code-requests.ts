import { extname } from 'node:path'
import type { CodeLanguage } from './languages/language.ts'
import type { CodeHashes } from './code-scan.ts'

/** What sources ask for, by their kind and SHA-256: the same text always asks for the same. */
export interface CodeRequests {
  [key: string]: readonly string[]
}

const MOST = 100_000
const known = new Map<string, readonly string[]>()

const keyOf = (file: string, sha256: string): string => `${sha256}${extname(file)}`

/** What a source asks for. Each content is read once in a process: a lexer takes longer to load than a short run takes. */
export async function requestsOf(language: CodeLanguage, file: string, content: Buffer, sha256: string): Promise<readonly string[]> {
  const key = keyOf(file, sha256)
  const found = known.get(key) ?? (await language.requests(content.toString('utf8'), file))
  // One that runs for months may see many versions of its code.
  if (known.size >= MOST) known.clear()
  known.set(key, found)
  return found
}

/** What is known of the code with these hashes, to be kept for a process to come. */
export function knownRequests(code: CodeHashes): CodeRequests {
  const found: CodeRequests = {}
  for (const [file, sha256] of Object.entries(code)) {
    const key = keyOf(file, sha256)
    const requests = known.get(key)
    if (requests) found[key] = requests
  }
  return found
}

export function rememberRequests(requests: CodeRequests): void {
  for (const [key, found] of Object.entries(requests)) known.set(key, found)
}
