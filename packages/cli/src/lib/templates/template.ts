/** A small project to begin with. */
export interface Template {
  summary: string
  /** The command to try first, in its folder. */
  next: string
  /** Texts by path, relative to the folder, for a project of this name; scripts (`.sh`) are made executable. */
  files(name: string): Promise<TemplateFiles>
}

export type TemplateFiles = Readonly<Record<string, string>>
