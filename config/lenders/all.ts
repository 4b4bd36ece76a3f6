import { aaveV3 } from "./aave-v3.ts";
import { balancerV2, balancerV3 } from "./balancer.ts";
import { DEX_LENDERS } from "./dexes.ts";
import { type Lender, lendersOf } from "./lender.ts";
import { morphoBlue } from "./morpho-blue.ts";

/** Every source of flash loans of the registry. */
export const LENDERS: readonly Lender[] = [...[aaveV3, balancerV2, balancerV3, morphoBlue].flatMap(lendersOf), ...DEX_LENDERS];
