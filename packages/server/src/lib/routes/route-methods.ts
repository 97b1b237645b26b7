import { knownRoutes } from '../contract/route-families.ts'

interface Known {
  method: string
  path: RegExp
}

let known: Known[] | undefined

/** The methods that the route of a path takes; none: there is no such path. */
export function methodsOf(url: string): string[] {
  known ??= [...knownRoutes.keys()].map((name) => {
    const [method = '', path = ''] = name.split(' ')
    const pattern = path.split(/(\{\w+\}|\*)/).map((part) => (part === '*' ? '.+' : part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.')))
    return { method, path: new RegExp(`^${pattern.join('')}$`) }
  })
  const [path = ''] = url.split('?')
  return known.filter((one) => one.path.test(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}
