import { id } from "ethers";
import type { Pool } from "../../domain/pool.ts";
import type { RefusalCode } from "../../domain/price.ts";
import type { ChainClient } from "../chain-client.ts";
import { intAt, intWord, uintAt } from "../protocols/abi-word.ts";
import { tryCalls } from "../tried-calls.ts";
import type { PriceBlock, Reading } from "./observation.ts";
import { ONE, quotient, type Ratio, scaled, squareRoot } from "./ratio.ts";
import { priceAtTick, TICK_PPM } from "./tick-price.ts";

const SLOT0 = id("slot0()").slice(0, 10);
const OBSERVATIONS = id("observations(uint256)").slice(0, 10);
const OBSERVE = id("observe(uint32[])").slice(0, 10);

/** A Uniswap V3 pool between the wrapped native coin and the token that it prices. */
export interface TwapQuestion {
	readonly pool: Pool;
	readonly token: string;
	readonly wrappedNative: string;
	readonly windowSeconds: number;
	/** The pool's mean liquidity over the window must offer this much of the native coin; wei. */
	readonly minDepthWei: bigint;
}

/**
 * Mean prices over a window, in the order of the questions: wei per base unit of the token, at the arithmetic mean of the ticks, rounded down
 * (`OracleLibrary.consult` of Uniswap's v3-periphery). A pool keeps as many observations as somebody has paid for (`observationCardinality`, 1 at
 * first): where they do not reach back far enough there is no mean, and a shorter one would be cheaper to move than what was asked for.
 */
export async function readTwaps(
	client: Pick<ChainClient, "callAt">,
	questions: readonly TwapQuestion[],
	block: PriceBlock,
): Promise<Reading[]> {
	const slots = await tryCalls(
		client,
		block.hash,
		questions.map(({ pool }) => ({ to: pool.address, data: SLOT0, words: 4 })),
	);
	const answers = await tryCalls(
		client,
		block.hash,
		questions.flatMap(({ pool, windowSeconds }, i) => {
			const slot0 = slots[i];
			const index = slot0 ? Number(uintAt(slot0, 2)) : 0;
			const cardinality = slot0 ? Number(uintAt(slot0, 3)) : 0;
			// The ring's next place holds its oldest observation once it has been filled; until then the first place does (OracleLibrary).
			const next = cardinality === 0 ? 0 : (index + 1) % cardinality;
			return [
				{ to: pool.address, data: OBSERVATIONS + intWord(next), words: 4 },
				{ to: pool.address, data: OBSERVATIONS + intWord(0), words: 4 },
				{ to: pool.address, data: OBSERVE + [32, 2, windowSeconds, 0].map(intWord).join(""), words: 8 },
			];
		}),
	);
	return questions.map((question, i) => {
		const slot0 = slots[i];
		const [next, first, observed] = answers.slice(3 * i, 3 * i + 3);
		if (!slot0 || !next || !first) return refused(question, "twap_unreadable", "does not answer slot0 and observations");
		const oldest = Number(uintAt(uintAt(next, 3) === 1n ? next : first, 0));
		const reachSeconds = block.timestamp - oldest;
		if (reachSeconds < question.windowSeconds) {
			const message = `its ${uintAt(slot0, 3)} observations reach back ${reachSeconds} s; ${question.windowSeconds} s are asked for`;
			return refused(question, "twap_too_short", `${message} (increaseObservationCardinalityNext makes room for more)`);
		}
		if (!observed) return refused(question, "twap_unreadable", "does not answer observe");
		return meanOf(question, observed);
	});
}

/** @param observed `observe([window, 0])`: two arrays of two, tick cumulatives and seconds per liquidity (X128), each behind its offset and length. */
function meanOf(question: TwapQuestion, observed: string): Reading {
	const { pool, token, windowSeconds } = question;
	const window = BigInt(windowSeconds);
	// Both counters wrap around, at 56 and at 160 bits.
	const ticks = BigInt.asIntN(56, intAt(observed, 4) - intAt(observed, 3));
	const secondsPerLiquidity = BigInt.asUintN(160, uintAt(observed, 7) - uintAt(observed, 6));
	const tick = Number((ticks - (((ticks % window) + window) % window)) / window);
	const price = priceAtTick(tick);
	const weiPerUnit = token === pool.tokens[0] ? price : quotient(ONE, price);
	// The harmonic mean: a moment without liquidity weighs as much as it should. Only a pool that was always empty adds nothing.
	const liquidity = secondsPerLiquidity === 0n ? 0n : (window << 128n) / secondsPerLiquidity;
	const depthWei = virtualReserve(liquidity, weiPerUnit);
	if (depthWei < question.minDepthWei) {
		return refused(question, "twap_thin", `over ${windowSeconds} s it offered ${depthWei} wei; ${question.minDepthWei} are asked for`);
	}
	return {
		observation: {
			kind: "twap",
			source: pool.address,
			price: weiPerUnit,
			ageSeconds: Math.ceil(windowSeconds / 2),
			tolerancePpm: TICK_PPM,
		},
	};
}

/** The native side of a pool with this liquidity: L × sqrt(wei per unit) (white paper, section 2, from the other token's side), rounded down. */
function virtualReserve(liquidity: bigint, weiPerUnit: Ratio): bigint {
	return squareRoot(scaled(liquidity * liquidity, weiPerUnit));
}

function refused({ pool, windowSeconds }: TwapQuestion, code: RefusalCode, message: string): Reading {
	const text = `mean of pool ${pool.address} over ${windowSeconds} s: ${message}`;
	return { refusal: { kind: "twap", source: pool.address, code, message: text } };
}
