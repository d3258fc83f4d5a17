// The cases for merge-cases.go on standard output.
import { talosCases } from "../../tests/config/talos-cases.ts";

console.log(JSON.stringify(await talosCases()));
