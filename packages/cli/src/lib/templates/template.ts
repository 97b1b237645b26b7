/** A small project to begin with: it runs as it is. */
export interface Template {
  summary: string
  /** Texts by path, relative to the folder; scripts (`.sh`) are made executable. */
  files: Readonly<Record<string, string>>
  /** The command to try first, without `lorc `. */
  next: string
}
