import type { ArtifactName } from "../artifacts.ts";
import { approval, type DeskCall, perform } from "../desk.ts";
import type { Deploying } from "../families/dex.ts";
import type { PricedToken, World } from "../world.ts";

/** A lender of the devnet beside the Balancer V2 vault: how it is deployed from published bytecode, and how it comes to hold what it lends. */
export interface DevnetLender {
	/** As the chain's settings and the registry name it. */
	readonly kind: "aave-v3" | "morpho-blue";
	readonly artifacts: readonly ArtifactName[];
	/** Sends the creation of its contracts and the supply of every token. Returns what is asked for a loan. */
	deploy(chain: Deploying, world: World): Promise<string>;
}

/** What a lender holds of each token, in wei of WETH worth: far above what one cycle can move. */
const SUPPLY_WORTH = 1e23;

/** Supplies a token from the desk's stock: `supply` is the lender's own call. */
export async function supplyFromDesk(
	chain: Deploying,
	of: { readonly desk: string; readonly token: PricedToken; readonly lender: string; readonly supply: (amount: bigint) => string },
): Promise<void> {
	const amount = BigInt(Math.round(SUPPLY_WORTH / of.token.price));
	const calls: readonly DeskCall[] = [
		approval({ token: of.token.address, spender: of.lender, amount }),
		{ to: of.lender, data: of.supply(amount) },
	];
	await chain.call(chain.accounts.market, of.desk, perform(calls));
}
