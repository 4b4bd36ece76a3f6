import { eq } from "drizzle-orm";
import { Interface, JsonRpcProvider } from "ethers";
import { commandSettings } from "../cli/environment.ts";
import { readChains } from "../config/configured-chains.ts";
import { openDatabase } from "../db/connection.ts";
import { opportunities, submissions } from "../db/schema.ts";
import { devnetAccounts } from "../devnet/accounts.ts";
import { ArbError } from "../domain/errors.ts";
import { figure, type Measured, runBench } from "./report.ts";

/**
 * What the competitor takes from us on the first chain: run it beside a system that was started with `npm start -- --competitor`.
 *
 * A gap is contested where one of our submissions and a transaction of the competitor trade in the same pool, the competitor's between the block that
 * our candidate was found on and the block after ours ended. The competitor wins it where its transaction succeeded and ours did not settle.
 */
const AIM_SHARE = 0.2;
/** Blocks after the last one in which ours could still be included: the competitor may come that much later for the same gap. */
const BLOCKS_AFTER = 1;

const searcher = new Interface([
	"function run(address token, uint256 amountIn, uint256 minProfit, (address pool, bool isV3, bool zeroForOne, uint24 feePips)[] legs)",
]);

interface RivalTransaction {
	readonly block: number;
	readonly pools: ReadonlySet<string>;
	readonly isSuccess: boolean;
}

await runBench("competition", async (): Promise<Measured> => {
	const settings = commandSettings();
	const [chain] = readChains(settings.CHAIN_FILE);
	await using db = openDatabase(settings.DATABASE_URL);
	const ours = await db.drizzle
		.select({
			route: opportunities.route,
			foundAt: opportunities.blockNumber,
			outcome: opportunities.outcome,
			includedBlock: submissions.includedBlock,
			deadlineBlock: submissions.deadlineBlock,
		})
		.from(submissions)
		.innerJoin(opportunities, eq(submissions.workflowId, opportunities.workflowId))
		.where(eq(submissions.chainId, chain.chainId));
	const ended = ours.filter((of) => of.outcome !== null);
	if (ended.length === 0)
		throw new ArbError({ code: "not_found", message: "no submission has ended yet; try again later", retryable: true });
	const first = Math.min(...ended.map((of) => Number(of.foundAt)));
	const rivals = await readRivals(chain.rpcUrl, first);
	if (rivals.length === 0) {
		const message = "the competitor has sent nothing; start the system with npm start -- --competitor";
		throw new ArbError({ code: "not_found", message, retryable: false });
	}
	let won = 0;
	let lost = 0;
	for (const { route, foundAt, outcome, includedBlock, deadlineBlock } of ended) {
		const pools = route.map((hop) => hop.pool.toLowerCase());
		const last = Number(includedBlock ?? deadlineBlock) + BLOCKS_AFTER;
		const against = rivals.filter((of) => of.block > Number(foundAt) && of.block <= last && pools.some((pool) => of.pools.has(pool)));
		if (against.length === 0) continue;
		if (outcome === "settled") won += 1;
		else if (against.some((of) => of.isSuccess)) lost += 1;
	}
	const count = (outcome: string) => ended.filter((of) => of.outcome === outcome).length;
	return {
		results: [
			figure({ name: "contested gaps", value: won + lost, unit: "gaps", better: "higher" }),
			figure({ name: "won by the competitor", value: lost / (won + lost), unit: "share", better: "higher", aim: AIM_SHARE }),
			figure({ name: "our submissions that reverted", value: count("reverted"), unit: "submissions", better: "lower" }),
			figure({ name: "our submissions that were dropped", value: count("dropped"), unit: "submissions", better: "lower" }),
		],
		notes: [
			`${ended.length} of our submissions have ended, ${count("settled")} of them settled; the competitor sent ${rivals.length} transactions since block ${first}, ${rivals.filter((of) => of.isSuccess).length} of them succeeded.`,
		],
	};
});

/** The competitor's transactions from a block to the head, with the pools that their calldata names. */
async function readRivals(rpcUrl: string, first: number): Promise<readonly RivalTransaction[]> {
	const provider = new JsonRpcProvider(rpcUrl);
	const { address } = devnetAccounts().competitor;
	try {
		const head = await provider.getBlockNumber();
		const rivals: RivalTransaction[] = [];
		for (let number = first; number <= head; number++) {
			const block = await provider.getBlock(number, true);
			for (const { hash, from, data } of block?.prefetchedTransactions ?? []) {
				if (from !== address) continue;
				const legs = searcher.decodeFunctionData("run", data).legs as { pool: string }[];
				const receipt = await provider.getTransactionReceipt(hash);
				rivals.push({ block: number, pools: new Set(legs.map((leg) => leg.pool.toLowerCase())), isSuccess: receipt?.status === 1 });
			}
		}
		return rivals;
	} finally {
		provider.destroy();
	}
}
