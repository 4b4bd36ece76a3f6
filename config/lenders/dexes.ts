import { DEPLOYMENTS } from "../dexes/all.ts";
import type { Lender } from "./lender.ts";

/** Dexes that lend what their pools hold, by name: how, and for how much. */
const LENDING_DEXES: ReadonlyMap<string, Pick<Lender, "entry" | "fee">> = new Map([
	// The pair is paid back in the token it lent; its fee then is that of a swap, of the amount repaid.
	["uniswap-v2", { entry: "swap(uint256,uint256,address,bytes)", fee: { kind: "pool-fee" } }],
	["uniswap-v3", { entry: "flash(address,uint256,uint256,bytes)", fee: { kind: "pool-fee" } }],
	["pancakeswap-v3", { entry: "flash(address,uint256,uint256,bytes)", fee: { kind: "pool-fee" } }],
	["uniswap-v4", { entry: "unlock(bytes)", fee: { kind: "none" } }],
	["pancakeswap-infinity", { entry: "lock(bytes)", fee: { kind: "none" } }],
]);

/** The lenders that the rows of the dexes are already. A pool that lends is locked for its own swap. */
export const DEX_LENDERS: readonly Lender[] = DEPLOYMENTS.flatMap(({ dex, chainId, vault, factory, source }) => {
	const terms = LENDING_DEXES.get(dex);
	const address = vault ?? factory;
	return terms === undefined || address === undefined ? [] : [{ lender: dex, chainId, address, source, ...terms }];
});
