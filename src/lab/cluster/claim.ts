import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { RolesError } from "../../errors.ts";

/**
 * Keeps a lab's folder for one process for as long as it makes the lab; gives what ends that. It is the name of a socket that has no file
 * (unix(7), abstract): the kernel gives it to one process only, and takes it back however that ends. Errors: LAB_RUNNING.
 */
export async function claimFolder(state: string): Promise<() => Promise<void>> {
  const name = createHash("sha256")
    .update(`${process.getuid?.()} ${resolve(state)}`)
    .digest("hex");
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((claimed, refused) => {
    server.once("error", (cause) =>
      refused(
        new RolesError("LAB_RUNNING", `a lab is being made in ${state}`, {
          hint: "Wait until it stands, or end that command; --state FOLDER makes another lab beside it.",
          cause,
        }),
      ),
    );
    server.listen(`\0talos-roles-lab-${name}`, claimed);
  });
  return () => new Promise((released) => server.close(() => released()));
}
