/** Something a person has to see to: what failed, and what to do about it. Shown without a stack trace. */
export class Problem extends Error {
  /**
   * @param {string} message what failed
   * @param {string} fix what to do about it
   * @param {string} [output] what the failed program printed
   */
  constructor(message, fix, output = '') {
    super(message)
    this.fix = fix
    this.output = output
  }

  toString() {
    return [this.output.trim(), `lorc: ${this.message}`, `      ${this.fix}`].filter(Boolean).join('\n')
  }
}

const reasons = [
  [/spawnSync npm ENOENT/, 'npm is not on PATH. Install it (it comes with Node) and run this again.'],
  [/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|ENOTCACHED|network|dns error|error sending request/i,
    'The package registry cannot be reached. Connect to the network, or set the registry or a proxy with `npm config set`, and run this again.'],
  [/ENOSPC/, 'The disk is full. Free some space and run this again.'],
  [/EACCES|EPERM|EROFS|read-only/i, 'This folder, or your home folder, cannot be written. Clone into a folder that you own.'],
  [/ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile/, 'A package.json changed without the lockfile. Run `pnpm install` and commit pnpm-lock.yaml.'],
  [/E401|E403|ENEEDAUTH|UNAUTHORIZED|FORBIDDEN/i, 'The package registry refused access. Log in with `npm login`, or set another registry with `npm config set registry`.'],
  [/E404|ETARGET|NO_MATCHING_VERSION/, 'The package registry does not have this version. Install Node 22.18 or newer yourself, or set another registry with `npm config set registry`.'],
]

/** The advice for what a failed program printed. */
export const adviceFor = (output, otherwise) => {
  const known = reasons.find(([pattern]) => pattern.test(output))
  return known === undefined ? otherwise : known[1]
}
