/** The languages that code is coloured in, and the names that people and models give them. */

const NAMES = {
  bash: ["bash", "sh", "shell", "zsh"],
  c: ["c", "h"],
  cpp: ["c++", "cc", "cpp", "cxx", "hpp"],
  csharp: ["c#", "cs", "csharp"],
  css: ["css"],
  diff: ["diff", "patch"],
  dockerfile: ["docker", "dockerfile"],
  go: ["go", "golang"],
  ini: ["conf", "dotenv", "ini", "properties", "toml"],
  java: ["java"],
  javascript: ["cjs", "javascript", "js", "jsx", "mjs"],
  json: ["json", "json5", "jsonc", "jsonl"],
  php: ["php"],
  python: ["py", "python", "python3"],
  ruby: ["rb", "ruby"],
  rust: ["rs", "rust"],
  /** A session: what was typed at a prompt, and what came back. */
  shell: ["console", "shell-session", "shellsession"],
  sql: ["mysql", "postgres", "postgresql", "psql", "sql", "sqlite"],
  typescript: ["cts", "mts", "ts", "tsx", "typescript"],
  xml: ["html", "svg", "vue", "xhtml", "xml"],
  yaml: ["yaml", "yml"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Language = keyof typeof NAMES;

export const LANGUAGES = Object.keys(NAMES) as Language[];

const BY_NAME: ReadonlyMap<string, Language> = new Map(
  LANGUAGES.flatMap((language) => NAMES[language].map((name) => [name, language] as const)),
);

/** The language of a fence's name; undefined when there are no colours for it. */
export const languageNamed = (name: string): Language | undefined =>
  BY_NAME.get(name.toLowerCase());
