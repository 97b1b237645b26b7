/** An event as Server-Sent Events write it, and its type. `line` is its line of the journal: JSON, on one line. */
export function frameOf(seq: number, line: string): { text: string; type: string } {
  const { type } = JSON.parse(line) as { type: string }
  return { text: `id: ${seq}\nevent: ${type}\ndata: ${line}\n\n`, type }
}
