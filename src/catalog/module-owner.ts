import { moduleName } from "../talos/config/modules.ts";
import { fallbackContract, fallbackNames } from "./fallback-contracts.ts";

/** The official extension that has a kernel module, or undefined for one that none has. */
export const moduleOwner = (module: string, talos: string): string | undefined =>
  fallbackNames().find((extension) =>
    fallbackContract(extension, talos)?.modules.some(({ name }) => moduleName(name) === moduleName(module)),
  );
