import { helloModule } from "./hello-module.ts";

/** The WASI module that the lab's pods run: hello.wat, assembled. */
export const workloadModule = (): Uint8Array => Buffer.from(helloModule, "base64");

const prime = 0x01000193;
const basis = 0x811c9dc5;

/** What the module on that pod answers to `http://…/?query`. The sum is worked out here again, by another program in another language. */
export const expectedAnswer = (node: string, pod: string, query: string): string =>
  `WebAssembly on ${node}, pod ${pod}, query "${query}", fnv1a ${fnv1a(query)}\n`;

function fnv1a(text: string): string {
  const sum = Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, prime), basis);
  return (sum >>> 0).toString(16).padStart(8, "0");
}
