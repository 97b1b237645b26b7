/** Brings the oldest Node that is supported (or the nearest that there is a package of) and returns its path. */
export function oldestNode(): string
export function newEnough(version: string): boolean
export function nodePackageFor(platform: string, arch: string, musl: boolean): [name: string, version: string]
