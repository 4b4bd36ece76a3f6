import { aaveV3 } from "./aave-v3.ts";
import type { DevnetLender } from "./lender.ts";
import { morphoBlue } from "./morpho-blue.ts";

/** Every lender beside the Balancer V2 vault, in the order of deployment. */
export const LENDERS: readonly DevnetLender[] = [aaveV3, morphoBlue];
