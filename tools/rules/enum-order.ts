/**
 * `text` with the members of each enum in their alphabetical order: the compiler writes them in the order in which it
 * met the texts anywhere, so an unrelated file, or a build of another order, would change it.
 */
export const inOneOrder = (text: string): string =>
  text.replace(/(ZodEnum<\{\n)([^{}]*\n)([ \t]*\}>)/g, (_, head: string, members: string, tail: string) =>
    `${head}${members.trimEnd().split('\n').toSorted().join('\n')}\n${tail}`)
