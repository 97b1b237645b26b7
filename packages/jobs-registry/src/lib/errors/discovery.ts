/** What can be wrong with the packages that jobs are looked for in, and with the names that are looked for. */
export const DISCOVERY_ERRORS = {
  REGISTRY_PACKAGE_UNKNOWN: 'No package of this name declares jobs, or the workspace does not declare it.',
  REGISTRY_PACKAGE_AMBIGUOUS: 'Several packages have this short name.',
  REGISTRY_JOB_UNKNOWN: 'The package declares no job of this name.',
  REGISTRY_MANIFEST_INVALID: 'A package.json cannot be read, or is not a JSON object with a name.',
  REGISTRY_DECLARATION_INVALID: 'What a package declares as a job is not of the form that jobs have, or not what its code takes.',
  REGISTRY_PACKAGE_TWICE: 'Two packages of the same name declare jobs; one of them is not used.',
  REGISTRY_PATH_MISSING: 'There is no package at a path that the configuration names.',
  REGISTRY_WORKSPACE_INVALID: 'The file that names the members of the workspace cannot be read.',
  REGISTRY_LAYOUT_UNSUPPORTED: 'The packages are installed in a way that has no folders to look into.',
} as const
