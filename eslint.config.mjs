import tseslint from "typescript-eslint";

const timeAndChance = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Time comes from the clock in the context." },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time comes from the clock in the context." },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: "Randomness comes from the context." },
  { selector: "CallExpression[callee.name=/^(setTimeout|setInterval)$/]", message: "Waiting goes through the clock in the context." },
];
const noMocks = { selector: "CallExpression[callee.object.name=/^(vi|jest)$/][callee.property.name='mock']", message: "Run the real thing." };
const noEnv = { selector: "MemberExpression[object.name='process'][property.name='env']", message: "Settings come from server/kernel/env.ts." };
const noEnum = { selector: "TSEnumDeclaration", message: "Use a const union." };

export default tseslint.config(
  {
    ignores: [
      "node_modules/**",
      ".next/**",
      "dist/**",
      "server/store/generated/**",
      "next-env.d.ts",
      "**/*.mjs",
      "**/*.cjs",
      "test-results/**",
      "playwright-report/**",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-restricted-syntax": ["error", noMocks, noEnv, noEnum],
    },
  },
  {
    files: ["server/domain/**/*.ts", "server/control/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", noMocks, noEnv, noEnum, ...timeAndChance] },
  },
  {
    files: ["server/kernel/env.ts", "scripts/**", "cli/**", "*.config.ts", "bench/**", "playwright/**", "server/processes/**", "proxy.ts"],
    rules: { "no-restricted-syntax": ["error", noMocks, noEnum] },
  },
  {
    files: ["**/*.test.ts", "server/testing/**", "playwright/**", "server/drivers/contract/**"],
    rules: { "@typescript-eslint/no-floating-promises": "error", "@typescript-eslint/require-await": "off" },
  },
);
