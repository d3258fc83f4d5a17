/**
 * Which Talos each CozyStack release pins: `profiles/installer.yaml` of its Talos images, at every tag of
 * github.com/cozystack/cozystack up to 2026-08-19. For later releases write `cluster.talos`.
 */
const releasesByTalos: Readonly<Record<string, string>> = {
  "v1.6.4": "v0.0.1 v0.1.0 v0.2.0 v0.3.0 v0.3.1",
  "v1.7.1": "v0.4.0 v0.5.0 v0.6.0 v0.7.0 v0.8.0 v0.9.0 v0.9.1 v0.10.0 v0.10.1 v0.10.2 v0.10.3 v0.10.4",
  "v1.7.6": "v0.11.0 v0.12.0 v0.13.0 v0.14.0 v0.14.1 v0.15.0",
  "v1.8.0": "v0.16.0 v0.16.1 v0.16.2 v0.16.3 v0.16.4 v0.16.5",
  "v1.8.1": "v0.17.0 v0.17.1",
  "v1.8.2": "v0.18.0",
  "v1.8.3": "v0.19.0 v0.20.0 v0.20.1 v0.20.2",
  "v1.8.4": "v0.21.0 v0.21.1",
  "v1.9.1": "v0.22.0",
  "v1.9.2": "v0.23.0 v0.23.1 v0.24.0 v0.24.1",
  "v1.9.3": "v0.25.0 v0.25.1 v0.25.2 v0.25.3 v0.26.0 v0.26.1 v0.27.0 v0.28.0 v0.28.1 v0.28.2",
  "v1.9.5":
    "v0.29.0 v0.29.1 v0.30.0 v0.30.1 v0.30.2 v0.30.3 v0.30.4 v0.31.0-rc1 v0.31.0-rc.1 v0.30.5 " +
    "v0.31.0-alpha.0 v0.30.6",
  "v1.10.1": "v0.31.0-rc.2 v0.31.0-rc.3 v0.31.0",
  "v1.10.3":
    "v0.31.1 v0.32.0-beta.1 v0.32.0-beta.2 v0.31.2 v0.32.0 v0.32.1 v0.33.0 v0.33.1 v0.33.2 " +
    "v0.34.0-beta.1 v0.33.3",
  "v1.10.5":
    "v0.34.0-beta.2 v0.34.0-rc.1 v0.34.0-beta.3 v0.34.0 v0.34.1 v0.34.2 v0.35.0-alpha.1 v0.34.3 " +
    "v0.35.0-alpha.2 v0.35.0-alpha.3 v0.34.4 v0.34.5 v0.34.6 v0.34.7 v0.35.0-beta.1 v0.34.8 v0.35.0 " +
    "v0.35.1",
  "v1.10.6":
    "v0.35.2 v0.36.0-alpha.1 v0.35.3 v0.36.0-alpha.2 v0.36.0-beta.1 v0.36.0-beta.2 v0.35.4 " +
    "v0.36.0-beta.3 v0.35.5 v0.36.0-beta.4 v0.36.0 v0.36.1 v0.36.2 v0.37.0-alpha.1 v0.37.0-alpha.2 " +
    "v0.37.0-beta.1 v0.37.0-beta.2 v0.37.0 v0.37.1 v0.37.2 v0.37.3 v0.37.4 v0.37.5 v0.37.6 v0.37.7 " +
    "v0.37.8 v0.37.9 v0.37.10 v0.36.3",
  "v1.11.3":
    "v0.38.0-alpha.1 v0.38.0-alpha.2 v0.38.0 v0.38.1 v0.38.2 v0.38.3 v0.38.4 v0.39.0 v0.39.1 v0.38.5 " +
    "v0.39.2 v0.38.6 v0.38.7 v0.40.0-alpha.1 v0.38.8 v0.39.3 v0.40.0 v0.39.4 v0.39.5 v0.40.1 v0.40.2 " +
    "v1.0.0-alpha.1 v0.40.3",
  "v1.11.6":
    "v0.40.4 v0.41.0 v0.41.1 v0.41.2 v0.41.3 v0.40.5 v0.41.4 v0.40.6 v0.41.5 v0.41.6 v0.40.7 v0.41.7 " +
    "v0.41.8 v0.41.9 v0.41.10 v0.41.11",
  "v1.12.1":
    "v1.0.0-alpha.2 v1.0.0-beta.1 v1.0.0-beta.2 v1.0.0-beta.3 v1.0.0-beta.4 v1.0.0-beta.5 " +
    "v1.0.0-beta.6 v1.0.0-rc.1 v1.0.0-rc.2 v1.0.0 v1.0.1 v1.0.2 v1.0.3 v1.1.0 v1.0.4 v1.1.1 v1.0.5 " +
    "v1.1.2 v1.1.3 v1.0.6 v1.1.4 v1.0.7 v1.1.5 v1.0.8 v1.1.6 v1.1.7",
  "v1.12.6": "v1.2.0 v1.2.1 v1.2.2 v1.3.0-rc.1 v1.2.3 v1.3.0 v1.3.1",
  "v1.12.7": "v1.3.2 v1.3.3 v1.2.4 v1.3.4 v1.3.5 v1.3.6",
  "v1.13.0":
    "v1.4.0-rc.1 v1.4.0-rc.2 v1.4.0 v1.4.1 v1.4.2 v1.5.0-rc.1 v1.5.0-alpha.1 v1.5.0-alpha.2 " +
    "v1.5.0-rc.2 v1.4.3 v1.5.0-rc.3 v1.4.4 v1.5.0 v1.5.1 v1.5.2 v1.4.5 v1.5.3 v1.4.6 v1.5.4",
  "v1.13.5": "v1.6.0-rc.1",
  "v1.13.6": "v1.6.0-rc.2 v1.6.0-rc.3 v1.6.0-rc.4 v1.6.0 v1.6.1-rc.1 v1.6.1 v1.6.2-rc.1 v1.6.2",
};

const talosByRelease = new Map(
  Object.entries(releasesByTalos).flatMap(([talos, releases]) =>
    releases.split(" ").map((release) => [release, talos] as const),
  ),
);

/** The Talos version that a CozyStack release pins; undefined for a release that the table does not have. */
export const talosOfCozystack = (release: string): string | undefined => talosByRelease.get(release);
