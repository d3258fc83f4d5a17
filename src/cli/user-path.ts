/** The command line as its users meet it, in groups and in order. A test holds it against `--help`. */
export const userPath: readonly { group: string; commands: readonly string[] }[] = [
  { group: "Roles:", commands: ["init", "check", "explain", "import", "diff"] },
  { group: "Images:", commands: ["lock", "build", "push", "inspect", "schematic", "mirror"] },
  { group: "Configs and pipelines:", commands: ["config", "patch", "ci"] },
  { group: "Lab:", commands: ["boot", "lab"] },
  { group: "Live cluster:", commands: ["verify", "why"] },
  { group: "This computer:", commands: ["doctor"] },
];
