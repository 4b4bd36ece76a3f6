export { arbitrage } from "./arbitrage.ts";
export { chain } from "./chain.ts";
export { epoch } from "./epoch.ts";
export { wallet } from "./wallet.ts";
