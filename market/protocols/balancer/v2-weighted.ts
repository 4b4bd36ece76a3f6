import { id } from "ethers";
import { askAbout } from "../answers.ts";
import { decimalsOf, readDecimals } from "../decimals.ts";
import { poolsOfVaultV2 } from "./v2.ts";
import { scalingFactors, vaultFields, vaultQuestions } from "./v2-vault.ts";

const GET_NORMALIZED_WEIGHTS = id("getNormalizedWeights()").slice(0, 10);
const GET_SCALING_FACTORS = id("getScalingFactors()").slice(0, 10);

/** Weighted pools of Balancer V2, whose weights never change: WeightedPool of all versions, WeightedPool2Tokens. */
export const balancerV2Weighted = poolsOfVaultV2({
	family: "balancer-v2-weighted",
	stateTopics: [],

	async ask(reading) {
		const [answered, decimals] = await Promise.all([
			askAbout(reading, (pool) => ({
				...vaultQuestions(pool),
				getNormalizedWeights: { to: pool.address, data: GET_NORMALIZED_WEIGHTS },
				getScalingFactors: { to: pool.address, data: GET_SCALING_FACTORS },
			})),
			readDecimals(reading),
		]);
		return answered.map((answers) => ({
			pool: answers.pool,
			read() {
				const { address, dex, tokens, details } = answers.pool;
				return {
					state: {
						...{ family: "balancer-v2-weighted", address, dex, tokens, details },
						...vaultFields(answers),
						scalingFactors: scalingFactors(decimalsOf(answers.pool, decimals)),
						normalizedWeights: answers.list("getNormalizedWeights").map(String),
						// The versions that tell their scaling factors are those whose powers of 1, 2 and 4 are products (2022-09-08 on).
						powVersion: answers.has("getScalingFactors") ? 2 : 1,
					},
				};
			},
		}));
	},

	applyOwn: () => null,
});
