import { lockPath } from "../../roles/names.ts";
import { word } from "../commands.ts";
import type { PipelineOptions } from "../options.ts";
import { job, registryLogin, setUp } from "./job.ts";
import { step } from "./text.ts";

/** Once a week: what registries have now goes into the lock, and the CozyStack patch is made anew; what moved becomes a pull request, in words. */
export const refreshJob = (options: PipelineOptions): string =>
  job({
    id: "refresh",
    head: `name: weekly refresh
if: github.event_name == 'schedule'
runs-on: ${options.runner}
timeout-minutes: 30
permissions:
  contents: write
  packages: read
  pull-requests: write`,
    steps: [
      ...setUp(options, { keepLogin: true }),
      step({ name: "Refresh the lock", env: registryLogin, run: refreshLock(options) }),
      ...(options.cozystack === undefined
        ? []
        : [step({ name: "Make the CozyStack patch anew", run: refreshPatch(options.cozystack) })]),
      step({
        name: "Open a pull request",
        env: { GH_TOKEN: "${{ github.token }}" },
        run: openRequest(options),
      }),
    ],
  });

function refreshLock({ rolesFile, mirrors }: PipelineOptions): string {
  const lock = word(lockPath(rolesFile));
  const words = [`--file ${word(rolesFile)}`, ...mirrors.map((mirror) => `--mirror ${word(mirror)}`)].join(
    " ",
  );
  return `cp ${lock} "$RUNNER_TEMP/before.lock.json"
talos-roles lock --update ${words}
talos-roles diff "$RUNNER_TEMP/before.lock.json" ${lock} > "$RUNNER_TEMP/words.md"`;
}

/** The release that roles.yaml names is what images are built with; the newest is tried, so that a break is known early. */
const refreshPatch = (release: string): string => `clone="$RUNNER_TEMP/cozystack"
git clone --quiet --filter=blob:none --no-checkout https://github.com/cozystack/cozystack "$clone"
talos-roles patch cozystack "$clone" --ref ${word(release)} --out patches/cozystack.patch
newest=$(git -C "$clone" tag --list 'v*' --sort=-version:refname | grep -E '^v[0-9]+\\.[0-9]+\\.[0-9]+$' | head -n 1)
{
  echo
  echo "CozyStack ${release}: patch made and proven. Newest release, $newest:"
  talos-roles patch cozystack "$clone" --ref "$newest" --out "$RUNNER_TEMP/newest.patch" 2>&1 || echo "It cannot be patched."
} >> "$RUNNER_TEMP/words.md"`;

/** A pull request by the workflow's own token starts no other workflow: closing and opening it again does. */
function openRequest({ rolesFile, cozystack }: PipelineOptions): string {
  const paths = [
    word(lockPath(rolesFile)),
    ...(cozystack === undefined ? [] : ["patches/cozystack.patch"]),
  ].join(" ");
  return `git add -- ${paths}
if git diff --cached --quiet; then
  echo "Nothing moved."
  exit 0
fi
branch=talos-roles/refresh
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
git switch --quiet --force-create "$branch"
git commit --quiet --message "Refresh the lock of the Talos roles" --message "$(cat "$RUNNER_TEMP/words.md")"
git push --quiet --force origin "HEAD:refs/heads/$branch"
if [ -n "$(gh pr list --head "$branch" --state open --json number --jq '.[].number')" ]; then
  gh pr edit "$branch" --body-file "$RUNNER_TEMP/words.md"
else
  gh pr create --head "$branch" --title "Refresh the lock of the Talos roles" --body-file "$RUNNER_TEMP/words.md"
fi`;
}
