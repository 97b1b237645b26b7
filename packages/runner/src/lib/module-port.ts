/** A service that steps of type `module` call, as far as a plan needs to know it. */
export interface ModulePlace {
  /** Names of the environment variables that it is sent, which nobody may see. */
  readonly secrets: readonly string[]
}

/** Finds a module by its name in the configuration; asks it nothing. Throws, or rejects with, an error with a `fix`. */
export interface ModuleFinder {
  locate(name: string): ModulePlace | Promise<ModulePlace>
}
