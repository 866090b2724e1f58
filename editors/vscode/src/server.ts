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

const LANGUAGES = [
  "dockerfile", "dockercompose", "yaml", "json", "jsonc", "toml", "ini", "properties", "dotenv", "terraform", "hcl", "shellscript", "makefile", "just", "ruby", "groovy",
  "powershell", "sql", "xml",
];
const PATTERNS = [
  "**/{Dockerfile,Containerfile,Jenkinsfile,Vagrantfile,Procfile,Justfile,justfile,crontab}*", "**/.{dockerignore,env,env.*}",
  "**/*.{service,timer,container,pod,kube,build,image,volume,nomad,hcl,tf,tfvars,bu,ign,pkr.hcl}",
];

/** The files of which a change matters while they are typed; any other counts once it is saved. */
export const SELECTOR = [
  ...LANGUAGES.map((language) => ({ scheme: "file", language })),
  ...PATTERNS.map((pattern) => ({ scheme: "file", pattern })),
];
