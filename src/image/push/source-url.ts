/** The address of the sources as GitHub Actions and GitLab CI tell it; undefined elsewhere, or where it is no plain https address. */
export function sourceUrl(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, CI_PROJECT_URL: project } = env;
  const text = server && repository ? `${server}/${repository}` : project;
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, username, password } = new URL(text);
  // An address with a password in it is not for an annotation that everyone can read.
  return protocol === "https:" && username === "" && password === "" ? text : undefined;
}
