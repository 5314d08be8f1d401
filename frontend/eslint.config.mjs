import { defineConfig, globalIgnores } from 'eslint/config';
import nextVitals from 'eslint-config-next/core-web-vitals';
import nextTypescript from 'eslint-config-next/typescript';

export default defineConfig([
  ...nextVitals,
  ...nextTypescript,
  {
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='dynamic'][arguments.length=1]",
          message: 'Without a `loading` the page around it disappears meanwhile: components/ui/nothing.ts.',
        },
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'zod', message: "Import * as z from 'zod/mini': the classic build costs 70 KiB more." },
          ],
        },
      ],
    },
  },
  // Areas stay apart: what two of them need belongs in components/ui, components/schedule or lib.
  ...[
    'account',
    'admin',
    'attendance',
    'audit',
    'bursar',
    'catalogue',
    'course',
    'course-form',
    'dashboard',
    'gradebook',
    'marks',
    'payments',
    'people',
    'performance',
    'roster',
    'shell',
    'terms',
    'timetable',
    'transcript',
    'verify',
  ].map((area, _, areas) => ({
    files: [`components/${area}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'zod', message: "Import * as z from 'zod/mini': the classic build costs 70 KiB more." },
          ],
          patterns: areas
            .filter((other) => other !== area)
            .map((other) => ({
              group: [`@/components/${other}/*`],
              message: 'Areas do not import each other.',
            })),
        },
      ],
    },
  })),
  // It says that the React Compiler leaves out what uses the virtualizer; the compiler is off.
  { files: ['components/data-grid/**'], rules: { 'react-hooks/incompatible-library': 'off' } },
  { files: ['scripts/**', 'e2e/**'], rules: { 'no-console': 'off' } },
  globalIgnores(['.next/**', 'out/**', 'next-env.d.ts', 'lib/api/schema.gen.d.ts']),
]);
