import { formationInput } from "../../src/formation/from-repository.ts";
import { formationOfRoles } from "../../src/formation/from-roles.ts";
import { withContracts } from "../../src/formation/image-facts.ts";
import { judge } from "../../src/formation/judge.ts";
import type { Formation, FormationInput, ImageFacts, Platform } from "../../src/formation/model.ts";
import { plainRepository } from "../../src/roles/import/plain.ts";
import { parseRoles } from "../../src/roles/load.ts";
import type { Arch } from "../../src/talos/arch.ts";
import { type Contract, emptyContract, type ServiceContract } from "../../src/talos/contract.ts";
import type { ExtensionFault } from "../../src/talos/extension-fault.ts";
import { readConfig } from "../../src/talos/config/document.ts";

/** What is known beside the configs, as the files of the corpus write it. */
export interface Given {
  extensions?: string[];
  talos?: string;
  arch?: Arch;
  platform?: Platform;
  image?: {
    extensions?: string[];
    arch?: Arch;
    talos?: string;
    kernelRelease?: string;
    versions?: Record<string, string>;
    /** Services of extensions that are in no table. */
    services?: Record<string, (Partial<ServiceContract> & { name: string })[]>;
    modules?: Record<string, { name: string; release: string }[]>;
    faults?: ExtensionFault[];
  };
}

interface Case {
  given: Given;
  /** Machine configs by file name; none where only roles.yaml is judged. */
  files: Readonly<Record<string, string>>;
  roles?: string;
  /** Patches for every node, such as a fix. */
  patches?: readonly string[];
}

export const judgeCase = async (one: Case): Promise<Formation> => judge(await inputOf(one));

/** What is judged: nodes with their configs and images. */
export async function inputOf({ given, files, roles, patches = [] }: Case): Promise<FormationInput> {
  const file = roles === undefined ? undefined : parseRoles(roles, "roles.yaml").roles;
  const { image, ...options } = given;
  if (file && Object.keys(files).length === 0) return formationOfRoles(file, options);
  const configs = Object.entries(files).map(([name, text]) => readConfig(text, name));
  const broken = configs.find(({ problem }) => problem);
  if (broken) throw new Error(`${broken.file}: ${broken.problem?.message}`);
  const repository = plainRepository({
    path: ".",
    files: configs,
    patches: patches.map((text) => readConfig(text, "fix.yaml")),
  });
  return formationInput([repository], {
    ...options,
    ...(file ? { roles: file } : {}),
    ...(image ? { image: await factsOf(image) } : {}),
  });
}

const nothing = { configuration: false, time: false, paths: [], services: [], network: [] };

async function factsOf(image: NonNullable<Given["image"]>): Promise<ImageFacts> {
  const { extensions = [], versions = {}, faults = [], arch, kernelRelease, talos = "v1.13.6" } = image;
  const facts = await withContracts(extensions, { source: "the image", talos }, {});
  return {
    ...facts,
    faults,
    ...(arch ? { arch } : {}),
    ...(kernelRelease ? { kernelRelease } : {}),
    extensions: (facts.extensions ?? []).map((one) => {
      const contract = own(one.name, image) ?? one.contract;
      const version = versions[one.name];
      return { ...one, ...(version ? { version } : {}), ...(contract ? { contract } : {}) };
    }),
  };
}

function own(
  name: string,
  { services = {}, modules = {} }: NonNullable<Given["image"]>,
): Contract | undefined {
  const given = services[name];
  const list = modules[name];
  if (!given && !list) return undefined;
  return {
    ...emptyContract(),
    services: (given ?? []).map((one) => ({
      extension: name,
      restart: "always",
      ...one,
      waitsFor: { ...nothing, ...one.waitsFor },
    })),
    modules: (list ?? []).map((module) => ({ dependsOn: [], ...module })),
  };
}
