import { describe, expect, test } from 'vitest'
import { pythonNames } from './python-names.ts'

const classes = (source: string) => [...pythonNames(source).classes]
const others = (source: string) => [...pythonNames(source).others]

describe('finds classes', () => {
  test.each([
    ['with and without bases', 'class A:\n  pass\nclass B(A, metaclass=M):\n  pass\n', ['A', 'B']],
    ['after decorators', '@dataclass(frozen=True)\nclass A:\n  x: int = 1\n', ['A']],
    ['over several lines', 'class A(\n  Base,  # class B:\n):\n  pass\n', ['A']],
    ['over a continued line', 'class \\\n  A: pass\n', ['A']],
    ['over a continued line of Windows', 'class \\\r\n  A: pass\r\n', ['A']],
    [
      'in conditions at the top level',
      'try:\n  import x\n  class A: pass\nexcept ImportError:\n  class A2: pass\nif x:\n    class B: pass\n',
      ['A', 'A2', 'B'],
    ],
    [
      'not in functions or classes',
      'def f():\n  class A: pass\nclass B:\n  class C: pass\nasync def g():\n\tclass D: pass\nclass E: pass\n',
      ['B', 'E'],
    ],
    ['not in functions inside of conditions', 'if x:\n  def f():\n    class A: pass\n  class B: pass\n', ['B']],
    ['not in comments', '# class A:\nx = 1 # class B:\n', []],
    ['not in texts', '"""\nclass A:\n"""\nx = \'\'\'\nclass B:\n\'\'\'\n', []],
    ['after texts with quotes in them', `x = 'it\\'s "'\ny = r"\\"\\""\nclass A: pass\n`, ['A']],
    ['after formatted texts with texts in them', `x = f"{a["b"]} {{ {c!r:>{w}} }}"\nclass A: pass\n`, ['A']],
    ['after formatted texts with quotes in their formats', `x = f"{a:'>10}"\nclass A: pass\n`, ['A']],
    ['after formatted texts with a brace alone', `x = f"{"\nclass A: pass\n`, ['A']],
    ['after triple quoted formatted texts', 'x = f"""{a}\nclass B:\n{b\n}"""\nclass A: pass\n', ['A']],
    ['after a text that is not closed', 'x = "abc\nclass A: pass\n', ['A']],
    ['in a file that ends in a text', 'class A: pass\nx = """', ['A']],
    ['in a file that ends in a comment', 'class A: pass\n# end', ['A']],
    ['with names in any script', 'class Größe: pass\n', ['Größe']],
    ['not words that begin alike', 'classes = 1\nclass_ = 2\n', []],
  ])('%s', (_, source, names) => {
    expect(classes(source)).toEqual(names)
  })
})

describe('finds other names that may be classes', () => {
  test.each([
    ['import a.b, c as d', ['a', 'd']],
    ['from x import (\n  A,\n  B as C,\n)', ['A', 'C']],
    ['try:\n  from x import A\nexcept ImportError:\n  A = None', ['A']],
    ['A = B = make()', ['A', 'B']],
    ['A: type[Base] = make()', ['A']],
    ['a == b', []],
  ])('in %j', (source, names) => {
    expect(others(source)).toEqual(names)
  })
})

test('finds functions', () => {
  expect([...pythonNames('def a(): pass\nasync  def b(): pass\nclass C:\n  def d(self): pass\n').functions]).toEqual([
    'a',
    'b',
  ])
})

test.each([
  'from x import *',
  'globals()["A"] = 1',
  'setattr(sys.modules[__name__], "A", 1)',
  'def __getattr__(name): ...',
])('knows that it does not know all of %j', (source) => {
  expect(pythonNames(source).complete).toBe(false)
})

test('knows all of an ordinary module', () => {
  expect(pythonNames('import x\nclass A: pass\n').complete).toBe(true)
})
