import type { ChainConfig } from "../config/chain.ts";
import type { LoanTerms } from "../domain/lifecycle.ts";
import { aaveV3Lender } from "./lenders/aave-v3.ts";
import { balancerV2Lender } from "./lenders/balancer-v2.ts";
import type { LenderReader, Reader } from "./lenders/lender.ts";
import { morphoBlueLender } from "./lenders/morpho-blue.ts";

/** A lender as the chain's settings name it. */
export type LenderSettings = ChainConfig["lenders"][number];

function readerOf(lender: LenderSettings): LenderReader {
	switch (lender.kind) {
		case "balancer-v2":
			return balancerV2Lender;
		case "aave-v3":
			return aaveV3Lender(lender.premiumRounding);
		case "morpho-blue":
			return morphoBlueLender;
	}
}

/** The most that any one of the lenders can lend of each token at the end of a block, base units. */
export async function loanLiquidity(
	client: Reader,
	of: { readonly lenders: readonly LenderSettings[]; readonly tokens: readonly string[]; readonly blockHash: string },
): Promise<ReadonlyMap<string, bigint>> {
	const { lenders, ...question } = of;
	const amounts = await Promise.all(lenders.map((lender) => readerOf(lender).liquidity(client, { ...question, lender: lender.address })));
	const most = (i: number): bigint => amounts.reduce((best, row) => ((row[i] ?? 0n) > best ? (row[i] ?? 0n) : best), 0n);
	return new Map(of.tokens.map((token, i) => [token, most(i)]));
}

/** The terms on which each lender lends a token at the end of a block, in the lenders' order. */
export async function loanTerms(
	client: Reader,
	of: { readonly lenders: readonly LenderSettings[]; readonly token: string; readonly blockHash: string },
): Promise<readonly LoanTerms[]> {
	return await Promise.all(
		of.lenders.map(async (lender): Promise<LoanTerms> => {
			const question = { lender: lender.address, tokens: [of.token], blockHash: of.blockHash };
			const reader = readerOf(lender);
			const [[liquidity = 0n], fee] = await Promise.all([reader.liquidity(client, question), reader.fee(client, question)]);
			return {
				...{ lender: lender.kind, address: lender.address, liquidity: liquidity.toString() },
				fee: { share: fee.share.toString(), of: fee.of.toString(), rounding: fee.rounding.toString() },
			};
		}),
	);
}
