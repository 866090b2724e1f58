/** How the language server is started: a program and its arguments, never through a shell. */
export interface Start {
  command: string;
  args: string[];
}

export const DEFAULT: readonly string[] = ["imd", "server"];

/** Returns what a setting says, or what is usual where it says nothing that can be run. */
export function startOf(setting: unknown): Start {
  const words = Array.isArray(setting) && setting.every((word) => typeof word === "string") ? setting : [];
  const [command, ...args] = words[0] ? words : DEFAULT;
  return { command: command as string, args };
}

/** The files of which a change matters. */
export const SELECTOR = [
  { scheme: "file", language: "dockerfile" },
  { scheme: "file", language: "yaml" },
  { scheme: "file", language: "dockercompose" },
  { scheme: "file", language: "json" },
  { scheme: "file", language: "toml" },
  { scheme: "file", language: "terraform" },
  { scheme: "file", language: "hcl" },
  { scheme: "file", language: "shellscript" },
  { scheme: "file", language: "makefile" },
  { scheme: "file", pattern: "**/{Dockerfile,Containerfile}*" },
  { scheme: "file", pattern: "**/.dockerignore" },
];
