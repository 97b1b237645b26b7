import { readFile } from 'node:fs/promises'

/** A program that lorc needs, by what people call it. */
export type Needed = 'node' | 'python'

/** The command that installs it, by the name that a distribution gives itself in os-release(5), or by the platform. */
const COMMANDS: Readonly<Record<string, Readonly<Record<Needed, string>>>> = {
  debian: { node: 'curl -fsSL https://deb.nodesource.com/setup_24.x | sudo bash - && sudo apt install nodejs', python: 'sudo apt install python3' },
  fedora: { node: 'sudo dnf install nodejs', python: 'sudo dnf install python3' },
  suse: { node: 'sudo zypper install nodejs24', python: 'sudo zypper install python3' },
  arch: { node: 'sudo pacman -S nodejs', python: 'sudo pacman -S python' },
  alpine: { node: 'apk add nodejs', python: 'apk add python3' },
  darwin: { node: 'brew install node', python: 'brew install python3, or xcode-select --install' },
}
const PAGES: Readonly<Record<Needed, string>> = { node: 'https://nodejs.org', python: 'https://www.python.org/downloads' }

/** How to install a program here: `osRelease` is the text of /etc/os-release, `platform` as process.platform gives it. */
export function howToGet(what: Needed, platform: string, osRelease: string): string {
  const command = [platform, ...distributions(osRelease)].map((name) => COMMANDS[name]?.[what]).find((found) => found !== undefined)
  return command ?? PAGES[what]
}

/** Empty where there is no such file. */
export function readOsRelease(): Promise<string> {
  return readFile('/etc/os-release', 'utf8').catch(() => '')
}

/** The distribution, and those that it is like: `ubuntu`, `debian`. */
function distributions(osRelease: string): string[] {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  return [field('ID'), ...field('ID_LIKE').split(' ')].map((name) => (name.startsWith('opensuse') ? 'suse' : name))
}
