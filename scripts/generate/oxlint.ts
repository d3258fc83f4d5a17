import { forbiddenFor, rooms } from "../house.ts";

const importPattern = (room: string) => ({
  group: [`../${room}/**`, `../../${room}/**`, `../../../${room}/**`],
  message: "Imports point left only: see docs/decisions/0002-the-house.md.",
});

const overrides = rooms.map((room) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...forbiddenFor(room).map(importPattern),
          { group: ["**/index.ts"], message: "Import the file that has it." },
        ],
      },
    ],
  },
}));

const config = {
  $schema: "./node_modules/oxlint/configuration_schema.json",
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "import/no-cycle": "error",
    "max-lines": ["error", { max: 250, skipBlankLines: false, skipComments: false }],
    "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
    "max-params": ["error", { max: 4 }],
    complexity: ["error", { max: 15 }],
    "no-console": "error",
    eqeqeq: "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/no-unnecessary-type-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "no-await-in-loop": "off",
    "no-shadow": "off",
    "no-control-regex": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/prefer-add-event-listener": "off",
    "import/no-unassigned-import": "off",
    "import/no-named-as-default-member": "off",
    "typescript/consistent-return": "off",
    "consistent-return": "off",
    "typescript/no-unnecessary-type-parameters": "off",
    "vitest/no-focused-tests": "error",
    "vitest/no-disabled-tests": "error",
    "vitest/require-mock-type-parameters": "off",
    "vitest/no-conditional-expect": "off",
    "vitest/no-conditional-tests": "off",
    "vitest/no-standalone-expect": "off",
    "vitest/expect-expect": "off",
    "jest/no-conditional-expect": "off",
  },
  ignorePatterns: ["dist", "out", "coverage", "node_modules"],
  overrides: [
    ...overrides,
    {
      files: ["**/*.test.ts", "tests/**", "bench/**", "scripts/**"],
      rules: { "max-lines-per-function": "off", "no-console": "off" },
    },
  ],
};

export const path = ".oxlintrc.json";
export const generate = (): string => `${JSON.stringify(config, null, 2)}\n`;
