import manifest from '../../package.json' with { type: 'json' }

/** This package's version. Bundlers put it into what they build, so it is right wherever the code ends up. */
export const RUNNER_VERSION: string = manifest.version
