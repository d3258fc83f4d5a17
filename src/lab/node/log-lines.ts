/** A line of the controllers' log as Talos' logger writes it: level, message, and the rest as JSON. */
export const controllerLine = (message: string, fields: Record<string, string>): string =>
  `ERROR ${message} ${JSON.stringify({ component: "controller-runtime", ...fields })}`;

export const controllerError = (controller: string, error: string): string =>
  controllerLine("controller failed", { controller, error });
