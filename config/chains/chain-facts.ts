import { z } from "zod";
import { checksummedAddress } from "../address.ts";
import { parseWith } from "../validation.ts";
import { orderingSchema } from "./ordering.ts";

const decimals = z.int().min(0).max(36);

/** A Chainlink price feed (`AggregatorV3Interface`), e.g. `ETH/USD`. */
const feedSchema = z.strictObject({ pair: z.string().regex(/^[A-Z]+\/USD$/), address: checksummedAddress });

/**
 * Who tells what a transaction's data costs: the predeploy `GasPriceOracle` of OP-stack chains, or Arbitrum's virtual contract `NodeInterface`.
 */
export const dataFeeSchema = z.enum(["op-stack", "arbitrum"]);
export type DataFee = z.output<typeof dataFeeSchema>;

const chainFactsSchema = z
	.strictObject({
		chainId: z.int().min(1),
		/** As `--chain` takes it. */
		name: z.string().regex(/^[a-z0-9-]+$/),
		native: z.strictObject({ symbol: z.string().min(1), decimals }),
		wrappedNative: checksummedAddress,
		/** Tokens counted as one US dollar. */
		stablecoins: z.array(z.strictObject({ symbol: z.string().min(1), address: checksummedAddress, decimals })).min(1),
		/** Multicall3 and the block that created it. */
		multicall: z.strictObject({ address: checksummedAddress, startBlock: z.int().min(0) }),
		/** The first is that of the native coin. */
		feeds: z.array(feedSchema).min(1),
		/** On a rollup: 0 says that its sequencer is up; prices of a stopped sequencer are not to be traded on. */
		sequencerUptimeFeed: checksummedAddress.optional(),
		/** The chain that a rollup settles on. */
		settlesOn: z.int().min(1).optional(),
		/** How a rollup charges for the data that it posts there. */
		dataFee: dataFeeSchema.optional(),
		blockTimeMs: z.int().min(1),
		/** The hard fork that brought transient storage (EIP-1153) and MCOPY (EIP-5656) to the chain; PUSH0 (EIP-3855) came before. */
		cancunBy: z.string().min(1),
		ordering: orderingSchema,
	})
	.refine((chain) => (chain.settlesOn === undefined) === (chain.sequencerUptimeFeed === undefined), {
		path: ["sequencerUptimeFeed"],
		message: "a rollup, and only a rollup, has a feed that tells whether its sequencer is up",
	})
	.refine((chain) => (chain.settlesOn === undefined) === (chain.dataFee === undefined), {
		path: ["dataFee"],
		message: "a rollup, and only a rollup, charges for data",
	});

/** A chain as its file writes it. */
export type ChainFactsInput = z.input<typeof chainFactsSchema>;

/** What is true of a chain whoever works on it. Addresses are lower case. */
export type ChainFacts = z.output<typeof chainFactsSchema>;

/**
 * Checks the facts of a chain.
 *
 * @throws ArbError `configuration` that names the chain and each bad field
 */
export function chainFactsOf(chain: ChainFactsInput): ChainFacts {
	return parseWith(chainFactsSchema, chain, `registry, chain ${chain.name}`);
}
