/** What a relative address in a file leads to, as a path like the file's; undefined: it leads elsewhere. */
export function besideOf(path: string, address: string | undefined): string | undefined {
  if (address === undefined || address === '' || /^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(address)) return undefined
  const parts = address.startsWith('/') ? [] : path.split('/').slice(0, -1)
  for (const part of decoded(address.split(/[?#]/, 1)[0] ?? '').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
