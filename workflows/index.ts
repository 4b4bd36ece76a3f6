export { arbitrage } from "./arbitrage.ts";
export { chain } from "./chain.ts";
export { epoch } from "./epoch.ts";
export { findPools } from "./find-pools.ts";
export { refreshTvl } from "./refresh-tvl.ts";
export { wallet } from "./wallet.ts";
