import { ownValue } from "../formats/own-value.ts";
import { type ServiceSettings, serviceDocumentText } from "./service-document.ts";

const file = (mountPath: string, content: string): ServiceSettings => ({
  configFiles: [{ mountPath, content }],
});

/**
 * The least that each official service is documented to need (README.md of the extension in github.com/siderolabs/extensions). What only
 * the user knows stands as `${NAME}`: Talos takes it as it is, and envsubst fills it in.
 */
const settings: Record<string, ServiceSettings> = {
  tailscale: { environment: ["TS_AUTHKEY=${TS_AUTHKEY}", "TS_AUTH_ONCE=true"] },
  cloudflared: { environment: ["TUNNEL_TOKEN=${TUNNEL_TOKEN}"] },
  netbird: { environment: ["NB_SETUP_KEY=${NB_SETUP_KEY}"] },
  newt: {
    environment: [
      "PANGOLIN_ENDPOINT=${PANGOLIN_ENDPOINT}",
      "NEWT_ID=${NEWT_ID}",
      "NEWT_SECRET=${NEWT_SECRET}",
    ],
  },
  zerotier: { environment: ["ZEROTIER_NETWORK=${ZEROTIER_NETWORK}"] },
  lldpd: file("/usr/local/etc/lldpd/lldpd.conf", "configure lldp portidsubtype ifname\n"),
  nebula: file("/usr/local/etc/nebula/config.yml", "${NEBULA_CONFIG}\n"),
  bird2: file("/usr/local/etc/bird.conf", "log stderr all;\nprotocol device {}\n"),
  "nut-client": file(
    "/usr/local/etc/nut/upsmon.conf",
    'MONITOR ${UPS_HOST} 1 ${UPS_USER} ${UPS_PASSWORD} secondary\nSHUTDOWNCMD "/sbin/poweroff"\n',
  ),
};

/** The settings of the smallest document that ends the wait of a service. */
export const smallestSettings = (service: string): ServiceSettings =>
  ownValue(settings, service) ?? { environment: ["SETTING=${SETTING}"] };

/** The smallest document that ends the wait of a service: for one that is not known, an environment with one setting to replace. */
export const smallestDocument = (service: string): string =>
  serviceDocumentText(service, smallestSettings(service));
